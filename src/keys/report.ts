import { DAY_MS } from '../base/duration.ts';
import { matchesName } from '../base/name-pattern.ts';
import {
  type KeysResult,
  type PolicyText,
  type ReportedKey,
  VERDICTS,
  type Verdict,
} from '../report/keys-result.ts';
import { compareText } from '../report/order.ts';
import type { Inventory, InventoryKey, UserPrincipal } from './inventory.ts';
import { type Assessment, assess, hasTag, type KeyPolicy } from './policy.ts';

/** Which keys are listed: those that meet all that is given. What is unknown of a key does not leave it out. */
export interface KeyFilter {
  /** Names; `*` stands for any characters. */
  users: readonly string[];
  /** Beginnings of paths. */
  paths: readonly string[];
  /** Names of tags, or `name=value`. */
  tags: readonly string[];
  olderThanMs?: number;
  unusedForMs?: number;
  /** Lower-case. */
  statuses: readonly string[];
  verdicts: readonly string[];
}

/** Whose keys the filter can let through: the others need not be asked for. */
export function isWantedUser({ users, paths, tags }: KeyFilter, user: UserPrincipal): boolean {
  return (
    isAny(users, (pattern) => matchesName(pattern, user.name)) &&
    isAny(paths, (prefix) => user.path.startsWith(prefix)) &&
    isAny(tags, (named) => user.tags === undefined || hasTag(user.tags, named))
  );
}

/** True for a list that asks for nothing. */
function isAny(asked: readonly string[], test: (one: string) => boolean): boolean {
  return asked.length === 0 || asked.some(test);
}

/** A key that would be called unused by what the report knew some hours ago is asked for itself. */
export function mustBeFresh(
  key: InventoryKey,
  policy: KeyPolicy,
  { unusedForMs }: KeyFilter,
  now: number,
): boolean {
  if (unusedForMs !== undefined && isUnusedFor(key, unusedForMs, now)) return true;
  return assess(key, { ...policy, protect: { users: [], tags: [], paths: [] } }, now).verdict === 'unused';
}

/** What the inventory, the policy and the filter come to, most urgent first. */
export function toKeysResult(
  inventory: Inventory,
  policy: KeyPolicy,
  filter: KeyFilter,
  tool: KeysResult['tool'],
  region: string,
): KeysResult {
  const now = inventory.takenAt;
  const assessed = inventory.keys.map((key) => ({ key, assessment: assess(key, policy, now) }));
  const listed = assessed.filter(({ key, assessment }) => isListed(key, assessment, filter, now));
  const keys = listed.map(({ key, assessment }) => toReported(key, assessment, now)).sort(byUrgency);
  const { accountId, partition, reportedAt, gaps } = inventory;
  return {
    schemaVersion: 1,
    tool,
    complete: gaps.length === 0,
    takenAt: timeText(now),
    account: { id: accountId, partition },
    askedBy: inventory.arn,
    region,
    ...(reportedAt !== undefined && { credentialReportAt: timeText(reportedAt) }),
    policy: policyText(policy),
    userCount: inventory.userCount,
    keys,
    filteredOut: assessed.length - listed.length,
    gaps: gaps.map((gap) => ({ ...gap })),
    notes: inventory.notes,
  };
}

function isListed(key: InventoryKey, { verdict }: Assessment, filter: KeyFilter, now: number): boolean {
  const { olderThanMs, unusedForMs, statuses, verdicts } = filter;
  const { createdAt, principal } = key;
  const asksForUsers = filter.users.length + filter.paths.length + filter.tags.length > 0;
  return (
    (principal.type === 'user' || !asksForUsers) &&
    (olderThanMs === undefined || createdAt === undefined || now - createdAt > olderThanMs) &&
    (unusedForMs === undefined || key.lastUse.state === 'unknown' || isUnusedFor(key, unusedForMs, now)) &&
    isAny(statuses, (status) => status === key.status.toLowerCase()) &&
    isAny(verdicts, (asked) => asked === verdict)
  );
}

function isUnusedFor({ lastUse, createdAt = 0 }: InventoryKey, unusedForMs: number, now: number): boolean {
  if (lastUse.state === 'unknown') return false;
  return now - (lastUse.state === 'used' ? lastUse.at : createdAt) > unusedForMs;
}

function toReported(key: InventoryKey, assessment: Assessment, now: number): ReportedKey {
  const { id, principal, createdAt } = key;
  const { verdict, reason, dueAt, owner } = assessment;
  return {
    verdict,
    reason,
    ...(id !== undefined && { keyId: id }),
    principal:
      principal.type === 'root'
        ? { type: 'root', name: 'root', arn: principal.arn }
        : {
            type: 'user',
            name: principal.name,
            arn: principal.arn,
            path: principal.path,
            ...(principal.tags !== undefined && { tags: Object.fromEntries(principal.tags) }),
          },
    ...(owner !== undefined && { owner }),
    status: key.status,
    ...(createdAt !== undefined && { createdAt: timeText(createdAt), ageDays: daysOf(now - createdAt) }),
    lastUse: lastUseText(key),
    ...(dueAt !== undefined && { dueAt: timeText(dueAt) }),
    secrets: key.secrets.map((secret) => ({ ...secret })),
    signing: key.isSigning,
  };
}

function lastUseText({ lastUse }: InventoryKey): ReportedKey['lastUse'] {
  if (lastUse.state === 'unknown') return { state: 'unknown', why: lastUse.why };
  const asOf = timeText(lastUse.asOf);
  if (lastUse.state === 'never') return { state: 'never', asOf };
  const { service, region } = lastUse;
  return {
    state: 'used',
    at: timeText(lastUse.at),
    ...(service !== undefined && { service }),
    ...(region !== undefined && { region }),
    asOf,
  };
}

export function byUrgency(a: ReportedKey, b: ReportedKey): number {
  return (
    rankOf(a.verdict) - rankOf(b.verdict) ||
    compareText(a.dueAt ?? a.createdAt ?? '', b.dueAt ?? b.createdAt ?? '') ||
    compareText(a.principal.name, b.principal.name) ||
    compareText(a.account?.id ?? '', b.account?.id ?? '') ||
    compareText(a.keyId ?? '', b.keyId ?? '')
  );
}

function rankOf(verdict: Verdict): number {
  return VERDICTS.indexOf(verdict);
}

export function policyText({ maxAgeMs, unusedForMs, quietMs, grace, retentionMs }: KeyPolicy): PolicyText {
  return {
    maxAgeDays: maxAgeMs / DAY_MS,
    ...(unusedForMs !== undefined && { unusedForDays: unusedForMs / DAY_MS }),
    quietDays: quietMs / DAY_MS,
    grace: { mode: grace.mode, days: grace.periodMs / DAY_MS },
    retentionDays: retentionMs / DAY_MS,
  };
}

function daysOf(ms: number): number {
  return Math.max(0, Math.floor(ms / DAY_MS));
}

/** IAM's times are whole seconds. */
export function timeText(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
