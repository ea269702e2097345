import type { AuditResult } from './audit-result.ts';
import { escapeControl } from './escape.ts';
import type { ReportOptions } from './reporter.ts';
import { createStyle } from './style.ts';

export function* reportAuditText(result: AuditResult, options: ReportOptions): Generator<string> {
  const style = createStyle(options.color);
  for (const { status, check, resource, region, evidence } of result.results)
    yield `${escapeControl(`${status}  ${check}  ${resource}${region === undefined ? '' : ` ${region}`}: ${evidence}`)}\n`;
  yield `${style.title(`${result.score.passed} passed`)}\n`;
}
