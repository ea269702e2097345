import type { RoleDetail, UserDetail } from '../../aws/audit-types.ts';
import { onceFor } from '../once.ts';
import {
  type Grant,
  grantOf,
  grantSomewhere,
  isDenied,
  onlyAbout,
  type Reach,
  reachOf,
  type Subject,
} from './access.ts';
import { COMBINATIONS, type Combination, RAISES } from './combinations.ts';
import { parseDocument, type Statement } from './document.ts';
import type { Permissions } from './sources.ts';
import { doesTrust, trustIn } from './trust.ts';

/** Somebody whom others may come to act as. */
export interface Target {
  arn: string;
  kind: 'user' | 'role';
  /** `unknown`: policies could not be read. */
  rights: 'administrator' | 'other' | 'unknown';
  /** False where a boundary keeps it from ever being an administrator. */
  canRise: boolean;
  /** Of a role; undefined when it could not be read. */
  trust?: readonly Statement[] | undefined;
}

export function targetOf(
  principal: UserDetail | RoleDetail,
  reach: Reach,
  { boundary }: Permissions,
  subject: Subject,
): Target {
  const canRise =
    boundary === undefined || reachOf({ sources: [EVERYTHING], boundary }, subject).reach !== 'limited';
  const common = { arn: principal.arn, rights: rightsOf(reach), canRise };
  return 'trust' in principal
    ? { ...common, kind: 'role', trust: parseDocument(principal.trust) }
    : { ...common, kind: 'user' };
}

const EVERYTHING = {
  label: 'everything',
  statements: parseDocument('{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'),
};

function rightsOf({ reach }: Reach): Target['rights'] {
  if (reach === 'unknown') return 'unknown';
  return reach === 'limited' ? 'other' : 'administrator';
}

/** A right that is part of a way up. */
export interface Step extends Grant {
  action: string;
  /** ARN, where it is about that and nothing else. */
  on?: string;
}

/** One way by which somebody becomes an administrator. */
export interface Way {
  combination: Combination;
  target: Target;
  steps: readonly Step[];
  /** What is not known of the target, and would have to be so. */
  doubt?: 'rights' | 'trust';
}

/** Of one account: the targets of each combination are found once. */
export interface WayFinder {
  /** One for each combination that is complete. Those in doubt only where nothing is certain. */
  waysOf(permissions: Permissions, subject: Subject): Way[];
}

export function openWays(targets: readonly Target[]): WayFinder {
  const candidates = COMBINATIONS.map((combination) => ({
    combination,
    fitting: targets.filter((one) => one.kind === combination.on && doesFit(one, combination) !== false),
  }));
  const prizes = candidates.map(({ combination, fitting }) => ({
    combination,
    fitting: fitting.filter(({ rights }) => rights !== 'other'),
  }));
  const mayRise = targets.filter(({ rights, canRise }) => rights !== 'administrator' && canRise);
  return {
    waysOf(permissions, subject) {
      const rights = openRights(permissions, subject);
      const raises = rights.raisesOf(mayRise);
      // Most can make an administrator of nobody: what is left are the administrators, who are few.
      const found = (raises.size === 0 ? prizes : candidates).flatMap(({ combination, fitting }) => {
        const way = firstWay(fitting, combination, rights, raises);
        return way === undefined ? [] : [way];
      });
      const certain = found.filter(({ doubt }) => doubt === undefined);
      return certain.length > 0 ? certain : found;
    },
  };
}

/** Undefined where the trust policy could not be read. */
function doesFit(
  { trust, rights }: Target,
  { services, isAssumed = false }: Combination,
): boolean | undefined {
  if (isAssumed) return rights === 'administrator' ? false : trust === undefined ? undefined : true;
  if (services === undefined) return true;
  return trust === undefined ? undefined : services.some((service) => doesTrust(trust, service));
}

/** The first that is certain, else the first. */
function firstWay(
  targets: readonly Target[],
  combination: Combination,
  rights: Rights,
  raises: ReadonlyMap<Target, Step>,
): Way | undefined {
  let doubtful: Way | undefined;
  for (const target of targets) {
    const raise = raises.get(target);
    if (target.rights === 'other' && raise === undefined) continue;
    const take = combination.isAssumed
      ? rights.assume(target)
      : rights.on(target, combination.action, combination.services);
    if (take === undefined) continue;
    const starts = rights.starts(combination);
    if (starts === undefined) return undefined;
    const doubt = doubtOf(target, combination, raise);
    const isRaised = target.rights !== 'administrator' && raise !== undefined;
    const steps = [...(isRaised ? [raise] : []), take, ...starts];
    const way = { combination, target, steps, ...(doubt !== undefined && { doubt }) };
    if (doubt === undefined) return way;
    doubtful ??= way;
  }
  return doubtful;
}

function doubtOf(target: Target, combination: Combination, raise: Step | undefined): Way['doubt'] {
  if (doesFit(target, combination) === undefined) return 'trust';
  return target.rights === 'unknown' && raise === undefined ? 'rights' : undefined;
}

/** What one principal may do. Policies are searched once for each action. */
interface Rights {
  on(target: Target, action: string, services?: readonly string[]): Step | undefined;
  /** Where the trust policy could not be read, by its own policies alone. */
  assume(target: Target): Step | undefined;
  /** Undefined unless it may do all of it. */
  starts(combination: Combination): Step[] | undefined;
  /** By what it may make an administrator of whom. */
  raisesOf(targets: readonly Target[]): ReadonlyMap<Target, Step>;
}

function openRights(permissions: Permissions, subject: Subject): Rights {
  const about = onceFor((action) => onlyAbout(permissions, action));
  const somewhere = onceFor((action) => grantSomewhere(permissions, subject, action));

  function on({ arn }: Target, action: string, services: readonly string[] = []): Step | undefined {
    const own = about(action);
    if (own?.isNear(arn) !== true || arn === subject.arn) return undefined;
    const request = { action, resource: arn };
    const requests =
      services.length === 0 ? [request] : services.map((passedTo) => ({ ...request, passedTo }));
    const grant = firstOf(requests, (one) => grantOf(own.permissions, subject, one));
    return grant && { action, on: arn, ...grant };
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
    starts: ({ starts = [] }) => {
      const steps = starts.map((actions) =>
        firstOf(actions, (action): Step | undefined => {
          const grant = somewhere(action);
          return grant && { action, ...grant };
        }),
      );
      return steps.every((step) => step !== undefined) ? steps : undefined;
    },
    raisesOf: (targets) => {
      const known = Object.values(RAISES)
        .flat()
        .some((action) => about(action) !== undefined);
      const found = new Map<Target, Step>();
      for (const target of known ? targets : []) {
        const raise = firstOf(RAISES[target.kind], (action) => on(target, action));
        if (raise !== undefined) found.set(target, raise);
      }
      return found;
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
