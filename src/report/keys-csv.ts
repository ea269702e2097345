import { csvLine } from './csv.ts';
import type { KeysResult, ReportedKey } from './keys-result.ts';
import { gapLines, secretsOf } from './keys-summary.ts';

const COLUMNS: readonly (readonly [title: string, of: (key: ReportedKey) => string | number | undefined])[] =
  [
    ['verdict', ({ verdict }) => verdict],
    ['user', ({ principal }) => principal.name],
    ['keyId', ({ keyId }) => keyId],
    ['status', ({ status }) => status],
    ['ageDays', ({ ageDays }) => ageDays],
    ['createdAt', ({ createdAt }) => createdAt],
    ['lastUse', ({ lastUse }) => lastUse.state],
    ['lastUsedAt', ({ lastUse }) => lastUse.at],
    ['lastUsedService', ({ lastUse }) => lastUse.service],
    ['lastUsedRegion', ({ lastUse }) => lastUse.region],
    ['lastUseAsOf', ({ lastUse }) => lastUse.asOf],
    ['dueAt', ({ dueAt }) => dueAt],
    ['owner', ({ owner }) => owner],
    ['path', ({ principal }) => principal.path],
    ['arn', ({ principal }) => principal.arn],
    ['tags', ({ principal }) => tagsText(principal.tags)],
    ['secrets', secretsOf],
    ['reason', ({ reason }) => reason],
  ];

/**
 * RFC 4180, a row per key. Rows with the verdict `incomplete` come last: what could not be read, so that a short table is not
 * taken for a whole one.
 */
export function* reportKeysCsv(result: KeysResult): Generator<string> {
  yield csvLine(COLUMNS.map(([title]) => title));
  for (const key of result.keys) yield csvLine(COLUMNS.map(([, of]) => String(of(key) ?? '')));
  for (const gap of result.gaps) {
    const cells: Record<string, string> = { verdict: 'incomplete', reason: gapLines(gap).join('. ') };
    yield csvLine(COLUMNS.map(([title]) => cells[title] ?? ''));
  }
}

function tagsText(tags: Record<string, string> | undefined): string {
  return Object.entries(tags ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
