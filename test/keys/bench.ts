import { randomUUID } from 'node:crypto';
import type { Clock } from '../../src/base/clock.ts';
import { type Entry, type Journal, unstoredKeys } from '../../src/keys/journal.ts';
import type { Outcome, RotateOptions } from '../../src/keys/rotate.ts';
import { rotate } from '../../src/keys/rotate.ts';
import { newMemory, type Session } from '../../src/keys/session.ts';
import { TAGS } from '../../src/keys/tags.ts';
import { DEFAULT_PACE, type Order, type RotationRules } from '../../src/keys/types.ts';
import { CURRENT, PENDING, parseStoredForm } from '../../src/keys/vault.ts';
import { plant } from '../../src/sandbox/seed/plant.ts';
import type { SeedKey } from '../../src/sandbox/seed/seed.ts';
import { keysOf } from '../../src/sandbox/state/keys.ts';
import type { AccessKey, Account, SecretVersion } from '../../src/sandbox/state/model.ts';
import { type DirectAws, type DirectOptions, directAws, Killed, SELF } from './direct-aws.ts';

export const ACCOUNT = '111122223333';
export const SECRET = 'app/ci';
export const DAY_MS = 86_400_000;

export const NO_WAIT: RotationRules = {
  maxAgeMs: 90 * DAY_MS,
  grace: { mode: 'after', periodMs: 0 },
  quietMs: 0,
  retentionMs: 0,
};

export interface BenchOptions {
  keys?: SeedKey[];
  /** The secret holds the first key, does not exist, or holds something else. */
  secret?: 'holds-key' | 'absent' | 'other';
  tags?: Record<string, string>;
}

/** A world with one user, `ci`, and everything to rotate its oldest key with. */
export function createBench({
  keys = [{ created: '100d' }],
  secret = 'holds-key',
  tags = {},
}: BenchOptions = {}) {
  let time = Date.UTC(2026, 0, 31, 12);
  const world = plant(
    {
      accounts: [
        {
          id: ACCOUNT,
          users: [{ name: 'ci', keys, tags }],
          ...(secret === 'absent'
            ? {}
            : {
                secrets: [
                  { name: SECRET, ...(secret === 'holds-key' ? { keyOf: 'ci' } : { value: 'hello' }) },
                ],
              }),
        },
      ],
    },
    time,
  );
  const account = world.accounts.get(ACCOUNT)!;
  const clock: Clock = {
    now: () => time,
    sleep: async (milliseconds) => {
      time += Math.max(0, milliseconds);
    },
  };
  const journal: Entry[] = [];
  const old = keysOf(account, 'ci')[0]!.id;
  const order: Order = { user: 'ci', retire: old, secretName: SECRET, reason: 'test' };

  function start(options: Partial<DirectOptions> = {}): DirectAws {
    return directAws({
      world,
      account: ACCOUNT,
      clock,
      ...options,
      pause: async () => {
        // Calls take their time.
        time += 40;
        await options.pause?.();
      },
    });
  }

  function sessionOf(aws: DirectAws, over: Partial<Session> = {}): Session {
    return {
      aws,
      clock,
      journal: journalOf(aws),
      self: { ...SELF, accountId: ACCOUNT },
      order,
      rules: NO_WAIT,
      pace: DEFAULT_PACE,
      sinks: [],
      memory: newMemory(),
      ...over,
    };
  }

  /** A process that was killed writes nothing more. */
  function journalOf(aws: DirectAws): Journal {
    return {
      write: (entry) => {
        if (aws.isKilled) throw new Killed();
        journal.push({ at: new Date(time).toISOString(), run: 'run', actor: SELF.arn, ...entry });
      },
      entries: () => [...journal],
      unstored: (user) => unstoredKeys(journal, user),
    };
  }

  return {
    world,
    account,
    clock,
    journal,
    old,
    order,
    start,
    sessionOf,
    advance: (milliseconds: number) => {
      time += milliseconds;
    },
    /** One process, from start to end. */
    run: async (options: Partial<DirectOptions> = {}, over: Partial<Session> = {}): Promise<Outcome> => {
      const aws = start(options);
      return rotate(sessionOf(aws, over), runnerOf(aws));
    },
  };
}

