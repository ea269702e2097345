import { EXIT } from '../../base/errors.ts';
import type { Entry } from '../../keys/journal.ts';
import { nextStep } from '../../keys/next-step.ts';
import { askLastUse, observe } from '../../keys/observe.ts';
import { describeStep } from '../../keys/perform.ts';
import { DEFAULT_PACE, type LastUse, type UnknownUse } from '../../keys/types.ts';
import { escapeControl } from '../../report/escape.ts';
import type { CommandContext } from '../commands.ts';
import { findSecretName, type KeysWork, openWork } from '../keys-work.ts';

const LAST_ENTRIES = 5;

interface UserStatus {
  user: string;
  secretName: string;
  keys: { id: string; status: string; createdAt: string; lastUsed: string; labels: readonly string[] }[];
  /** What a rotation of the oldest active key would do next. */
  next?: string;
  journal: Entry[];
}

/** What AWS says, then what the journal adds. Reads only. */
export async function keysStatus(context: CommandContext): Promise<number> {
  const { io, configuration, args, log } = context;
  const work = await openWork(context);
  const all: UserStatus[] = [];
  const unknown: UnknownUse[] = [];
  for (const user of args) all.push(await statusOf(context, work, user, unknown));
  const isJson = configuration.settings.text('format') === 'json';
  for (const { why, hint } of unknown) {
    log.warn(why);
    if (hint !== undefined) log.warn(hint);
  }
  io.stdout.write(
    isJson ? `${JSON.stringify({ schemaVersion: 1, users: all }, null, 2)}\n` : all.map(toText).join('\n'),
  );
  return unknown.length === 0 ? EXIT.ok : EXIT.error;
}

/** What AWS does not tell is added to `unknown`. */
async function statusOf(
  context: CommandContext,
  work: KeysWork,
  user: string,
  unknown: UnknownUse[],
): Promise<UserStatus> {
  const secretName = await findSecretName(context, work, user);
  const [oldest] = await work.aws.iam.listAccessKeys(user);
  const order = { user, retire: oldest?.id ?? '', secretName, reason: 'status' };
  const session = work.sessionFor(order);
  const { facts } = await observe(session);
  const versions = typeof facts.secret === 'string' ? [] : facts.secret;
  const keys = [];
  for (const key of facts.keys) {
    const lastUse = await askLastUse(session, key.id);
    session.memory.lastUse.set(key.id, lastUse);
    if (typeof lastUse === 'object') unknown.push(lastUse);
    keys.push({
      id: key.id,
      status: key.status,
      createdAt: new Date(key.createdAt).toISOString(),
      lastUsed: lastUseText(lastUse),
      labels: versions.filter(({ keyId }) => keyId === key.id).flatMap(({ labels }) => labels),
    });
  }
  // What was delivered is read back by the run that goes on.
  if (facts.delivered !== undefined) for (const sink of facts.sinks) session.memory.delivered.add(sink);
  const step =
    oldest === undefined ? undefined : nextStep(facts, order, session.rules, DEFAULT_PACE.settleMs);
  return {
    user,
    secretName,
    keys,
    ...(step !== undefined && { next: describeStep(step) }),
    journal: work.journal
      .entries()
      .filter((entry) => entry.user === user)
      .slice(-LAST_ENTRIES),
  };
}

function lastUseText(use: LastUse): string {
  if (typeof use === 'object') return 'unknown';
  return use === 'never' ? use : new Date(use).toISOString();
}

function toText({ user, secretName, keys, next, journal }: UserStatus): string {
  const lines = [
    `${user}, kept in ${secretName}`,
    ...keys.map(({ id, status, createdAt, lastUsed, labels }) =>
      `  ${id}  ${status}  created ${createdAt}  last used ${lastUsed}  ${labels.join(', ')}`.trimEnd(),
    ),
    ...(next === undefined ? [] : [`  a rotation of ${keys[0]?.id} goes on with: ${next}`]),
    ...journal.map(({ at, event, action, keyId = '', text = '' }) =>
      `  ${at}  ${event} ${action} ${keyId} ${text}`.trimEnd(),
    ),
  ];
  return `${lines.map(escapeControl).join('\n')}\n`;
}
