import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src/base/clock.ts';
import { DAY_MS } from '../../src/base/duration.ts';
import { createLogger } from '../../src/base/log.ts';
import { type Entry, type Journal, openJournal, readJournal } from '../../src/keys/journal.ts';
import { DEFAULT_POLICY, type KeyPolicy } from '../../src/keys/policy.ts';
import { newMemory } from '../../src/keys/session.ts';
import { DEFAULT_PACE } from '../../src/keys/types.ts';
import { CURRENT, parseStoredForm } from '../../src/keys/vault.ts';
import type { NotifyEvent } from '../../src/notify/types.ts';
import { plant } from '../../src/sandbox/seed/plant.ts';
import type { SeedAccount, SeedSecret, SeedUser } from '../../src/sandbox/seed/seed.ts';
import { deleteKey, keysOf, recordUse } from '../../src/sandbox/state/keys.ts';
import type { AccessKey, Account, StoredSecret, World } from '../../src/sandbox/state/model.ts';
import { parseCron } from '../../src/schedule/cron.ts';
import {
  ACCOUNT_JOBS,
  type AccountWork,
  createBudget,
  failedAccount,
  inTurn,
  toJobResult,
} from '../../src/schedule/jobs.ts';
import { openLedger } from '../../src/schedule/ledger.ts';
import { createRunner, type JobContext } from '../../src/schedule/runner.ts';
import type { AccountResult, JobResult, JobSpec, Schedule } from '../../src/schedule/types.ts';
import { makeRandom } from '../helpers/credentials.ts';
import { type DirectAws, directAws, type Fate, Killed, SELF } from '../keys/direct-aws.ts';

/**
 * A schedule that runs for a year of a clock of its own, over accounts whose users go on working meanwhile: they use their keys, read
 * their secrets now and then, and some are slow to take the new key. The runner is killed in the middle of calls, AWS throttles and
 * loses replies, the machine is down for a week, AWS for a day, and one account is closed.
 */
export interface YearOptions {
  seed: number;
  accounts: number;
  usersPerAccount: number;
  days: number;
  /** Of each call. */
  chances: { throttled: number; lostReply: number; kill: number };
  /** Told once a simulated month. */
  onMonth?: (day: number) => void;
}

export interface YearResult {
  users: number;
  /** What has to be zero. */
  violations: string[];
  counts: Record<string, number>;
  /** Days, of keys that may be replaced: the greatest age that was seen after the first 45 days, outside of an outage and in all. */
  oldest: { usual: number; ever: number };
}

/** Of the company: what an auditor asks for. The configuration asks for less, and the difference is room for an outage. */
export const AUDIT_LIMIT_DAYS = 90;
export const POLICY: KeyPolicy = {
  ...DEFAULT_POLICY,
  maxAgeMs: 80 * DAY_MS,
  grace: { mode: 'before', periodMs: 14 * DAY_MS },
  quietMs: 3 * DAY_MS,
  limits: { count: 40, percent: 25 },
};

/** First cleaning up: keys are up to 400 days old, and a run changes a quarter of them. */
const WARM_UP_DAYS = 45;
const DOWN = { from: 150, days: 7 };
const AWS_DOWN = { from: 250, days: 1 };
const CLOSED_ON = 200;
const START = Date.UTC(2026, 0, 1, 0, 7);

/** A program that works with a user's key. */
interface Consumer {
  account: Account;
  user: string;
  secretName: string;
  holds: string;
  nextUse: number;
  everyMs: number;
  nextRead: number;
  readEveryMs: number;
}

