/** What `audit` takes for `--format` and `--output`; apart from the reports themselves, as keys-formats.ts. */
export const AUDIT_FORMATS = ['text', 'json', 'csv', 'markdown', 'html', 'sarif', 'asff', 'junit'] as const;

export type AuditFormat = (typeof AUDIT_FORMATS)[number];
