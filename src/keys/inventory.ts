import { type AwsError, type AwsErrorKind, isAwsError, SIGNER_KINDS } from '../aws/errors.ts';
import type { AccessKey, Aws as AllPorts, IamUser, KeyStatus } from '../aws/types.ts';
import { inParallel } from '../base/parallel.ts';
import {
  type CredentialReport,
  matchSlots,
  parseCredentialReport,
  type ReportSlot,
} from './credential-report.ts';
import { fetchCredentialReport } from './fetch-report.ts';
import { parseMark, TAGS } from './tags.ts';
import { USER_TAG } from './vault.ts';

/** What an inventory asks. */
type Aws = Pick<AllPorts, 'iam' | 'sts' | 'secrets'>;

/** When a key was last used. `never` and `unknown` are two things. AWS records one use in 15 minutes, the first. */
export type LastUse =
  /** `asOf`: when AWS knew no later one. */
  | { state: 'used'; at: number; service?: string; region?: string; asOf: number }
  | { state: 'never'; asOf: number }
  /** `why` in words. */
  | { state: 'unknown'; why: string };

export interface UserPrincipal {
  type: 'user';
  name: string;
  arn: string;
  path: string;
  /** Undefined when they could not be read, which is not the same as none. */
  tags: ReadonlyMap<string, string> | undefined;
}

export interface RootPrincipal {
  type: 'root';
  arn: string;
}

/** A secret that holds a user's key, by what its tags say. */
export interface SecretPlace {
  name: string;
  region: string;
}

/** Times are milliseconds since the epoch. */
export interface InventoryKey {
  /** Undefined for root: nobody but root is told. */
  id: string | undefined;
  principal: UserPrincipal | RootPrincipal;
  status: KeyStatus;
  /** CreateDate; undefined for root. The credential report has none, only when a key was last changed. */
  createdAt: number | undefined;
  /** When it was created, activated or deactivated last, where the credential report or a tag of ours tells. */
  changedAt: number | undefined;
  lastUse: LastUse;
  secrets: readonly SecretPlace[];
  /** The calls of this run are signed with it. */
  isSigning: boolean;
}

/** What could not be read, and may be missing from the inventory or from a verdict. */
export interface InventoryGap {
  /** Such as `keys of users`. */
  what: string;
  reason: AwsErrorKind;
  count: number;
  /** Names of users or ids of keys, a few. */
  examples: string[];
  /** Of the first. */
  message: string;
  hint?: string;
}

export interface Inventory {
  accountId: string;
  partition: string;
  /** Who asked. */
  arn: string;
  takenAt: number;
  /** Of all users, whether they have keys or were chosen or not. */
  userCount: number;
  /** When the credential report was made that was used; undefined when none was. */
  reportedAt: number | undefined;
  keys: InventoryKey[];
  gaps: InventoryGap[];
  notes: string[];
}

export interface InventoryOptions {
  now: () => number;
  sleep: (ms: number) => Promise<void>;
  /** False: every key is asked for itself; slower, and as of now. */
  useReport?: boolean;
  /** Names of users and ids of keys: only their users are looked at, each by calls of its own, and no credential report. */
  named?: readonly string[];
  /** Whose keys are wanted; all by default. */
  isWanted?: (user: UserPrincipal) => boolean;
  /** Keys whose last use must not be older than this run, although the report tells one; none by default. */
  mustBeFresh?: (key: InventoryKey) => boolean;
  /** Of the secrets that are looked at; named in what is found. */
  region: string;
  /** Calls under way at a time. */
  parallel?: number;
  /** How long to wait for a credential report that AWS has to make. */
  reportPatienceMs?: number;
  signal?: AbortSignal;
  onProgress?: (phase: string, done: number, total?: number) => void;
}

/** The gap's `what` when secrets could not be listed: then where keys are kept is not known. */
export const SECRETS_GAP = 'secrets';

/** IAM throttles by the account, so other programs would feel more. */
const PARALLEL = 8;
const REPORT_PATIENCE_MS = 60_000;
const EXAMPLES = 5;

const KEY_ID = /^AKIA[A-Z2-7]{16}$/;

/**
 * Every access key of an account. Few calls: users and their tags come by the page, last uses from the credential report, and only a
 * user who has keys costs a call of its own, since no other one tells a key's id and age. A last use is asked for by key where
 * the report does not tell whose it is, or where `mustBeFresh` wants it.
 * What is denied, throttled or broken becomes a gap, never an answer. Throws an AwsError when nothing can be asked at all.
 */
