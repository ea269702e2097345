import { doOverlap, isLike } from '../../base/wildcard.ts';
import { holding, type Request } from './conditions.ts';
import { isAbout, isAboutAction, type Statement } from './document.ts';
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
 * - `escalation`: enough of IAM to get there; `isLift` where that is to take off the boundary, and the rest is allowed already
 * - `limited`
 * - `unknown`: a policy could not be read
 */
export type Reach =
  | { reach: 'full'; via: string; isConditional: boolean }
  | ({ reach: 'escalation'; isLift: boolean } & Step)
  | { reach: 'limited' }
  | { reach: 'unknown'; why: string };

/**
 * What nobody ever heard of is allowed only to those who may do everything, however the policy says it: `*`, `*:*`, NotAction,
 * a single string or a list.
 */
const ANYTHING = 'keyturn-probe:Anything';

interface Escalation {
  action: string;
  on: 'user' | 'group' | 'role' | 'policy';
  own?: boolean;
}

/** Each is enough alone to become an administrator, on anything of its kind; those of `own` also on what one's rights come from. */
const ESCALATIONS: readonly Escalation[] = [
  { action: 'iam:AttachUserPolicy', on: 'user', own: true },
  { action: 'iam:PutUserPolicy', on: 'user', own: true },
  { action: 'iam:CreateAccessKey', on: 'user' },
  { action: 'iam:CreateLoginProfile', on: 'user' },
  { action: 'iam:UpdateLoginProfile', on: 'user' },
  { action: 'iam:AttachGroupPolicy', on: 'group', own: true },
  { action: 'iam:PutGroupPolicy', on: 'group', own: true },
  { action: 'iam:AddUserToGroup', on: 'group' },
  { action: 'iam:AttachRolePolicy', on: 'role', own: true },
  { action: 'iam:PutRolePolicy', on: 'role', own: true },
  { action: 'iam:UpdateAssumeRolePolicy', on: 'role' },
  { action: 'iam:CreatePolicyVersion', on: 'policy', own: true },
  { action: 'iam:SetDefaultPolicyVersion', on: 'policy', own: true },
];

/** Make an administrator of a user or role that is none, on what its rights come from. */
export const RAISES = ESCALATIONS.filter(({ own }) => own);

/** A name that no policy has in mind. */
const SOMEONE = 'keyturn-probe';

/** A user of the account of whom nothing is known. */
export function someUser({ accountId, partition }: Pick<Subject, 'accountId' | 'partition'>): Subject {
  return { arn: `arn:${partition}:iam::${accountId}:user/${SOMEONE}`, name: SOMEONE, accountId, partition };
}

/** A user or role and, by ARN, all that its rights come from. */
export interface Holder {
  arn: string;
  groups: readonly string[];
  /** Those of the account: nobody can change one of AWS. */
  policies: readonly string[];
}

export function holderOf({ sources, groups = [] }: Permissions, { arn }: Pick<Subject, 'arn'>): Holder {
  const policies = sources.flatMap((source) =>
    source.arn === undefined || source.arn.includes(':iam::aws:') ? [] : [source.arn],
  );
  return { arn, groups, policies };
}

/** What of a kind the rights of a holder come from: itself, its groups or its policies. */
export function holdsOf({ arn, groups, policies }: Holder, kind: Escalation['on']): readonly string[] {
  if (kind === 'group') return groups;
  if (kind === 'policy') return policies;
  return arn.includes(`:${kind}/`) ? [arn] : [];
}

/**
 * Service control policies are not asked, and neither is what a condition says: who is an administrator under a condition is one.
 * A Deny takes rights away only when it has no condition.
 */