export type Bench = ReturnType<typeof createBench>;

/** Every process of every test, by its number. */
const processes: DirectAws[] = [];

export function runnerOf(aws: DirectAws, host = `host-${randomUUID()}`): RotateOptions {
  const pid = processes.push(aws) - 1;
  return {
    runner: { host, pid, isAlive: (other) => processes[other]?.isKilled === false },
    protection: { users: [], tags: [], paths: [] },
  };
}

export function keysIn(account: Account): AccessKey[] {
  return keysOf(account, 'ci');
}

export function versionWith(account: Account, label: string): SecretVersion | undefined {
  const versions = account.secrets.get('us-east-1')?.get(SECRET)?.versions.values() ?? [];
  return [...versions].find(({ stages }) => stages.has(label));
}

export function keyIn(version: SecretVersion | undefined): string | undefined {
  return version === undefined ? undefined : parseStoredForm(version.value)?.id;
}

/** The key that an SSM parameter holds. */
export function keyInParameter(account: Account, name: string): string | undefined {
  const value = account.parameters.get('us-east-1')?.get(name)?.versions.at(-1)?.value;
  return value === undefined ? undefined : parseStoredForm(value)?.id;
}

/** With sinks, the old key goes when all of them have the current one, and no sooner. `held` is what they hold. */
export function watchSinks(
  { account, old }: Pick<Bench, 'account' | 'old'>,
  held: readonly (string | undefined)[],
): string[] {
  const current = keyIn(versionWith(account, CURRENT));
  if (account.keys.get(old)!.status === 'Active' || held.every((id) => id === current)) return [];
  return ['the old key went before every sink had the new one'];
}

/** What is wrong with the end of a rotation of `old`; nothing when all is as it should be. */
export function flawsAtEnd({ account, old }: Pick<Bench, 'account' | 'old'>): string[] {
  const flaws: string[] = [];
  const keys = keysIn(account);
  const active = keys.filter(({ status }) => status === 'Active');
  const current = keyIn(versionWith(account, CURRENT));
  if (active.length !== 1) flaws.push(`${active.length} active keys`);
  if (active[0]?.id === old) flaws.push('the old key is the one that lives');
  if (current !== active[0]?.id) flaws.push('AWSCURRENT does not hold the key that lives');
  if (keys.some(({ id, status }) => status !== 'Active' && id !== old)) flaws.push('an orphan key');
  if (versionWith(account, PENDING) !== undefined) flaws.push('AWSPENDING is still there');
  if (account.users.get('ci')!.tags.has(TAGS.intent)) flaws.push('the intent is still there');
  return flaws;
}

/** What must never be, whatever happens. `used` are keys that AWS has taken. */
export function watch(bench: Pick<Bench, 'account' | 'old'>, used: ReadonlySet<string>): string[] {
  const { account, old } = bench;
  const flaws: string[] = [];
  const keys = keysIn(account);
  const oldKey = account.keys.get(old)!;
  const currentId = keyIn(versionWith(account, CURRENT));
  const current = keys.find(({ id }) => id === currentId);
  if (!keys.some(({ status }) => status === 'Active')) flaws.push('the user has no working key');
  if (currentId !== undefined && current?.status !== 'Active') flaws.push('AWSCURRENT holds a dead key');
  if (currentId !== undefined && currentId !== old && !used.has(currentId))
    flaws.push('AWSCURRENT holds a key that was never proven');
  if (oldKey.status !== 'Active' && (currentId === undefined || currentId === old || !used.has(currentId)))
    flaws.push('the old key went before a new one was proven and current');
  if (oldKey.status === 'Deleted') flaws.push('the old key was deleted');
  return flaws;
}
