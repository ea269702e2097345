import type { Wanted } from './event.ts';

/** What a plan needs to know of the checkout. */
export interface Checkout {
  isShallow: boolean;
  /** Whether it holds the commit that a revision names. */
  has(revision: string): boolean;
}

/** One scan, or the reason why there is none. */
export type CiPlan =
  | { scan: readonly string[]; why: string }
  /** `isFine`: there was nothing to look at. Otherwise something to look at is missing, and `mend` says how to get it. */
  | { scan?: undefined; why: string; isFine: true }
  | { scan?: undefined; why: string; isFine: false; mend: string };

/** The lines for the workflow file that make a checkout whole. */
export const WHOLE_CHECKOUT = 'give actions/checkout `fetch-depth: 0`, or this action `deepen: true`';
const HEAD_CHECKOUT =
  'give actions/checkout `fetch-depth: 0` and, as `ref`, what is to be scanned; ' +
  'for pull_request_target that is `github.event.pull_request.head.sha`';

/**
 * The scan for what an event is about, in options of `keyturn scan`. Where the checkout lacks what a range needs, more is
 * scanned, never less; a shallow checkout then is a gap of that scan.
 */
export function planFor(wanted: Wanted, checkout: Checkout): CiPlan {
  if (wanted.what === 'nothing') return { why: wanted.why, isFine: true };
  if (wanted.what === 'everything') return { scan: ['--history'], why: wanted.why };
  const { bases, head, why, isNamed } = wanted;
  if (!checkout.has(head)) {
    if (checkout.isShallow && !isNamed) return everything(`${head} is not in this shallow checkout`);
    return missing(head, HEAD_CHECKOUT);
  }
  const base = bases.find((revision) => checkout.has(revision));
  if (base !== undefined) return { scan: ['--range', `${base}..${head}`], why };
  if (isNamed) return missing(bases[0]!, WHOLE_CHECKOUT);
  return everything(
    bases[0] === undefined ? 'nothing tells what was there before' : `${bases[0]} is not in this checkout`,
  );
}

function everything(reason: string): CiPlan {
  return { scan: ['--history'], why: `${reason}, so everything is scanned` };
}

function missing(revision: string, mend: string): CiPlan {
  return { why: `${revision} is not in this checkout`, isFine: false, mend };
}
