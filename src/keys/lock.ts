import { randomUUID } from 'node:crypto';
import { isAwsError } from '../aws/errors.ts';
import type { SecretsPort } from '../aws/types.ts';
import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';

/**
 * One runner at a time for each secret. The lock is a label on a version that names its holder: moving a label is a compare-and-swap,
 * so of two runners that want it one is refused. Consumers read AWSCURRENT and never see it.
 */
const LOCK = 'keyturn-lock';
/** Where a version stands between being written and getting the lock. */
const CLAIM = 'keyturn-claim';

/** Tells processes of one machine from those of others. */
export interface Runner {
  host: string;
  pid: number;
  isAlive(pid: number): boolean;
}

export interface Lock {
  /** Throws a KeyturnError when someone else has it by now; makes it last longer when half of its time is over. */
  keep(): Promise<void>;
  release(): Promise<void>;
}

export interface LockOptions {
  secrets: SecretsPort;
  secretName: string;
  runner: Runner;
  clock: Clock;
  lockMs: number;
}

interface Holder {
  host: string;
  pid: number;
  until: number;
}

/** Throws a KeyturnError with the code `locked` when another runner has the lock. */
export async function acquireLock(options: LockOptions): Promise<Lock> {
  const { clock, lockMs } = options;
  let versionId = await claim(options, await freeHolder(options));
  let until = clock.now() + lockMs;
  return {
    keep: async () => {
      if (clock.now() < until - lockMs / 2) return;
      versionId = await claim(options, versionId);
      until = clock.now() + lockMs;
    },
    release: () => release(options, versionId),
  };
}

/** The version that has the lock and whose holder is gone; undefined when none has it. */
async function freeHolder({ secrets, secretName, runner, clock }: LockOptions): Promise<string | undefined> {
  const versionId = await holderOf(secrets, secretName, LOCK);
  if (versionId === undefined) return undefined;
  const value = await secrets.read(secretName, versionId);
  const holder = value === undefined ? undefined : (JSON.parse(value.reveal()) as Holder);
  // Written a moment ago: whoever did it is at work.
  if (holder === undefined) throw locked(secretName, 'another runner', undefined);
  const isGone = holder.host === runner.host && !runner.isAlive(holder.pid);
  if (!isGone && clock.now() < holder.until)
    throw locked(secretName, `process ${holder.pid} on ${holder.host}`, holder.until);
  return versionId;
}

async function claim(options: LockOptions, from: string | undefined): Promise<string> {
  const { secrets, secretName, runner, clock, lockMs } = options;
  const holder: Holder = { host: runner.host, pid: runner.pid, until: clock.now() + lockMs };
  const token = randomUUID();
  await secrets.putVersion(secretName, { token, value: new Secret(JSON.stringify(holder)), labels: [CLAIM] });
  try {
    await secrets.moveLabel(secretName, LOCK, { to: token, ...(from !== undefined && { from }) });
  } catch (error) {
    if (!isAwsError(error, 'refused', 'unavailable')) throw error;
    // The reply to one that went well may have been lost.
    if ((await holderOf(secrets, secretName, LOCK)) !== token)
      throw locked(secretName, 'another runner', undefined);
  }
  return token;
}

/** Whatever goes wrong here: the lock ends by itself. */
async function release({ secrets, secretName }: LockOptions, versionId: string): Promise<void> {
  for (const label of [LOCK, CLAIM]) {
    try {
      await secrets.moveLabel(secretName, label, { from: versionId });
    } catch (error) {
      if (!isAwsError(error)) throw error;
    }
  }
}

async function holderOf(secrets: SecretsPort, name: string, label: string): Promise<string | undefined> {
  const info = await secrets.describe(name);
  return [...(info?.versions ?? [])].find(([, labels]) => labels.includes(label))?.[0];
}

function locked(secretName: string, by: string, until: number | undefined): KeyturnError {
  const end = until === undefined ? '' : ` until ${new Date(until).toISOString()} at the latest`;
  return new KeyturnError(`${secretName} is being worked on by ${by}${end}`, {
    code: 'locked',
    hint: 'Repeat the command when that has finished; a lock whose holder was killed on this machine is taken over at once.',
  });
}