export function reachOf(permissions: Permissions, subject: Subject): Reach {
  const unread = [...permissions.sources, permissions.boundary].find(
    (source) => source !== undefined && source.statements === undefined,
  );
  const full = grantOf(permissions, subject, { action: ANYTHING, resource: anythingOf(subject.partition) });
  // Who may do everything but IAM is a power user.
  const root = escalationOf(permissions, subject);
  if (full !== undefined && root !== undefined) return { reach: 'full', ...full };
  if (root !== undefined) return { reach: 'escalation', isLift: false, ...root };
  const { boundary: _, ...free } = permissions;
  const lift = liftOf(permissions, subject);
  if (lift !== undefined && isAdministrator(reachOf(free, subject)))
    return { reach: 'escalation', isLift: true, ...lift };
  if (unread !== undefined) return { reach: 'unknown', why: `not read: ${unread.label}` };
  return { reach: 'limited' };
}

export function isAdministrator({ reach }: Reach): boolean {
  return reach === 'full' || reach === 'escalation';
}

function anythingOf(partition: string): string {
  return `arn:${partition}:${SOMEONE}:::anything`;
}

/** A right that somebody has, and the policy that gives it. */
export interface Grant {
  via: string;
  isConditional: boolean;
}

/** A right that is part of a way up. */
export interface Step extends Grant, Aim {}

export interface Aim {
  action: string;
  /** ARN, where it is about that and nothing else. */
  on?: string;
}

function escalationOf(permissions: Permissions, subject: Subject): Step | undefined {
  const { partition, accountId } = subject;
  const holder = holderOf(permissions, subject);
  for (const { action, on, own = false } of ESCALATIONS) {
    const anyone = `arn:${partition}:iam::${accountId}:${on}/${SOMEONE}`;
    const grant = grantOf(permissions, subject, { action, resource: anyone });
    if (grant !== undefined) return { ...grant, action };
    for (const resource of own ? holdsOf(holder, on) : []) {
      const narrow = grantOf(permissions, subject, { action, resource });
      if (narrow !== undefined) return { ...narrow, action, on: resource };
    }
  }
  return undefined;
}

/** Take a boundary off, or put a wider one in its place. */
export const LIFTS = {
  user: ['iam:DeleteUserPermissionsBoundary', 'iam:PutUserPermissionsBoundary'],
  role: ['iam:DeleteRolePermissionsBoundary', 'iam:PutRolePermissionsBoundary'],
} as const;

/** How somebody may take off its own boundary. */
export function liftOf(permissions: Permissions, subject: Subject): Step | undefined {
  for (const { action, on } of liftsOf(permissions, subject)) {
    const grant = grantOf(permissions, subject, { action, resource: on });
    if (grant !== undefined) return { ...grant, action, on };
  }
  return undefined;
}

/** Each is enough to take the boundary off a user or role, or to make it one that limits nothing. */
export function liftsOf({ boundary }: Permissions, { arn }: Pick<Subject, 'arn'>): Required<Aim>[] {
  if (boundary === undefined) return [];
  const actions = LIFTS[arn.includes(':role/') ? 'role' : 'user'];
  const versions = RAISES.filter(({ on }) => on === 'policy').map(({ action }) => action);
  const policies = holderOf({ sources: [boundary] }, { arn }).policies;
  return [
    ...actions.map((action) => ({ action, on: arn })),
    ...policies.flatMap((on) => versions.map((action) => ({ action, on }))),
  ];
}

/** The first policy that allows it, unless a Deny or the boundary takes it away. One without a condition goes before one with. */
export function grantOf(permissions: Permissions, subject: Subject, request: Request): Grant | undefined {
  const { action, resource } = request;
  const isWithin = (one: Statement) =>
    isAllowed(one, request) && isAbout(filled(one, subject), action, resource);
  const grant = firstGrant(permissions, isWithin, request);
  return grant !== undefined && isDenied(permissions, subject, request) ? undefined : grant;
}

/**
 * As `grantOf`, of an action that makes something new, on whatever the policies name: what it makes may have any of these names.
 * Cautious where names are narrowed: a boundary counts by its actions alone, and a Deny only when it covers all that is allowed.
 */
