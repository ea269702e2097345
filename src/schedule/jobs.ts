import { createHash } from 'node:crypto';
import type { Logger } from '../base/log.ts';
import { removeKey } from '../keys/change.ts';
import { type Inventory, takeInventory } from '../keys/inventory.ts';
import type { Journal } from '../keys/journal.ts';
import { attempted, type Done, describeStep, type KeysWork, performItems } from '../keys/perform.ts';
import { mostItems, type Plan, type PlanOptions, planOf, removableKeys } from '../keys/plan.ts';
import type { KeyPolicy } from '../keys/policy.ts';
import { mustBeFresh, toKeysResult } from '../keys/report.ts';
import type { Session } from '../keys/session.ts';
import type { Order } from '../keys/types.ts';
import type { NotifyEvent } from '../notify/types.ts';
import { blocked, dueSoon, isRefused, lately, ofDeleted, ofDone } from './events.ts';
import type { JobContext } from './runner.ts';
import type { AccountResult, JobName, JobOutcome, JobResult } from './types.ts';

/** One account to work in. */
export interface AccountWork extends KeysWork {
  region: string;
  secretTemplate: string;
  isSecretGiven: boolean;
}

/** What the jobs are given besides the account. */
export interface JobTools {
  now(): number;
  sleep(ms: number): Promise<void>;
  log: Logger;
  warnMs: readonly number[];
  version: string;
  /** Keeps the latest document of this name. */
  save(name: string, document: object): void;
  /** Of all accounts of this run together. */
  budget: Budget;
  /** False: every key is asked for itself. */
  useReport?: boolean;
}

/** How many keys may be changed yet. */
export interface Budget {
  /** False when there is nothing left. */
  take(): boolean;
  /** Nothing was changed after all. */
  giveBack(): void;
}

export function createBudget(count: number): Budget {
  let left = count;
  return {
    take: () => left > 0 && left-- > 0,
    giveBack: () => {
      left++;
    },
  };
}

/** The same accounts, begun with another one each time: what one run may change would always leave out the last ones. */
export function inTurn<T>(accounts: readonly T[], now: number): T[] {
  const start = createHash('sha256').update(`${now}`).digest().readUInt32BE() % Math.max(1, accounts.length);
  return [...accounts.slice(start), ...accounts.slice(0, start)];
}

type AccountJob = (work: AccountWork, tools: JobTools, context: JobContext) => Promise<AccountResult>;

/** What is done in each account. */
export const ACCOUNT_JOBS: Readonly<Partial<Record<JobName, AccountJob>>> = {
  report,
  plan,
  apply,
  'delete-after-retention': deleteAfterRetention,
};

const NO_FILTER = { users: [], paths: [], tags: [], statuses: [], verdicts: [] };

async function report(work: AccountWork, tools: JobTools, { signal }: JobContext): Promise<AccountResult> {
  const inventory = await inventoryOf(work, tools, signal);
  const { policy } = work;
  const now = tools.now();
  const tool = { name: 'keyturn', version: tools.version };
  const result = toKeysResult(inventory, policy, NO_FILTER, tool, work.region);
  tools.save(`keys-${inventory.accountId}`, result);
  const counts = countBy(result.keys.map(({ verdict }) => verdict));
  const context = { inventory, policy, now };
  const made = planFor(inventory, work, now);
  const events = [...dueSoon(context, tools.warnMs), ...lately(made, context), ...blocked(made, context)];
  return endOf(inventory, { job: 'report', counts, events });
}

async function plan(work: AccountWork, tools: JobTools, { signal }: JobContext): Promise<AccountResult> {
  const inventory = await inventoryOf(work, tools, signal);
  const made = planFor(inventory, work, tools.now(), work.policy.limits);
  tools.save(`plan-${inventory.accountId}`, made);
  const counts = countBy([
    ...made.items.map(({ action }) => action),
    ...made.skipped.map(({ kind }) => kind),
  ]);
  return endOf(inventory, { job: 'plan', counts, events: [] });
}

