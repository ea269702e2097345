import { reportKeysCsv } from './keys-csv.ts';
import type { KeysFormat } from './keys-formats.ts';
import { reportKeysHtml } from './keys-html.ts';
import { reportKeysJson } from './keys-json.ts';
import { reportKeysMarkdown } from './keys-markdown.ts';
import type { KeysResult } from './keys-result.ts';
import { reportKeysText } from './keys-text.ts';
import type { ReportOptions } from './reporter.ts';

/** Every report of keys by the name of its format. */
export const KEYS_REPORTERS: Readonly<
  Record<KeysFormat, (result: KeysResult, options: ReportOptions) => Iterable<string>>
> = {
  text: reportKeysText,
  json: reportKeysJson,
  csv: reportKeysCsv,
  markdown: reportKeysMarkdown,
  html: reportKeysHtml,
};