export async function takeInventory(aws: Aws, options: InventoryOptions): Promise<Inventory> {
  const { now, onProgress = () => {} } = options;
  const gaps = new Gaps();
  options.signal?.throwIfAborted();
  const self = await aws.sts.self();
  const [users, report, secrets] = await Promise.all([
    options.named === undefined ? listUsers(aws, gaps, onProgress) : usersNamed(aws, options.named),
    options.useReport === false || options.named !== undefined ? undefined : obtainReport(aws, options, gaps),
    findSecrets(aws, options.region, gaps),
  ]);
  const takenAt = now();
  const context: Context = { aws, options, gaps, report, secrets, signingKeyId: self.keyId };
  const wanted = users.filter((user) => options.isWanted?.(user) ?? true);
  const asked = wanted.filter(({ name }) => mayHaveKeys(name, report));
  let done = 0;
  const found = await inParallel(asked, options.parallel ?? PARALLEL, async (user) => {
    options.signal?.throwIfAborted();
    const keys = await keysOf(user, context);
    onProgress('reading keys', ++done, asked.length);
    return keys;
  });
  const root = options.named === undefined ? await rootKeys(context, self) : [];
  return {
    accountId: self.accountId,
    partition: self.partition,
    arn: self.arn,
    takenAt,
    userCount: users.length,
    reportedAt: report?.generatedAt,
    keys: [...root, ...found.flat()],
    gaps: gaps.all(),
    notes: wanted.length > asked.length ? [unaskedNote(wanted.length - asked.length, report!)] : [],
  };
}

interface Context {
  aws: Aws;
  options: InventoryOptions;
  gaps: Gaps;
  report: CredentialReport | undefined;
  secrets: Secrets;
  signingKeyId: string;
}

function unaskedNote(count: number, { generatedAt }: CredentialReport): string {
  const time = new Date(generatedAt).toISOString().slice(0, 16).replace('T', ' ');
  return `${count} ${count === 1 ? 'user' : 'users'} had no key at ${time} UTC, when AWS made its credential report, and were not asked again`;
}

/** Who is not there is left out. */
async function usersNamed({ iam }: Aws, names: readonly string[]): Promise<UserPrincipal[]> {
  const users = new Map<string, UserPrincipal>();
  for (const name of names) {
    try {
      const userName = KEY_ID.test(name) ? (await iam.accessKeyLastUsed(name)).userName : name;
      if (userName === '' || users.has(userName)) continue;
      const { tags, ...user } = await iam.getUser(userName);
      users.set(user.name, principalOf(user, tags));
    } catch (error) {
      if (!isAwsError(error, 'not-found')) throw error;
    }
  }
  return [...users.values()];
}

/** Tags come with the authorization details of an account; where these are denied, users are listed without. */
async function listUsers(
  { iam }: Aws,
  gaps: Gaps,
  onProgress: NonNullable<InventoryOptions['onProgress']>,
): Promise<UserPrincipal[]> {
  try {
    return await collect(iam.listUsersWithTags(), ({ tags, ...user }) => principalOf(user, tags), onProgress);
  } catch (error) {
    gaps.add('tags of users', error, []);
  }
  try {
    return await collect(iam.listUsers(), (user) => principalOf(user, undefined), onProgress);
  } catch (error) {
    // Without a list of users there is no inventory.
    gaps.add('users', error, []);
    return [];
  }
}

function principalOf(
  { name, arn, path }: IamUser,
  tags: ReadonlyMap<string, string> | undefined,
): UserPrincipal {
  return { type: 'user', name, arn, path, tags };
}

async function collect<T, U>(
  items: AsyncIterable<T>,
  to: (item: T) => U,
  onProgress: NonNullable<InventoryOptions['onProgress']>,
): Promise<U[]> {
  const all: U[] = [];
  for await (const item of items) {
    all.push(to(item));
    onProgress('listing users', all.length);
  }
  return all;
}

async function obtainReport(
  { iam }: Aws,
  options: InventoryOptions,
  gaps: Gaps,
): Promise<CredentialReport | undefined> {
  const { sleep, reportPatienceMs = REPORT_PATIENCE_MS, signal } = options;
  try {
    const report = await fetchCredentialReport(iam, {
      sleep,
      patienceMs: reportPatienceMs,
      ...(signal !== undefined && { signal }),
    });
    if (report === undefined) {
      gaps.note('credential report', `AWS did not make it in ${reportPatienceMs / 1000} seconds`);
      return undefined;
    }
    return parseCredentialReport(report.csv, report.generatedAt);
  } catch (error) {
    gaps.add('credential report', error, []);
    return undefined;
  }
}

interface Secrets {
  byUser: ReadonlyMap<string, readonly SecretPlace[]>;
  byKeyId: ReadonlyMap<string, readonly SecretPlace[]>;
}

/** Secrets that name a user or a key in their tags. Values are not read. */
async function findSecrets({ secrets }: Aws, region: string, gaps: Gaps): Promise<Secrets> {
  const byUser = new Map<string, SecretPlace[]>();
  const byKeyId = new Map<string, SecretPlace[]>();
  try {
    for await (const { name, tags } of secrets.list()) {
      const user = tags.get(USER_TAG);
      if (user !== undefined) append(byUser, user, { name, region });
      for (const value of tags.values()) if (KEY_ID.test(value)) append(byKeyId, value, { name, region });
    }
  } catch (error) {
    gaps.add(SECRETS_GAP, error, []);
  }
  return { byUser, byKeyId };
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}

function mayHaveKeys(user: string, report: CredentialReport | undefined): boolean {
  const row = report?.users.get(user);
  return row === undefined || row.slots.length > 0;
}

