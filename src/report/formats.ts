/** What `--format` and `--output` take. Apart from the reports themselves, so that a command line is parsed without loading them. */
export const REPORT_FORMATS = [
  'text',
  'compact',
  'json',
  'ndjson',
  'sarif',
  'gitlab',
  'junit',
  'csv',
  'github',
] as const;

export type ReportFormat = (typeof REPORT_FORMATS)[number];
