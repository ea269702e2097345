import type { AuditResult } from './audit-result.ts';
import { toJsonLine } from './escape.ts';

/** One JSON document, a check and a result a line (schema/audit-result.schema.json). */
export function* reportAuditJson(result: AuditResult): Generator<string> {
  const { sections, checks, results, ...rest } = result;
  yield '{\n';
  for (const [name, value] of Object.entries(rest))
    if (value !== undefined) yield `  ${JSON.stringify(name)}: ${toJsonLine(value)},\n`;
  yield* list('sections', sections, ',');
  yield* list('checks', checks, ',');
  yield* list('results', results, '');
  yield '}\n';
}

function* list(name: string, items: readonly object[], end: string): Generator<string> {
  yield `  ${JSON.stringify(name)}: [`;
  let separator = '\n';
  for (const item of items) {
    yield `${separator}    ${toJsonLine(item)}`;
    separator = ',\n';
  }
  yield `${items.length === 0 ? '' : '\n  '}]${end}\n`;
}
