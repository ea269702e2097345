import type { RoleDetail, UserDetail } from '../../aws/audit-types.ts';
import { onceFor } from '../once.ts';
import {
  type ActionRights,
  type Aim,
  type Grant,
  grantOf,
  grantSomewhere,
  type Holder,
  holderOf,
  holdsOf,
  isAdministrator,
  isDenied,
  LIFTS,
  liftOf,
  liftsOf,
  onlyAbout,
  RAISES,
  type Reach,
  reachOf,
  type Step,
  type Subject,
  someUser,
} from './access.ts';
import { COMBINATIONS, type Combination, JOINING } from './combinations.ts';
import type { Request } from './conditions.ts';
import { parseDocument, type Statement } from './document.ts';
import type { Permissions } from './sources.ts';
import { doesTrust, trustIn } from './trust.ts';

/** Somebody whom others may come to act as. */
export interface Target extends Holder {
  kind: 'user' | 'role';
  /** `unknown`: policies could not be read. */
  rights: 'administrator' | 'other' | 'unknown';
  /** Of one under a boundary. */
  held?: Held;
  /** Of a role; undefined when it could not be read. */
  trust?: readonly Statement[] | undefined;
}

interface Held {
  /** What takes the boundary off. */
  lifts: readonly Required<Aim>[];
  /** What it is then. */
  rights: Target['rights'];
  subject: Subject;
  /** All that the boundary lets it be given. */
  most: Permissions;
  /** Whether that makes an administrator; where not, it may still be a way up. */
  canRise: boolean;
}

export function targetOf(
  principal: UserDetail | RoleDetail,
  reach: Reach,
  permissions: Permissions,
  subject: Subject,
): Target {
  const common = {
    ...holderOf(permissions, subject),
    rights: rightsOf(reach),
    ...(permissions.boundary !== undefined && { held: heldOf(permissions, subject) }),
  };
  return 'trust' in principal
    ? { ...common, kind: 'role', trust: parseDocument(principal.trust) }
    : { ...common, kind: 'user' };
}

function heldOf(permissions: Permissions, subject: Subject): Held {
  const { boundary: _, ...free } = permissions;
  const most = { ...permissions, sources: [EVERYTHING] };
  return {
    lifts: liftsOf(permissions, subject),
    rights: rightsOf(reachOf(free, subject)),
    subject,
    most,
    canRise: isAdministrator(reachOf(most, subject)),
  };
}

/** A group that users may come to be in. */
export interface GroupTarget {
  arn: string;
  /** What each member has by it. */
  permissions: Permissions;
  rights: Target['rights'];
}

export function groupTargetOf(
  { arn }: { arn: string },
  permissions: Permissions,
  account: Pick<Subject, 'accountId' | 'partition'>,
): GroupTarget {
  return { arn, permissions, rights: rightsOf(reachOf(permissions, someUser(account))) };
}

const EVERYTHING = {
  label: 'everything',
  statements: parseDocument('{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'),
};

function rightsOf({ reach }: Reach): Target['rights'] {
  if (reach === 'unknown') return 'unknown';
  return reach === 'limited' ? 'other' : 'administrator';
}

/** One way by which somebody becomes an administrator. */
export interface Way {
  combination: Combination;
  target: Target | GroupTarget;
  steps: readonly Step[];
  /** What is not known of the target, and would have to be so. */
  doubt?: 'rights' | 'trust';
}

/** Of one account: the targets of each combination are found once. */
export interface WayFinder {
  /** One for each combination that is complete. Those in doubt only where nothing is certain. */
  waysOf(permissions: Permissions, subject: Subject): Way[];
}

