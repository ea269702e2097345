import { toJsonLine } from './escape.ts';
import type { KeysResult } from './keys-result.ts';

/** One JSON document, a key a line (schema/keys-report.schema.json). */
export function* reportKeysJson(result: KeysResult): Generator<string> {
  const { keys, ...rest } = result;
  yield '{\n';
  for (const [name, value] of Object.entries(rest))
    yield `  ${JSON.stringify(name)}: ${toJsonLine(value)},\n`;
  yield '  "keys": [';
  let separator = '\n';
  for (const key of keys) {
    yield `${separator}    ${toJsonLine(key)}`;
    separator = ',\n';
  }
  yield keys.length === 0 ? ']\n}\n' : '\n  ]\n}\n';
}
