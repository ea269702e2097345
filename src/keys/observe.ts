import { isAwsError } from '../aws/errors.ts';
import type { SecretInfo } from '../aws/types.ts';
import type { Session } from './session.ts';
import { parseMark, TAGS } from './tags.ts';
import { type Facts, type LastUse, NO_KEY, UNREAD, type VersionFacts } from './types.ts';
import { CURRENT, PENDING, PREVIOUS, parseStoredForm } from './vault.ts';

/** Labels that say something of a key; others are not read. */
const READ_LABELS = [CURRENT, PENDING, PREVIOUS];

export interface Observation {
  facts: Facts;
  info: SecretInfo | undefined;
}

/** Asks AWS for everything that the next step depends on. */
export async function observe(session: Session): Promise<Observation> {
  const { aws, order, clock, journal, self, sinks, memory } = session;
  const user = await aws.iam.getUser(order.user);
  const keys = await aws.iam.listAccessKeys(order.user);
  const info = await aws.secrets.describe(order.secretName);
  const intent = parseMark(user.tags.get(TAGS.intent));
  const promoted = parseMark(user.tags.get(TAGS.promoted));
  const delivered = parseMark(user.tags.get(TAGS.delivered));
  const retired = parseMark(user.tags.get(TAGS.retired));
  const facts: Facts = {
    now: clock.now(),
    accountId: self.accountId,
    user: { name: user.name, arn: user.arn, tags: user.tags },
    keys,
    secret: await secretFacts(session, info),
    ...(intent !== undefined && { intent }),
    ...(promoted !== undefined && { promoted }),
    ...(delivered !== undefined && { delivered }),
    ...(retired !== undefined && { retired }),
    created: journal.unstored(order.user),
    sinks: sinks.map(({ name }) => name),
    memory,
  };
  return { facts, info };
}

async function secretFacts(session: Session, info: SecretInfo | undefined): Promise<Facts['secret']> {
  if (info === undefined) return 'absent';
  if (info.deletedAt !== undefined) return 'being-deleted';
  const versions: VersionFacts[] = [];
  for (const [id, labels] of info.versions) {
    if (!labels.some((label) => READ_LABELS.includes(label))) continue;
    versions.push({ id, labels, keyId: await keyIn(session, id) });
  }
  return versions;
}

async function keyIn({ aws, order, memory }: Session, versionId: string): Promise<string> {
  const known = memory.keyOfVersion.get(versionId);
  if (known !== undefined) return known;
  const value = await aws.secrets.read(order.secretName, versionId);
  if (value === undefined) return UNREAD;
  const keyId = parseStoredForm(value)?.id ?? NO_KEY;
  memory.keyOfVersion.set(versionId, keyId);
  return keyId;
}

/** Every failure to tell is an UnknownUse, never `never`. */
export async function askLastUse({ aws }: Pick<Session, 'aws'>, keyId: string): Promise<LastUse> {
  try {
    return (await aws.iam.accessKeyLastUsed(keyId)).at ?? 'never';
  } catch (error) {
    if (!isAwsError(error)) throw error;
    return { why: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
  }
}
