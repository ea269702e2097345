import type { AuditFormat } from './audit-formats.ts';
import { reportAuditJson } from './audit-json.ts';
import type { AuditResult } from './audit-result.ts';
import { reportAuditText } from './audit-text.ts';
import type { ReportOptions } from './reporter.ts';

/** Every report of an audit by the name of its format. */
export const AUDIT_REPORTERS: Readonly<
  Record<AuditFormat, (result: AuditResult, options: ReportOptions) => Iterable<string>>
> = {
  text: reportAuditText,
  json: reportAuditJson,
};
