/** What `audit` takes for `--format` and `--output`; apart from the reports themselves, as keys-formats.ts. */
export const AUDIT_FORMATS = ['text', 'json'] as const;

export type AuditFormat = (typeof AUDIT_FORMATS)[number];