export function grantSomewhere(
  permissions: Permissions,
  subject: Subject,
  action: string,
): Grant | undefined {
  const { partition, accountId } = subject;
  const [service] = action.split(':');
  const some = `arn:${partition}:${service}:${SOMEONE}:${accountId}:${SOMEONE}`;
  const anywhere: Request = { action, resource: some };
  const isWithin = (one: Statement) => isAllowed(one, anywhere) && isAboutAction(one, action);
  const boundary = permissions.boundary?.statements;
  if (boundary !== undefined && !boundary.some(isWithin)) return undefined;
  const homes = ELSEWHERE[service!] ?? [service];
  const isOpen = (pattern: string) => {
    if (!homes.some((home) => doOverlap(pattern, `arn:${partition}:${home}:*`))) return false;
    const resource = isLike(some, pattern) ? some : pattern.replaceAll(/[*?]+/g, SOMEONE);
    return !isDenied(permissions, subject, { action, resource });
  };
  const { sources } = permissions;
  return firstGrant({ sources }, (one) => isWithin(one) && patternsOf(one, subject).some(isOpen), anywhere);
}

/** Services whose actions are about what belongs to another (Service Authorization Reference). */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  ssm: ['ssm', 'ec2'],
  'ec2-instance-connect': ['ec2'],
};

/** What is not among NotResource may be anything. */
function patternsOf(statement: Statement, subject: Subject): readonly string[] {
  const { isNot, patterns } = filled(statement, subject).resources;
  return isNot ? ['*'] : patterns;
}

/** What policies say of one action, to ask of thousands of resources. */
export interface ActionRights {
  permissions: Permissions;
  /** Quick: false only where none of it allows anything of a resource. */
  isNear(resource: string): boolean;
}

/** Undefined where no policy allows the action on anything. Of the resource only the partition is asked. */
export function onlyAbout({ sources, boundary }: Permissions, request: Request): ActionRights | undefined {
  const { action } = request;
  const isAllowing = (one: Statement) => isAboutAction(one, action) && isAllowed(one, request);
  const allowing = sources.flatMap(({ statements = [] }) => statements.filter(isAllowing));
  if (allowing.length === 0) return undefined;
  const within = (source: PolicySource): PolicySource => ({
    ...source,
    statements: source.statements?.filter((one) => isAboutAction(one, action)),
  });
  const prefixes = allowing.flatMap(({ resources: { isNot, patterns } }) =>
    isNot ? [''] : patterns.map((pattern) => /^[^*?$]*/.exec(pattern)![0]),
  );
  return {
    permissions: {
      sources: sources.map(within),
      ...(boundary !== undefined && { boundary: within(boundary) }),
    },
    isNear: (resource) => prefixes.some((prefix) => resource.startsWith(prefix)),
  };
}

function firstGrant(
  { sources, boundary }: Permissions,
  isWithin: (statement: Statement) => boolean,
  request: Request,
): Grant | undefined {
  let found: Grant | undefined;
  for (const { label, statements = [] } of sources) {
    const own = statements.filter(isWithin);
    const isConditional = !own.some((one) => holdingOf(one, request) === 'always');
    if (own.length > 0 && (found === undefined || !isConditional)) found = { via: label, isConditional };
    if (found?.isConditional === false) break;
  }
  const isOutside = boundary?.statements !== undefined && !boundary.statements.some(isWithin);
  return isOutside ? undefined : found;
}

export function isDenied({ sources, boundary }: Permissions, subject: Subject, request: Request): boolean {
  const { action, resource } = request;
  return [...sources, ...(boundary === undefined ? [] : [boundary])].some(({ statements = [] }) =>
    statements.some(
      (one) =>
        one.effect === 'Deny' &&
        holdingOf(one, request) === 'always' &&
        isAbout(filled(one, subject), action, resource),
    ),
  );
}

function isAllowed(statement: Statement, request: Request): boolean {
  return isAllow(statement) && holdingOf(statement, request) !== 'never';
}

/** Who may do anything at all is not tied by what a condition says of some actions of IAM. */
function holdingOf(statement: Statement, request: Request) {
  return holding(statement, request, request.action !== ANYTHING);
}

function isAllow({ effect }: Statement): boolean {
  return effect === 'Allow';
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
