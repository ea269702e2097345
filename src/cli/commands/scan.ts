import type { Confidence } from '../../detect/types.ts';
import type { RuleText } from '../../report/reporter.ts';
import type { ScanResult } from '../../report/result.ts';
import { incompleteLines, noteLines, suppressedParts, verdictLine } from '../../report/summary.ts';
import type { ScanPlan } from '../../scan/plan.ts';
import type { CommandContext } from '../commands.ts';
import { exitStatusOf } from '../exit-status.ts';
import { type ReportTarget, writeReports } from '../output.ts';
import { rulesInUse } from '../patterns-in-use.ts';
import { performScan } from '../perform-scan.ts';
import { reportTargetsOf } from '../report-targets.ts';
import { toScanPlan } from '../scan-plan.ts';
import type { ColorChoice } from '../terminal.ts';

export async function scan(context: CommandContext): Promise<number> {
  const { settings } = context.configuration;
  const targets = reportTargetsOf(settings);
  const plan = await toScanPlan(context);
  const { mode, jobs, cacheDir = 'none' } = plan;
  context.log.debug('scan', { mode, targets: plan.targets.length, jobs, cache: cacheDir });
  const result = await performScan(plan, context);
  context.log.debug('scanned', { bytes: result.coverage.bytes, milliseconds: result.durationMs });
  const rules = await ruleTexts(result, plan, context);
  await writeReports(result, targets, context.io, { color: settings.text('color') as ColorChoice, rules });
  summarize(result, targets, context);
  return exitStatusOf(result, {
    failOn: settings.text('fail-on') as Confidence,
    exitZero: settings.isOn('exit-zero'),
    strict: plan.strict,
  });
}

/** Titles and remedies for what was found; nothing is read again for a clean result. */
export async function ruleTexts(
  { findings }: ScanResult,
  { patternFiles }: ScanPlan,
  context: CommandContext,
): Promise<ReadonlyMap<string, RuleText>> {
  if (findings.length === 0) return new Map();
  const rules = await rulesInUse(patternFiles, context);
  return new Map(rules.map(({ rule }) => [rule.id, rule]));
}

/** For a report that is read by a program, the person hears on standard error how it went. */
function summarize(result: ScanResult, targets: readonly ReportTarget[], { log }: CommandContext): void {
  const onScreen = targets.find(({ file }) => file === undefined || file === '-');
  if (onScreen?.format === 'text' || onScreen?.format === 'compact') return;
  if (incompleteLines(result).length > 0) log.warn(verdictLine(result));
  else log.info(verdictLine(result));
  for (const part of suppressedParts(result.coverage)) log.info(`not shown: ${part}`);
  for (const line of noteLines(result.coverage)) log.info(`note: ${line}`);
}
