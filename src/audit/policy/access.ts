import { isAbout, type Statement } from './document.ts';
import type { Permissions, PolicySource } from './sources.ts';

/** Who is asked about, for resources and for `${aws:username}`. */
export interface Subject {
  arn: string;
  name: string;
  accountId: string;
  partition: string;
}

export function subjectOf(
  { accountId, partition }: Pick<Subject, 'accountId' | 'partition'>,
  { arn, name }: Pick<Subject, 'arn' | 'name'>,
): Subject {
  return { arn, name, accountId, partition };
}

/**
 * How far somebody's rights go.
 * - `full`: every action on every resource
 * - `escalation`: enough of IAM to get there
 * - `limited`
 * - `unknown`: a policy could not be read
 */
export type Reach =
  | { reach: 'full'; via: string; isConditional: boolean }
  | { reach: 'escalation'; via: string; action: string; isConditional: boolean }
  | { reach: 'limited' }
  | { reach: 'unknown'; why: string };

/**
 * What nobody ever heard of is allowed only to those who may do everything, however the policy says it: `*`, `*:*`, NotAction,
 * a single string or a list.
 */
const ANYTHING = 'keyturn-probe:Anything';

/** Each is enough alone to become an administrator, on anything of its kind; those of `own` also on oneself. */
const ESCALATIONS: readonly { action: string; on: 'user' | 'group' | 'role' | 'policy'; own?: boolean }[] = [
  { action: 'iam:AttachUserPolicy', on: 'user', own: true },
  { action: 'iam:PutUserPolicy', on: 'user', own: true },
  { action: 'iam:CreateAccessKey', on: 'user' },
  { action: 'iam:CreateLoginProfile', on: 'user' },
  { action: 'iam:UpdateLoginProfile', on: 'user' },
  { action: 'iam:AttachGroupPolicy', on: 'group' },
  { action: 'iam:PutGroupPolicy', on: 'group' },
  { action: 'iam:AddUserToGroup', on: 'group' },
  { action: 'iam:AttachRolePolicy', on: 'role', own: true },
  { action: 'iam:PutRolePolicy', on: 'role', own: true },
  { action: 'iam:UpdateAssumeRolePolicy', on: 'role' },
  { action: 'iam:CreatePolicyVersion', on: 'policy' },
  { action: 'iam:SetDefaultPolicyVersion', on: 'policy' },
];

/** A name that no policy has in mind. */
const SOMEONE = 'keyturn-probe';

/**
 * Service control policies are not asked, and neither is what a condition says: who is an administrator under a condition is one.
 * A Deny takes rights away only when it has no condition.
 */
export function reachOf(permissions: Permissions, subject: Subject): Reach {
  const unread = [...permissions.sources, permissions.boundary].find(
    (source) => source !== undefined && source.statements === undefined,
  );
  const full = grantOf(permissions, subject, ANYTHING, anythingOf(subject.partition));
  // Who may do everything but IAM is a power user.
  const root = escalationOf(permissions, subject);
  if (full !== undefined && root !== undefined) return { reach: 'full', ...full };
  if (root !== undefined) return { reach: 'escalation', ...root };
  if (unread !== undefined) return { reach: 'unknown', why: `not read: ${unread.label}` };
  return { reach: 'limited' };
}

function anythingOf(partition: string): string {
  return `arn:${partition}:${SOMEONE}:::anything`;
}

interface Grant {
  via: string;
  isConditional: boolean;
}

function escalationOf(permissions: Permissions, subject: Subject): (Grant & { action: string }) | undefined {
  const { partition, accountId, arn } = subject;
  for (const { action, on, own = false } of ESCALATIONS) {
    const anyone = `arn:${partition}:iam::${accountId}:${on}/${SOMEONE}`;
    const isOwnKind = own && arn.includes(`:${on}/`);
    const grant =
      grantOf(permissions, subject, action, anyone) ??
      (isOwnKind ? grantOf(permissions, subject, action, arn) : undefined);
    if (grant !== undefined) return { ...grant, action };
  }
  return undefined;
}

/** The first policy that allows it, unless a Deny or the boundary takes it away. One without a condition goes before one with. */
function grantOf(
  { sources, boundary }: Permissions,
  subject: Subject,
  action: string,
  resource: string,
): Grant | undefined {
  const speaks = (statement: Statement) => isAbout(filled(statement, subject), action, resource);
  const isDenied = [...sources, ...(boundary === undefined ? [] : [boundary])].some(({ statements = [] }) =>
    statements.some((one) => one.effect === 'Deny' && one.conditions.size === 0 && speaks(one)),
  );
  if (isDenied) return undefined;
  const isWithin = (one: Statement) => isAllow(one) && speaks(one) && !isTied(one, action);
  if (boundary?.statements !== undefined && !boundary.statements.some(isWithin)) return undefined;
  let conditional: Grant | undefined;
  for (const { label, statements = [] } of sources) {
    for (const statement of statements) {
      if (!isWithin(statement)) continue;
      if (statement.conditions.size === 0) return { via: label, isConditional: false };
      conditional ??= { via: label, isConditional: true };
    }
  }
  return conditional;
}

function isAllow({ effect }: Statement): boolean {
  return effect === 'Allow';
}

/** Conditions that say which policy, or under which boundary: these rights do not lead everywhere. */
function isTied({ conditions }: Statement, action: string): boolean {
  if (action === ANYTHING) return false;
  return [...conditions.values()].some(
    (keys) =>
      keys.has('iam:policyarn') || keys.has('iam:permissionsboundary') || keys.has('iam:passedtoservice'),
  );
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM's policies.
const USER_NAME = '${aws:username}';

function filled(statement: Statement, { name }: Subject): Statement {
  const { resources } = statement;
  if (!resources.patterns.some((pattern) => pattern.includes(USER_NAME))) return statement;
  const patterns = resources.patterns.map((pattern) => pattern.replaceAll(USER_NAME, name));
  return { ...statement, resources: { ...resources, patterns } };
}

/** Whether a policy alone gives every action on every resource, without a condition. */
export function givesEverything(source: PolicySource, partition: string): boolean {
  return (source.statements ?? []).some(
    (statement) =>
      isAllow(statement) &&
      statement.conditions.size === 0 &&
      isAbout(statement, ANYTHING, anythingOf(partition)) &&
      isAbout(statement, 'iam:AttachUserPolicy', `arn:${partition}:iam::000000000000:user/${SOMEONE}`),
  );
}

/** Services of which a policy gives every action on every resource, in words: `s3`, `every service`, `every service but iam:*`. */
export function wholeServices(source: PolicySource): string[] {
  const found = new Set<string>();
  for (const { effect, actions, resources } of source.statements ?? []) {
    if (effect !== 'Allow' || resources.isNot || !resources.patterns.includes('*')) continue;
    const isAll = actions.patterns.some((pattern) => /^\*+$|^\*+:\*+$/.test(pattern));
    if (isAll && !actions.isNot) found.add('every service');
    if (isAll) continue;
    if (actions.isNot) found.add(`every service but ${actions.patterns.join(' and ')}`);
    else for (const service of actions.patterns.flatMap(wholeServiceOf)) found.add(service);
  }
  return [...found].sort();
}

function wholeServiceOf(pattern: string): string[] {
  const [, service] = /^([a-z0-9-]+):\*+$/i.exec(pattern) ?? [];
  return service === undefined ? [] : [service.toLowerCase()];
}
