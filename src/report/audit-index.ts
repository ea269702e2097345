import { reportAuditAsff } from './audit-asff.ts';
import { reportAuditCsv } from './audit-csv.ts';
import type { AuditFormat } from './audit-formats.ts';
import { reportAuditHtml } from './audit-html.ts';
import { reportAuditJson } from './audit-json.ts';
import { reportAuditJunit } from './audit-junit.ts';
import { reportAuditMarkdown } from './audit-markdown.ts';
import type { AuditResult } from './audit-result.ts';
import { reportAuditSarif } from './audit-sarif.ts';
import { reportAuditText } from './audit-text.ts';
import type { ReportOptions } from './reporter.ts';

/** Every report of an audit by the name of its format. */
export const AUDIT_REPORTERS: Readonly<
  Record<AuditFormat, (result: AuditResult, options: ReportOptions) => Iterable<string>>
> = {
  text: reportAuditText,
  json: reportAuditJson,
  csv: reportAuditCsv,
  markdown: reportAuditMarkdown,
  html: reportAuditHtml,
  sarif: reportAuditSarif,
  asff: reportAuditAsff,
  junit: reportAuditJunit,
};
