import { toJsonLine } from './escape.ts';
import type { KeysResult } from './keys-result.ts';

/** One JSON document, a key and an account a line (schema/keys-report.schema.json). */
export function* reportKeysJson(result: KeysResult): Generator<string> {
  const { accounts, keys, ...rest } = result;
  yield '{\n';
  for (const [name, value] of Object.entries(rest))
    yield `  ${JSON.stringify(name)}: ${toJsonLine(value)},\n`;
  if (accounts !== undefined) {
    yield* list('accounts', accounts);
    yield ',\n';
  }
  yield* list('keys', keys);
  yield '\n}\n';
}

function* list(name: string, items: readonly unknown[]): Generator<string> {
  yield `  ${JSON.stringify(name)}: [`;
  let separator = '\n';
  for (const item of items) {
    yield `${separator}    ${toJsonLine(item)}`;
    separator = ',\n';
  }
  yield items.length === 0 ? ']' : '\n  ]';
}