export function openWays(targets: readonly Target[], groups: readonly GroupTarget[] = []): WayFinder {
  const candidates = COMBINATIONS.map((combination) => ({
    combination,
    fitting: targets.filter((one) => one.kind === combination.on && doesFit(one, combination) !== false),
  }));
  const prizes = candidates.map(({ combination, fitting }) => ({
    combination,
    fitting: fitting.filter(({ rights }) => rights !== 'other'),
  }));
  const rises = new Map<Held, boolean>();
  return {
    waysOf(permissions, subject) {
      const ways = waysWithin(permissions, subject);
      if (ways.some(({ doubt }) => doubt === undefined)) return ways;
      const lift = liftOf(permissions, subject);
      if (lift === undefined) return ways;
      const { boundary: _, ...free } = permissions;
      const lifted = waysWithin(free, subject);
      return lifted.length === 0 ? ways : lifted.map((way) => ({ ...way, steps: [lift, ...way.steps] }));
    },
  };

  /** Whoever has all that the boundary lets it may use others in its turn. */
  function canRise(held: Held): boolean {
    const { most, subject } = held;
    if (!rises.has(held)) rises.set(held, held.canRise || doesLead(openRights(most, subject)));
    return rises.get(held)!;
  }

  function doesLead(rights: Rights): boolean {
    return prizes.some(({ combination, fitting }) => {
      const way = firstWay(fitting, combination, rights);
      return way !== undefined && way.doubt === undefined;
    });
  }

  function waysWithin(permissions: Permissions, subject: Subject): Way[] {
    const rights = openRights(permissions, subject);
    const raiseOf = rights.raising(groups, canRise);
    // Most can make an administrator of nobody: what is left are the administrators, who are few.
    const others = (raiseOf === undefined ? prizes : candidates).map(({ combination, fitting }) =>
      firstWay(fitting, combination, rights, raiseOf),
    );
    const found = [joiningOf(groups, rights, permissions, subject), ...others].filter(
      (way) => way !== undefined,
    );
    const certain = found.filter(({ doubt }) => doubt === undefined);
    return certain.length > 0 ? certain : found;
  }
}

/** By what a user would be with the rights of the group, its boundary and what is denied to it as they are. */
function joiningOf(
  groups: readonly GroupTarget[],
  rights: Rights,
  { sources, groups: own = [], boundary }: Permissions,
  subject: Subject,
): Way | undefined {
  if (!subject.arn.includes(':user/')) return undefined;
  const ways = groups.flatMap((target): Way[] => {
    const take = rights.on(target, JOINING.action);
    if (take === undefined) return [];
    const joined = {
      sources: [...sources, ...target.permissions.sources],
      groups: [...own, target.arn],
      ...(boundary !== undefined && { boundary }),
    };
    const found = rightsOf(reachOf(joined, subject));
    if (found === 'other') return [];
    return [
      {
        combination: JOINING,
        target,
        steps: [take],
        ...(found === 'unknown' && { doubt: 'rights' as const }),
      },
    ];
  });
  return ways.find(({ doubt }) => doubt === undefined) ?? ways[0];
}

/** Undefined where the trust policy could not be read. */
function doesFit(
  { trust, rights }: Target,
  { services, isAssumed = false }: Combination,
): boolean | undefined {
  if (isAssumed && rights === 'administrator') return false;
  if (isAssumed) return trust?.some(({ principals }) => principals.length > 0);
  if (services === undefined) return true;
  return trust === undefined ? undefined : services.some((service) => doesTrust(trust, service));
}

/** The first that is certain, else the first. */
function firstWay(
  targets: readonly Target[],
  combination: Combination,
  rights: Rights,
  raiseOf: Raiser = () => undefined,
): Way | undefined {
  if (!rights.mayTake(combination)) return undefined;
  const starts = rights.starts(combination);
  if (starts === undefined) return undefined;
  let doubtful: Way | undefined;
  for (const target of targets) {
    const raise = target.rights === 'administrator' ? undefined : raiseOf(target);
    // To assume one that was an administrator before is meant, so what could not be read of it decides nothing.
    const isPrize = target.rights !== 'other' && !combination.isAssumed;
    if (!isPrize && raise === undefined) continue;
    const take = combination.isAssumed
      ? rights.assume(target)
      : rights.on(target, combination.action, combination.services);
    if (take === undefined) continue;
    const doubt = doubtOf(target, combination, raise);
    const steps = [...(raise?.steps ?? []), take, ...starts];
    const way = { combination, target, steps, ...(doubt !== undefined && { doubt }) };
    if (doubt === undefined) return way;
    doubtful ??= way;
  }
  return doubtful;
}

function doubtOf(target: Target, combination: Combination, raise: Raise | undefined): Way['doubt'] {
  if (doesFit(target, combination) === undefined) return 'trust';
  const isKnown = raise === undefined ? target.rights !== 'unknown' : !raise.isDoubtful;
  return isKnown ? undefined : 'rights';
}

/** How a target is made an administrator. */
interface Raise {
  steps: readonly Step[];
  /** By policies that could not be read. */
  isDoubtful: boolean;
}

type Raiser = (target: Target) => Raise | undefined;