async function apply(work: AccountWork, tools: JobTools, context: JobContext): Promise<AccountResult> {
  const inventory = await inventoryOf(work, tools, context.signal);
  const { policy } = work;
  const eventContext = { inventory, policy, now: tools.now() };
  const made = planFor(inventory, work, tools.now());
  const most = mostItems(made, policy);
  const events = [...lately(made, eventContext), ...blocked(made, eventContext)];
  const counted = countChanges(work);
  let changed = 0;
  let changesBefore = 0;
  const results = await performItems(counted.work, made.items, {
    orderOf: ({ user, keyId, secretName, reason }) => {
      return { user, retire: keyId, secretName, reason: `schedule: ${reason}` };
    },
    mayBegin: () => !isStopped(context) && changed < most && tools.budget.take(),
    onStep: (user, step) => tools.log.debug(`${inventory.accountId} ${user}: ${describeStep(step)}`),
    onDone: (item, done) => {
      if (counted.changes() > changesBefore) changed++;
      else tools.budget.giveBack();
      changesBefore = counted.changes();
      logDone(tools.log, inventory.accountId, done);
      events.push(...ofDone(item, done, eventContext));
    },
  });
  const left = made.items.length - results.length;
  const counts = {
    ...countBy(results.map(stateOf)),
    ...countBy(made.skipped.map(({ kind }) => kind)),
    ...(left > 0 && { left }),
  };
  return endOf(inventory, {
    job: 'apply',
    counts,
    events,
    hasFailed: results.some(isFailure),
    isInterrupted: results.some(({ state }) => state === 'interrupted') || (left > 0 && isStopped(context)),
  });
}

async function deleteAfterRetention(
  work: AccountWork,
  tools: JobTools,
  context: JobContext,
): Promise<AccountResult> {
  const inventory = await inventoryOf(work, tools, context.signal);
  const { policy, runner } = work;
  const eventContext = { inventory, policy, now: tools.now() };
  const removable = removableKeys(inventory, planOptionsOf(work, tools.now()));
  const items = removable.slice(0, mostItems({ keyCount: inventory.keys.length }, policy));
  const events: NotifyEvent[] = [];
  const results: Done[] = [];
  for (const { user, keyId, secretName, reason } of items) {
    if (isStopped(context) || !tools.budget.take()) break;
    const order: Order = { user, retire: keyId, secretName, reason: `schedule: ${reason}` };
    const done = await attempted(order, async () => ({
      state: 'done',
      text: await removeKey(work.sessionFor(order), { runner, protection: policy.protect }),
    }));
    results.push(done);
    logDone(tools.log, inventory.accountId, done);
    events.push(...ofDeleted(done, eventContext));
  }
  const left = removable.length - results.length;
  return endOf(inventory, {
    job: 'delete-after-retention',
    counts: { ...countBy(results.map(stateOf)), ...(left > 0 && { left }) },
    events,
    hasFailed: results.some(isFailure),
    isInterrupted: results.length < items.length && isStopped(context),
  });
}

async function inventoryOf(
  { aws, region, policy }: AccountWork,
  { now, sleep, log, useReport = true }: JobTools,
  signal: AbortSignal,
): Promise<Inventory> {
  const inventory = await takeInventory(aws, {
    now,
    sleep,
    useReport,
    region,
    signal,
    mustBeFresh: (key) => mustBeFresh(key, policy, NO_FILTER, now()),
  });
  for (const { what, count, message } of inventory.gaps)
    log.warn(`${inventory.accountId}: ${count} ${what} could not be read: ${message}`);
  return inventory;
}

function planFor(inventory: Inventory, work: AccountWork, now: number, limits = NO_LIMITS): Plan {
  const options = planOptionsOf(work, now);
  return planOf(inventory, { ...options, policy: { ...work.policy, limits } });
}

function planOptionsOf({ policy, secretTemplate, isSecretGiven }: AccountWork, now: number): PlanOptions {
  return { policy, now, secretTemplate, isSecretGiven };
}

/** The limits are on keys that were changed, so that one which is refused every day keeps no other from its turn. */
const NO_LIMITS: KeyPolicy['limits'] = { count: Number.MAX_SAFE_INTEGER, percent: 100 };

