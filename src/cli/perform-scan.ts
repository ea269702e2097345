import type { ScanResult } from '../report/result.ts';
import type { ScanPlan } from '../scan/plan.ts';
import type { CommandContext } from './commands.ts';
import { createProgress } from './progress.ts';

/** Runs a scan with progress on the terminal, which is left clean for what is written next. */
export async function performScan(plan: ScanPlan, context: CommandContext): Promise<ScanResult> {
  const { io, signal, runScan, configuration } = context;
  const progress = createProgress(io, !configuration.settings.isOn('quiet'));
  try {
    return await runScan(plan, {
      signal,
      onProgress: (state) => progress.update(state),
      now: io.now,
      stdin: io.stdin,
    });
  } finally {
    progress.clear();
  }
}