/** What one principal may do. Policies are searched once for each action. */
interface Rights {
  on(target: { arn: string }, action: string, services?: readonly string[]): Step | undefined;
  /** Quick: false only where no policy allows the first of its actions on anything. */
  mayTake(combination: Combination): boolean;
  /** Where the trust policy could not be read, by its own policies alone. */
  assume(target: Target): Step | undefined;
  /** Undefined unless it may do all of it. */
  starts(combination: Combination): Step[] | undefined;
  /** How it makes an administrator of one that is none. Undefined where no policy allows that of anybody. */
  raising(groups: readonly GroupTarget[], canRise: (held: Held) => boolean): Raiser | undefined;
}

function openRights(permissions: Permissions, subject: Subject): Rights {
  const about = onceFor((action) => onlyAbout(permissions, { action, resource: subject.arn }));
  const passing = onceFor((passedTo) =>
    onlyAbout(permissions, { action: 'iam:PassRole', resource: subject.arn, passedTo }),
  );
  const somewhere = onceFor((action) => grantSomewhere(permissions, subject, action));

  function on({ arn }: { arn: string }, action: string, services: readonly string[] = []): Step | undefined {
    if (arn === subject.arn) return undefined;
    const grant =
      services.length === 0
        ? grantIn(about(action), { action, resource: arn })
        : firstOf(services, (passedTo) => grantIn(passing(passedTo), { action, resource: arn, passedTo }));
    return grant && { action, on: arn, ...grant };
  }

  function grantIn(own: ActionRights | undefined, request: Request): Grant | undefined {
    return own?.isNear(request.resource) === true ? grantOf(own.permissions, subject, request) : undefined;
  }

  /** How anybody is made a member of an administrators' group. */
  function joinIn(groups: readonly GroupTarget[]): Raise | undefined {
    if (about(JOINING.action) === undefined) return undefined;
    const raises = groups.flatMap((group): Raise[] => {
      const step = group.rights === 'other' ? undefined : on(group, JOINING.action);
      return step === undefined ? [] : [{ steps: [step], isDoubtful: group.rights === 'unknown' }];
    });
    return raises.find(({ isDoubtful }) => !isDoubtful) ?? raises[0];
  }

  function assume(target: Target): Step | undefined {
    const action = 'sts:AssumeRole';
    const { arn, trust } = target;
    const trusted = trust === undefined ? 'account' : trustIn(trust, subject);
    if (trusted === 'none') return undefined;
    if (trusted === 'account') return on(target, action);
    const isNotAllowed = arn === subject.arn || isDenied(permissions, subject, { action, resource: arn });
    return isNotAllowed
      ? undefined
      : { action, on: arn, via: 'the trust policy of that role', isConditional: false };
  }

  return {
    on,
    assume,
    mayTake: ({ action, services, isAssumed = false }) =>
      isAssumed || (services?.some((one) => passing(one) !== undefined) ?? about(action) !== undefined),
    starts: ({ starts = [] }) => {
      const steps = starts.map((actions) =>
        firstOf(actions, (action): Step | undefined => {
          const grant = somewhere(action);
          return grant && { action, ...grant };
        }),
      );
      return steps.every((step) => step !== undefined) ? steps : undefined;
    },
    raising: (groups, canRise) => {
      const shared = onceFor((action) => onceFor((arn) => on({ arn }, action)));
      const joining = joinIn(groups);
      const known = RAISES.filter(({ action }) => about(action) !== undefined);
      const doesLift = [...LIFTS.user, ...LIFTS.role].some((action) => about(action) !== undefined);
      if (known.length === 0 && joining === undefined && !doesLift) return undefined;

      /** But for its boundary. */
      function rise(target: Target): Raise | undefined {
        const step = firstOf(known, ({ action, on: kind }) =>
          firstOf(holdsOf(target, kind), (arn) => shared(action)(arn)),
        );
        if (step !== undefined) return { steps: [step], isDoubtful: false };
        return target.kind === 'user' ? joining : undefined;
      }

      function raiseOf(target: Target): Raise | undefined {
        const raise = rise(target);
        if (target.held === undefined || (raise !== undefined && canRise(target.held))) return raise;
        const { lifts, rights } = target.held;
        const lift = firstOf(lifts, (aim) => shared(aim.action)(aim.on));
        if (lift === undefined) return undefined;
        if (raise !== undefined && rights !== 'administrator')
          return { ...raise, steps: [lift, ...raise.steps] };
        return rights === 'other' ? undefined : { steps: [lift], isDoubtful: rights === 'unknown' };
      }

      const found = new Map<Target, Raise | undefined>();
      return (target) => {
        if (!found.has(target)) found.set(target, raiseOf(target));
        return found.get(target);
      };
    },
  };
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