export async function simulateYear(options: YearOptions): Promise<YearResult> {
  // Every line of a journal is on disk before the next call; a disk in memory makes a year of that minutes.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'keyturn-year-'));
  try {
    return await new Year(options, folder).run();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

class Year {
  readonly #options: YearOptions;
  readonly #random: () => number;
  readonly #world: World;
  readonly #consumers: Consumer[] = [];
  readonly #journalFile: string;
  readonly #ledgerFile: string;
  readonly #violations: string[] = [];
  readonly #counts: Record<string, number> = {};
  readonly #told = new Set<string>();
  readonly #initial = new Set<string>();
  readonly #byPeople = new Set<string>();
  #chores: { at: number; what: () => void }[] = [];
  #time = START;
  #months = 0;
  #process = 0;
  #isKilled = false;
  #oldest = { usual: 0, ever: 0 };

  constructor(options: YearOptions, folder: string) {
    this.#options = options;
    this.#random = makeRandom(options.seed);
    this.#journalFile = join(folder, 'journal.ndjson');
    this.#ledgerFile = join(folder, 'schedule.ndjson');
    const accounts = Array.from({ length: options.accounts }, (_, index) => this.#seedAccount(index));
    this.#world = plant({ accounts, organization: false }, START);
    for (const account of this.#world.accounts.values()) {
      for (const id of account.keys.keys()) this.#initial.add(id);
      for (const user of account.users.keys()) this.#hire(account, user);
    }
  }

  async run(): Promise<YearResult> {
    const end = START + this.#options.days * DAY_MS;
    while (this.#time < end) {
      const down = START + DOWN.from * DAY_MS;
      const until = this.#time < down ? Math.min(end, down) : end;
      await this.#life(until);
      if (this.#time >= down && this.#time < down + DOWN.days * DAY_MS && this.#time < end) {
        this.#count('days the machine was down', DOWN.days);
        this.#pass(down + DOWN.days * DAY_MS - this.#time);
      } else if (this.#time < end) this.#pass(60_000 * (1 + Math.floor(this.#random() * 90)));
    }
    this.#examine();
    return {
      users: this.#options.accounts * this.#options.usersPerAccount,
      violations: this.#violations,
      counts: this.#counts,
      oldest: this.#oldest,
    };
  }

  /** One process, until it is killed or `until` comes. */
  async #life(until: number): Promise<void> {
    const stopping = new AbortController();
    this.#isKilled = false;
    this.#process++;
    const clock: Clock = {
      now: () => this.#time,
      sleep: async (ms) => {
        this.#pass(Math.max(0, ms));
        if (this.#time >= until) stopping.abort();
      },
    };
    const ledger = openLedger({ file: this.#ledgerFile, run: `${this.#process}`, now: clock.now });
    const journal = this.#journal();
    const runner = createRunner<{ schedule: Schedule }>({
      clock,
      log: createLogger({ level: 'error', format: 'json', write: () => {}, now: clock.now }),
      ledger: {
        stateOf: (job) => ledger.stateOf(job),
        write: (entry) => {
          if (this.#isKilled) throw new Killed();
          this.#count(`runs ${entry.event}`);
          this.#count('due times missed and caught up', entry.missed ?? 0);
          ledger.write(entry);
        },
      },
      host: 'here',
      pid: this.#process,
      version: 'year',
      initial: { schedule: SCHEDULE },
      reload: async () => undefined,
      pauseReason: () => undefined,
      perform: (_, job, context) => this.#perform(job, context, clock, journal),
      notifierOf: () => ({ deliver: async (events) => this.#hear(events) }),
      signal: stopping.signal,
      pollMs: 3_600_000,
    });
    try {
      await runner.run();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      this.#count('times the runner was killed');
    }
  }

  async #perform(job: JobSpec, context: JobContext, clock: Clock, journal: Journal): Promise<JobResult> {
    const results: AccountResult[] = [];
    const budget = createBudget(POLICY.limits.count);
    for (const account of inTurn([...this.#world.accounts.values()], this.#time)) {
      if (context.signal.aborted) break;
      const tools = {
        now: clock.now,
        sleep: (ms: number) => clock.sleep(ms),
        log: createLogger({ level: 'error', format: 'json', write: () => {}, now: clock.now }),
        warnMs: [14 * DAY_MS, 3 * DAY_MS],
        version: 'year',
        save: () => {},
        budget,
        useReport: false,
      };
      const result = this.#isClosed(account)
        ? failedAccount(account.id, 'the account is closed', job.name, clock.now())
        : await ACCOUNT_JOBS[job.name]!(this.#workIn(account, clock, journal), tools, context);
      for (const [state, count] of Object.entries(result.counts))
        if (job.name !== 'report') this.#count(`${job.name}: ${state}`, count);
      results.push(result);
    }
    this.#measure();
    return toJobResult(results);
  }

  #workIn(account: Account, clock: Clock, journal: Journal): AccountWork {
    const aws: DirectAws = directAws({
      world: this.#world,
      account: account.id,
      clock,
      fate: (action) => this.#fateOf(action),
      pause: async () => {
        this.#time += 40;
      },
    });
    const self = { ...SELF, accountId: account.id };
    const process = this.#process;
    return {
      aws,
      self,
      policy: POLICY,
      journal,
      runner: {
        host: 'here',
        pid: process,
        isAlive: (pid) => pid === this.#process && !this.#isKilled,
      },
      region: 'us-east-1',
      secretTemplate: 'keyturn/{user}',
      isSecretGiven: false,
      sessionFor: (order) => ({
        aws,
        clock,
        journal,
        self,
        order,
        rules: POLICY,
        pace: DEFAULT_PACE,
        sinks: [],
        memory: newMemory(),
      }),
    };
  }

  #fateOf(_action: string): Fate {
    this.#count('calls to AWS');
    if (this.#isKilled) return 'kill-before';
    if (this.#isDay(AWS_DOWN)) return 'lost-request';
    const { throttled, lostReply, kill } = this.#options.chances;
    const dice = this.#random();
    if (dice < kill) {
      this.#isKilled = true;
      return dice < kill / 2 ? 'kill-before' : 'kill-after';
    }
    if (dice < kill + throttled) {
      this.#count('calls throttled');
      return 'throttled';
    }
    if (dice < kill + throttled + lostReply) {
      this.#count('replies lost');
      return 'lost-reply';
    }
    return 'ok';
  }

  /** A process that was killed writes nothing more. */
  #journal(): Journal {
    const journal = openJournal({
      file: this.#journalFile,
      run: `${this.#process}`,
      actor: SELF.arn,
      now: () => this.#time,
    });
    return {
      ...journal,
      write: (entry) => {
        if (this.#isKilled) throw new Killed();
        journal.write(entry);
      },
    };
  }

  /** Time goes by: programs use their keys, and people do what they said they would. */
  #pass(ms: number): void {
    const end = this.#time + ms;
    for (const consumer of this.#consumers)
      for (; consumer.nextUse <= end; consumer.nextUse += consumer.everyMs) this.#use(consumer);
    const due = this.#chores.filter(({ at }) => at <= end);
    this.#chores = this.#chores.filter(({ at }) => at > end);
    for (const { what } of due) what();
    this.#time = end;
    const month = Math.floor((end - START) / DAY_MS / 30);
    for (; this.#months < month; this.#months++) this.#options.onMonth?.((this.#months + 1) * 30);
  }

  #use(consumer: Consumer): void {
    const { account, user, nextUse: at } = consumer;
    if (this.#isClosed(account)) return;
    if (at >= consumer.nextRead) {
      const stored = currentOf(account, consumer.secretName);
      if (stored !== undefined) consumer.holds = stored;
      consumer.nextRead = at + consumer.readEveryMs;
    }
    const key = account.keys.get(consumer.holds)!;
    this.#count('uses of keys');
    if (key.status === 'Active') recordUse(key, { at, service: 's3', region: 'us-east-1' });
    else this.#flaw(`${account.id} ${user}: ${key.id} was refused while in use (${key.status})`);
  }

  /** What is told is told once, and acted upon where it needs a person. */
  async #hear(events: readonly NotifyEvent[]) {
    for (const { kind, account: id, subject, text, dedupeKey } of events) {
      if (this.#told.has(dedupeKey)) continue;
      this.#told.add(dedupeKey);
      this.#count(`told: ${kind}`);
      const [user = ''] = subject.split(' ');
      const account = this.#world.accounts.get(id);
      if (account === undefined || !text.includes('both places for keys are taken')) continue;
      const keys = keysOf(account, user);
      // Three days later the owner takes the key away that nobody needs, having moved everything to the other one.
      this.#chores.push({ at: this.#time + 3 * DAY_MS, what: () => this.#tidy(account, user, keys) });
    }
    return [];
  }

  /** Unless something has changed since. */
  #tidy(account: Account, user: string, asTold: readonly AccessKey[]): void {
    const keys = keysOf(account, user);
    const [older, newer] = keys;
    if (older === undefined || newer === undefined || keys.some((key, at) => key !== asTold[at])) return;
    const spare = keys.find(({ status }) => status === 'Inactive') ?? older;
    if (secretsOf(account).some(({ name }) => currentOf(account, name) === spare.id)) return;
    for (const consumer of this.#consumers)
      if (consumer.holds === spare.id) consumer.holds = spare === older ? newer.id : older.id;
    this.#byPeople.add(spare.id);
    deleteKey(account, spare, this.#time, this.#world.settings);
    this.#count('keys that people took away, having been told');
  }

  #measure(): void {
    const day = (this.#time - START) / DAY_MS;
    if (day < WARM_UP_DAYS) return;
    const wasDown = [DOWN, AWS_DOWN].some(({ from, days }) => day >= from && day < from + days + 2);
    for (const account of this.#world.accounts.values()) {
      if (this.#isClosed(account)) continue;
      for (const key of account.keys.values()) {
        if (key.status !== 'Active' || isProtected(account, key)) continue;
        const age = (this.#time - key.createdAt) / DAY_MS;
        this.#oldest.ever = Math.max(this.#oldest.ever, age);
        if (!wasDown) this.#oldest.usual = Math.max(this.#oldest.usual, age);
        if (age > AUDIT_LIMIT_DAYS)
          this.#flaw(
            `${account.id} ${key.userName}: ${key.id} is ${Math.floor(age)} days old on day ${Math.floor(day)}`,
          );
      }
    }
  }

  /** At the end of the year: nothing is lost, and the journal tells of everything. */
  #examine(): void {
    const entries = readJournal(this.#journalFile);
    this.#count('lines in the journal', entries.length);
    const told = new Map<string, Entry[]>();
    for (const entry of entries)
      if (entry.keyId !== undefined) told.set(entry.keyId, [...(told.get(entry.keyId) ?? []), entry]);
    if (entries.some(({ reason, event }) => event === 'intent' && (reason ?? '') === ''))
      this.#flaw('a change without a reason');
    for (const account of this.#world.accounts.values()) {
      for (const key of account.keys.values()) this.#examineKey(account, key, told.get(key.id) ?? []);
      if (this.#isClosed(account)) continue;
      for (const secret of secretsOf(account)) this.#examineSecret(account, secret);
    }
  }

  #examineKey(account: Account, key: AccessKey, entries: readonly Entry[]): void {
    const isOurs = !this.#initial.has(key.id);
    const has = (action: string, text = '') =>
      entries.some((entry) => entry.action === action && (entry.text ?? '').includes(text));
    if (isOurs) this.#count('keys made');
    if (key.status === 'Deleted') this.#count('keys deleted');
    // A creation whose reply was lost has no id in the journal; what became of that key has.
    const isTold = isOurs ? has('iam:CreateAccessKey') || has('iam:DeleteAccessKey') : true;
    if (!isTold && !this.#isClosed(account)) this.#flaw(`${key.id} was made and the journal does not say so`);
    if (this.#byPeople.has(key.id)) return;
    if (key.status === 'Deleted' && !has('iam:DeleteAccessKey')) this.#flaw(`${key.id}: deleted, not told`);
    const wasTurnedOff = key.status === 'Inactive' && key.changedAt > START;
    if (wasTurnedOff && !has('iam:UpdateAccessKey', 'Inactive')) this.#flaw(`${key.id}: inactive, not told`);
    if (!isOurs || key.status !== 'Active' || this.#isClosed(account)) return;
    const isStored = secretsOf(account).some((secret) =>
      [...secret.versions.values()].some(({ value }) => {
        const stored = parseStoredForm(value);
        return stored?.id === key.id && stored.secret.reveal() === key.secret.reveal();
      }),
    );
    if (!isStored) this.#flaw(`${account.id} ${key.userName}: the secret of ${key.id} is lost`);
  }

  #examineSecret(account: Account, secret: StoredSecret): void {
    const current = currentOf(account, secret.name);
    const isLive = current === undefined || account.keys.get(current)?.status === 'Active';
    if (!isLive) this.#flaw(`${account.id} ${secret.name} holds a dead key`);
  }

  #seedAccount(index: number): SeedAccount {
    const users: SeedUser[] = [];
    const secrets: SeedSecret[] = [];
    for (let at = 0; at < this.#options.usersPerAccount; at++) {
      const name = `user-${at}`;
      const dice = this.#random();
      const age = Math.floor(this.#random() * 400);
      const lastUsed = { at: '3h', service: 's3' };
      const tags: Record<string, string> = { owner: `team-${at % 5}@example.com` };
      if (dice < 0.05) tags['keyturn:protect'] = 'vendor';
      const keys: NonNullable<SeedUser['keys']> = [{ created: `${age}d`, ...(age > 0 && { lastUsed }) }];
      if (dice >= 0.05 && dice < 0.15) keys[0] = { created: `${age + 60}d`, lastUsed: { at: '58d' } };
      if (dice >= 0.15 && dice < 0.22) keys.push({ created: '5d' });
      if (dice >= 0.22 && dice < 0.3) keys.unshift({ created: `${age + 100}d`, status: 'Inactive' });
      users.push({ name, tags, keys });
      if (dice >= 0.3 && dice < 0.6)
        secrets.push({ name: `app/${name}`, keyOf: name, tags: { 'keyturn:user': name } });
    }
    return { id: `${100_000_000_000 + index}`, users, secrets };
  }

  /** Whoever uses the user's key, by how the key looks at the start. */
  #hire(account: Account, user: string): void {
    const key = keysOf(account, user).find(({ status }) => status === 'Active');
    if (key === undefined) return;
    const isIdle = key.lastUsed !== undefined && START - key.lastUsed.at > 50 * DAY_MS;
    if (isIdle) return;
    // From every 20 minutes to once a month.
    const everyMs = 20 * 60_000 * 2160 ** (this.#random() ** 2);
    // Nobody takes longer to see a new key than the grace less the quiet period.
    const readEveryMs = this.#random() * 10 * DAY_MS;
    const nextUse = START + this.#random() * everyMs;
    this.#consumers.push({
      account,
      user,
      secretName: secretsOf(account).some(({ name }) => name === `app/${user}`)
        ? `app/${user}`
        : `keyturn/${user}`,
      holds: key.id,
      nextUse,
      everyMs,
      nextRead: START,
      readEveryMs,
    });
  }

  #isClosed(account: Account): boolean {
    const ids = [...this.#world.accounts.keys()];
    return account.id === ids.at(-1) && this.#time >= START + CLOSED_ON * DAY_MS;
  }

  #isDay({ from, days }: { from: number; days: number }): boolean {
    return this.#time >= START + from * DAY_MS && this.#time < START + (from + days) * DAY_MS;
  }

  #count(what: string, count = 1): void {
    if (count !== 0) this.#counts[what] = (this.#counts[what] ?? 0) + count;
  }

  #flaw(text: string): void {
    if (this.#violations.length < 50) this.#violations.push(text);
    this.#count('violations');
  }
}

const SCHEDULE: Schedule = {
  jobs: [
    jobOf('report', '0 7 * * *'),
    jobOf('apply', '0 3 * * *'),
    jobOf('delete-after-retention', '30 4 * * *'),
  ],
  allowChanges: true,
  warnMs: [14 * DAY_MS, 3 * DAY_MS],
  pauseFile: undefined,
  health: { port: undefined, file: undefined },
};

function jobOf(name: JobSpec['name'], cron: string): JobSpec {
  return { name, times: parseCron(cron, 'Europe/Berlin'), jitterMs: 0, arguments: [], where: '' };
}

function isProtected(account: Account, { userName }: AccessKey): boolean {
  return account.users.get(userName ?? '')?.tags.has('keyturn:protect') === true;
}

function secretsOf(account: Account): StoredSecret[] {
  return [...account.secrets.values()].flatMap((ofRegion) => [...ofRegion.values()]);
}

/** The key that readers of a secret get. */
function currentOf(account: Account, name: string): string | undefined {
  const secret = secretsOf(account).find((candidate) => candidate.name === name);
  const version = [...(secret?.versions.values() ?? [])].find(({ stages }) => stages.has(CURRENT));
  return version === undefined ? undefined : parseStoredForm(version.value)?.id;
}
