import { EXIT } from '../base/errors.ts';
import { CONFIDENCES, type Confidence } from '../detect/types.ts';
import type { Finding, ScanResult } from '../report/result.ts';

export interface ExitRules {
  /** The least confidence that fails. */
  failOn: Confidence;
  /** Findings do not fail; an incomplete scan still does. */
  exitZero: boolean;
  /** What was left out on purpose makes a scan incomplete. */
  strict: boolean;
}

/** The status of a finished scan: interrupted before findings before incomplete before clean. `info` never fails. */
export function exitStatusOf(result: ScanResult, { failOn, exitZero, strict }: ExitRules): number {
  if (result.interrupted) return EXIT.interrupted;
  if (!exitZero && result.findings.some((finding) => isFailing(finding, failOn))) return EXIT.findings;
  const { gaps, notes } = result.coverage;
  if (!result.complete || gaps.length > 0 || (strict && notes.length > 0)) return EXIT.error;
  return EXIT.ok;
}

/** What the receiver of a push has already fails nothing. */
export function isFailing(
  { confidence, onRemote }: Pick<Finding, 'confidence' | 'onRemote'>,
  failOn: Confidence,
): boolean {
  return (
    onRemote !== true &&
    confidence !== 'info' &&
    CONFIDENCES.indexOf(confidence) <= CONFIDENCES.indexOf(failOn)
  );
}