async function keysOf(user: UserPrincipal, context: Context): Promise<InventoryKey[]> {
  const { aws, gaps, report, options } = context;
  let listed: AccessKey[];
  try {
    listed = await aws.iam.listAccessKeys(user.name);
  } catch (error) {
    // Deleted since the list of users was made.
    if (!isAwsError(error, 'not-found')) gaps.add('keys of users', error, [user.name]);
    return [];
  }
  const row = report?.users.get(user.name);
  const slots =
    report === undefined || row === undefined ? new Map() : matchSlots(row, listed, report.generatedAt);
  const keys: InventoryKey[] = [];
  for (const key of listed) {
    const known = toKey(user, key, slots.get(key.id), context);
    const isFresh = known.lastUse.state !== 'unknown' && options.mustBeFresh?.(known) !== true;
    keys.push(isFresh ? known : { ...known, lastUse: await askLastUse(key, context) });
  }
  return keys;
}

function toKey(
  user: UserPrincipal,
  { id, status, createdAt }: AccessKey,
  slot: ReportSlot | undefined,
  { report, secrets, signingKeyId }: Context,
): InventoryKey {
  const places = [...(secrets.byKeyId.get(id) ?? []), ...(secrets.byUser.get(user.name) ?? [])];
  return {
    id,
    principal: user,
    status,
    createdAt: Number.isNaN(createdAt) ? undefined : createdAt,
    changedAt: slot?.changedAt ?? retiredAt(user, id),
    lastUse: lastUseOf(slot, report),
    secrets: places.filter(({ name }, at) => places.findIndex((place) => place.name === name) === at),
    isSigning: id === signingKeyId,
  };
}

/** What a rotation noted when it deactivated the key. */
function retiredAt({ tags }: UserPrincipal, keyId: string): number | undefined {
  const mark = parseMark(tags?.get(TAGS.retired));
  return mark?.keyIds.includes(keyId) ? mark.at : undefined;
}

function lastUseOf(slot: ReportSlot | undefined, report: CredentialReport | undefined): LastUse {
  if (slot === undefined || report === undefined || slot.lastUse === 'unknown')
    return { state: 'unknown', why: 'the credential report does not tell' };
  const asOf = report.generatedAt;
  return slot.lastUse === 'never' ? { state: 'never', asOf } : { state: 'used', ...slot.lastUse, asOf };
}

async function askLastUse({ id }: AccessKey, { aws, gaps, options }: Context): Promise<LastUse> {
  const asOf = options.now();
  try {
    const { at, service, region } = await aws.iam.accessKeyLastUsed(id);
    if (at === undefined) return { state: 'never', asOf };
    return {
      state: 'used',
      at,
      ...(service !== undefined && { service }),
      ...(region !== undefined && { region }),
      asOf,
    };
  } catch (error) {
    gaps.add('last use of keys', error, [id]);
    return { state: 'unknown', why: (error as AwsError).kind };
  }
}

/** Root's keys are in the report, without id and age; without a report, whether there are any is in the account's summary. */
async function rootKeys(
  { aws, report, gaps }: Context,
  { partition, accountId }: { partition: string; accountId: string },
): Promise<InventoryKey[]> {
  const principal: RootPrincipal = { type: 'root', arn: `arn:${partition}:iam::${accountId}:root` };
  const base = { id: undefined, principal, createdAt: undefined, secrets: [], isSigning: false };
  if (report?.root !== undefined) {
    return report.root.slots.map((slot) => ({
      ...base,
      status: slot.isActive ? 'Active' : 'Inactive',
      changedAt: slot.changedAt,
      lastUse: lastUseOf(slot, report),
    }));
  }
  try {
    const summary = await aws.iam.accountSummary();
    if (summary.get('AccountAccessKeysPresent') === 0) return [];
    const why = 'only the credential report tells';
    return [{ ...base, status: 'Active', changedAt: undefined, lastUse: { state: 'unknown', why } }];
  } catch (error) {
    gaps.add('keys of root', error, []);
    return [];
  }
}

/** Gathers what could not be read, like with like. */
class Gaps {
  readonly #gaps = new Map<string, InventoryGap>();

  /** Rethrows what is no refusal of AWS, and what makes every further call pointless. */
  add(what: string, error: unknown, examples: string[]): void {
    if (!isAwsError(error) || isAwsError(error, ...SIGNER_KINDS)) throw error;
    const { kind, message, hint } = error;
    this.#count({ what, reason: kind, count: 1, examples, message, ...(hint !== undefined && { hint }) });
  }

  note(what: string, message: string): void {
    this.#count({ what, reason: 'other', count: 1, examples: [], message });
  }

  all(): InventoryGap[] {
    return [...this.#gaps.values()];
  }

  #count(gap: InventoryGap): void {
    const name = `${gap.what}: ${gap.reason}`;
    const known = this.#gaps.get(name);
    if (known === undefined) {
      this.#gaps.set(name, gap);
      return;
    }
    known.count += gap.count;
    if (known.examples.length < EXAMPLES) known.examples.push(...gap.examples);
  }
}
