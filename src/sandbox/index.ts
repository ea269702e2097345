/**
 * An AWS of one's own on loopback: IAM, STS, Secrets Manager, Organizations, CloudTrail and what an audit reads, over their real wire protocols,
 * with a clock that can be turned, keys that live and die late, and faults on request. docs/SANDBOX.md tells what it does and does not.
 *
 *     const sandbox = await startSandbox({ seed: { accounts: [{ id: '111122223333', users: [{ name: 'ci', keys: [{ created: '100d' }] }] }] } });
 *     const client = new IAMClient({ endpoint: sandbox.url, region: 'us-east-1', credentials: sandbox.control.adminOf('111122223333') });
 *     sandbox.control.faults.add({ kind: 'drop-reply', service: 'iam', action: 'CreateAccessKey' });
 *     sandbox.control.faults.intercept(({ number }) => (number === 7 ? { kind: 'drop-request' } : undefined));
 *     sandbox.control.clock.advance(100 * 86_400_000);
 *     sandbox.control.settings.keyLiveDelayMs = 8_000;
 *     sandbox.control.journal.map(({ action, error }) => [action, error]);
 *     await sandbox.close();
 *
 * `env` is what a child process needs to be inside: endpoint, region and the credentials of an administrator of the first account.
 * `control.world` is the whole state, as plain data (state/model.ts), to look at or to change; state/create.ts adds to it.
 * Signatures are checked against the host's clock, never the sandbox's: turning the latter does not lock clients out.
 */
import { type Clock, createClock } from './clock.ts';
import { answerControl } from './control-api.ts';
import { answer } from './dispatch.ts';
import { createFaults, type Faults } from './faults.ts';
import type { JournalEntry } from './journal.ts';
import { newKeyId, newSecretKey, newSessionToken } from './random.ts';
import { ADMIN_ROLE, plant } from './seed/plant.ts';
import type { Seed } from './seed/seed.ts';
import { serve } from './server.ts';
import { globalRegion } from './state/arn.ts';
import type { Account, Settings, World } from './state/model.ts';
import { createThrottle } from './throttle.ts';

export interface SandboxOptions {
  seed?: Seed;
  /** 0, the default, takes any free port. */
  port?: number;
  /** The host's time, milliseconds since the epoch; what clients sign with. */
  hostNow?: () => number;
  /** Where the sandbox's clock starts; the seed's `clock`, or the host's time, by default. */
  start?: number;
}

export interface Sandbox {
  url: string;
  /** For a child process. */
  env: Record<string, string>;
  control: Control;
  close(): Promise<void>;
}

export interface Control {
  readonly world: World;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly settings: Settings;
  /** Every request since the start or the last reset, oldest first. */
  readonly journal: JournalEntry[];
  /** Credentials of an administrator: a session that outlives the sandbox. Throws a RangeError for an account that is not there. */
  adminOf(account: string): Credentials;
  /** Those of all keys of a user, in the order of creation, dead and deleted ones too. */
  keysOf(account: string, user: string): Credentials[];
  /** Back to the seed: new keys, an empty journal, the seed's faults only; the clock stays. */
  reset(): void;
}

/** As SDK clients take them. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

const YEARS_100_MS = 100 * 365 * 86_400_000;

/** Throws a RangeError for a seed whose references lead nowhere, and what `listen` throws for a port that is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { seed = {}, hostNow = Date.now } = options;
  const clock = createClock(
    hostNow,
    options.start ?? (seed.clock === undefined ? undefined : Date.parse(seed.clock)),
  );
  const faults = createFaults();
  const throttle = createThrottle(hostNow);
  const journal: JournalEntry[] = [];
  let world = plant(seed, clock.now());
  const control: Control = {
    get world() {
      return world;
    },
    get settings() {
      return world.settings;
    },
    clock,
    faults,
    journal,
    adminOf: (account) => adminOf(world, account, clock.now()),
    keysOf: (account, user) => credentialsOf(world, account, user),
    reset: () => {
      const sessions = [...world.accounts].map(([id, account]) => [id, account.sessions] as const);
      world = plant(seed, clock.now());
      // Who is inside stays inside.
      for (const [id, before] of sessions)
        for (const session of before.values())
          if (session.mintedWith === undefined) world.accounts.get(id)?.sessions.set(session.keyId, session);
      journal.length = 0;
      arm();
    },
  };
  function arm(): void {
    faults.clear();
    for (const fault of seed.faults ?? []) faults.add(fault);
  }
  arm();
  const server = await serve(options.port ?? 0, {
    onRequest: (request, source) =>
      answer(request, source, { world, faults, throttle, journal, now: clock.now, hostNow }),
    onControl: (method, target, body) => answerControl(control, method, target, body),
    now: () => hostNow() + world.settings.clockSkewMs,
  });
  const [first] = world.accounts.values();
  return {
    url: server.url,
    env: envOf(server.url, first!, control.adminOf(first!.id)),
    control,
    close: server.close,
  };
}

function adminOf(world: World, id: string, now: number): Credentials {
  const account = world.accounts.get(id);
  if (account === undefined) throw new RangeError(`the sandbox has no account ${id}`);
  const known = [...account.sessions.values()].find(({ mintedWith }) => mintedWith === undefined);
  const session = known ?? {
    keyId: newKeyId(id, 'ASIA'),
    secret: newSecretKey(),
    token: newSessionToken(),
    issuedAt: now,
    expiresAt: now + YEARS_100_MS,
    by: { type: 'role' as const, role: ADMIN_ROLE, name: 'admin' },
    mintedWith: undefined,
  };
  account.sessions.set(session.keyId, session);
  return {
    accessKeyId: session.keyId,
    secretAccessKey: session.secret.reveal(),
    sessionToken: session.token.reveal(),
  };
}

function credentialsOf(world: World, account: string, user: string): Credentials[] {
  return [...(world.accounts.get(account)?.keys.values() ?? [])]
    .filter(({ userName }) => userName === user)
    .map(({ id, secret }) => ({ accessKeyId: id, secretAccessKey: secret.reveal() }));
}

function envOf(
  url: string,
  account: Account,
  { accessKeyId, secretAccessKey, sessionToken = '' }: Credentials,
): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: globalRegion(account),
    AWS_DEFAULT_REGION: globalRegion(account),
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
