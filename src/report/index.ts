import { reportCompact } from './compact.ts';
import { reportCsv } from './csv.ts';
import type { ReportFormat } from './formats.ts';
import { reportGithub } from './github.ts';
import { reportGitlab } from './gitlab.ts';
import { reportJson, reportNdjson } from './json.ts';
import { reportJunit } from './junit.ts';
import type { Reporter } from './reporter.ts';
import { reportSarif } from './sarif.ts';
import { reportText } from './text.ts';

/** Every report by the name of its format. */
export const REPORTERS: Readonly<Record<ReportFormat, Reporter>> = {
  text: reportText,
  compact: reportCompact,
  json: reportJson,
  ndjson: reportNdjson,
  sarif: reportSarif,
  gitlab: reportGitlab,
  junit: reportJunit,
  csv: reportCsv,
  github: reportGithub,
};

export type { ReportFormat };
