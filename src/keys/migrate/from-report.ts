import { UsageError } from '../../base/errors.ts';

/** As far as it is needed of the JSON report of a scan (schema/scan-result.schema.json). */
interface Report {
  schemaVersion?: unknown;
  findings?: { keyId?: unknown; occurrences?: { source?: unknown; path?: unknown }[] }[];
}

/** Files of work trees where a scan found an access key, as the report names them. Members of archives cannot be rewritten. */
export function filesOfReport(content: string, shownAs: string): string[] {
  const { schemaVersion, findings } = parseReport(content, shownAs);
  if (schemaVersion !== 1 || !Array.isArray(findings))
    throw new UsageError(`${shownAs}: no JSON report of a scan`, {
      hint: 'keyturn scan --format json writes one.',
    });
  const paths = findings
    .filter(({ keyId }) => keyId !== undefined)
    .flatMap(({ occurrences = [] }) => occurrences)
    .flatMap(({ source, path }) => (source === 'worktree' && typeof path === 'string' ? [path] : []))
    .filter((path) => !path.includes('!'));
  return [...new Set(paths)];
}

function parseReport(content: string, shownAs: string): Report {
  try {
    return (JSON.parse(content) ?? {}) as Report;
  } catch (cause) {
    throw new UsageError(`${shownAs}: no JSON`, {
      cause,
      hint: 'keyturn scan --format json writes a report.',
    });
  }
}