/** The same work, with the changes counted that a session sends. */
function countChanges(work: AccountWork): { work: AccountWork; changes(): number } {
  let changes = 0;
  const counting = (journal: Journal): Journal => ({
    ...journal,
    write: (entry) => {
      if (entry.event === 'intent') changes++;
      journal.write(entry);
    },
  });
  const sessionFor = (order: Order): Session => {
    const session = work.sessionFor(order);
    return { ...session, journal: counting(session.journal) };
  };
  return {
    work: { ...work, sessionFor },
    changes: () => changes,
  };
}

interface End {
  job: JobName;
  counts: Record<string, number>;
  events: NotifyEvent[];
  hasFailed?: boolean;
  isInterrupted?: boolean;
}

/** What could not be read may hide what should have been done: that is no good end. */
function endOf(
  { accountId, gaps, takenAt }: Inventory,
  { job, counts, events, hasFailed = false, isInterrupted = false }: End,
): AccountResult {
  const isIncomplete = gaps.length > 0;
  const needsPerson = events.some(({ kind }) => kind === 'key-blocked');
  const outcome: JobOutcome = isInterrupted
    ? 'interrupted'
    : hasFailed || isIncomplete
      ? 'failed'
      : needsPerson
        ? 'attention'
        : 'done';
  const said = Object.entries(counts).map(([state, count]) => `${count} ${state}`);
  const text = `${said.length === 0 ? 'nothing to do' : said.join(', ')}${isIncomplete ? '; not all could be read' : ''}`;
  const result = { account: accountId, outcome, text, counts };
  if (outcome !== 'failed') return { ...result, events };
  const failure = accountFailed(accountId, `not all could be done: ${text}`, job, takenAt);
  return { ...result, events: [...events, failure] };
}

/** The results of all accounts as one. The worst outcome of any is that of the job. */
export function toJobResult(accounts: readonly AccountResult[]): JobResult {
  const worst = OUTCOMES_BY_WEIGHT.find((outcome) => accounts.some((account) => account.outcome === outcome));
  const [only] = accounts;
  const byOutcome = Object.entries(countBy(accounts.map(({ outcome }) => outcome)))
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(', ');
  const totals = new Map<string, number>();
  for (const { counts } of accounts)
    for (const [state, count] of Object.entries(counts)) totals.set(state, (totals.get(state) ?? 0) + count);
  const keys = [...totals].map(([state, count]) => `${count} ${state}`).join(', ');
  return {
    outcome: worst ?? 'done',
    text:
      accounts.length === 1
        ? only!.text
        : `${accounts.length} accounts: ${byOutcome}; keys: ${keys === '' ? 'nothing to do' : keys}`,
    accounts: [...accounts],
    events: accounts.flatMap(({ events }) => events),
  };
}

const OUTCOMES_BY_WEIGHT: readonly JobOutcome[] = ['interrupted', 'failed', 'attention', 'done'];

/** An account in which nothing could be done. */
export function failedAccount(account: string, text: string, job: JobName, now: number): AccountResult {
  return { account, outcome: 'failed', text, counts: {}, events: [accountFailed(account, text, job, now)] };
}

/** Told once a day. */
function accountFailed(account: string, text: string, job: JobName, now: number): NotifyEvent {
  return {
    kind: 'account-failed',
    account,
    subject: job,
    at: new Date(now),
    text,
    command: `keyturn schedule once ${job}`,
    dedupeKey: `account-failed ${account} ${job} ${new Date(now).toISOString().slice(0, 10)}`,
  };
}

function isStopped({ signal, isPaused }: JobContext): boolean {
  return signal.aborted || isPaused();
}

/** What a guard refused is for a person, and what another runner does is done. */
function isFailure(done: Done): boolean {
  return done.state === 'failed' && !isRefused(done) && done.code !== 'locked';
}

function stateOf(done: Done): string {
  if (done.state === 'waiting') return `waiting-${done.for}`;
  if (isRefused(done)) return 'refused';
  return done.code === 'locked' ? 'locked' : done.state;
}

function logDone(log: Logger, account: string, done: Done): void {
  const { user, keyId, state, text, until = '' } = done;
  log[isFailure(done) ? 'error' : 'info'](text, { account, user, keyId, state, until });
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
