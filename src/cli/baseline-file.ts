import { join } from 'node:path';
import { EXIT } from '../base/errors.ts';
import { BASELINE_NAME } from '../config/discovery.ts';
import { shownFrom } from '../config/load.ts';
import { describeGap } from '../report/summary.ts';
import type { CommandContext } from './commands.ts';
import { performScan } from './perform-scan.ts';
import { toScanPlan } from './scan-plan.ts';

export interface BaselineFile {
  /** Absolute. */
  path: string;
  /** For messages. */
  shownAs: string;
}

/** The file `--baseline` names, else the usual one at the root of the current repository. It need not exist. */
export function baselineFileOf({ configuration, io }: CommandContext): BaselineFile {
  const path = configuration.settings.text('baseline') ?? join(configuration.root, BASELINE_NAME);
  return { path, shownAs: shownFrom(io.cwd, path) };
}

/** Fingerprints of what a scan finds when no baseline is in its way. */
export async function scanForBaseline(
  context: CommandContext,
): Promise<{ found: Set<string>; isInterrupted: boolean; status: number }> {
  const plan = await toScanPlan(context, new Set());
  const result = await performScan(plan, context);
  for (const gap of result.coverage.gaps) context.log.warn(`not looked at: ${describeGap(gap)}`);
  const isInterrupted = result.interrupted === true;
  if (isInterrupted) context.log.error('interrupted; nothing was written');
  const status = isInterrupted ? EXIT.interrupted : result.complete ? EXIT.ok : EXIT.error;
  return { found: new Set(result.findings.map(({ fingerprint }) => fingerprint)), isInterrupted, status };
}
