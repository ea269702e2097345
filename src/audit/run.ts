import { inParallel } from '../base/parallel.ts';
import type { Facts } from './facts.ts';
import type { Check, Verdict } from './types.ts';
import { judged } from './verdict.ts';

/** A check and what it said. */
export interface Judged {
  check: Check;
  verdicts: readonly Verdict[];
}

export interface RunOptions {
  signal?: AbortSignal;
  onProgress?: (phase: string, done: number, total?: number) => void;
}

/** Checks wait for AWS and for each other's facts, mostly. */
const CHECKS_AT_A_TIME = 8;

/** Runs every check. A check whose facts AWS refused is UNKNOWN. */
export async function runChecks(
  checks: readonly Check[],
  facts: Facts,
  { signal, onProgress = () => {} }: RunOptions = {},
): Promise<Judged[]> {
  let done = 0;
  return inParallel(checks, CHECKS_AT_A_TIME, async (check) => {
    signal?.throwIfAborted();
    const verdicts = await judged(facts.accountArn, () => check.judge(facts));
    onProgress('checking', ++done, checks.length);
    return { check, verdicts };
  });
}
