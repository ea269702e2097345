/** What `keys report` takes for `--format` and `--output`. Apart from the reports themselves, so that a command line is parsed without loading them. */
export const KEYS_FORMATS = ['text', 'json', 'csv', 'markdown', 'html'] as const;

export type KeysFormat = (typeof KEYS_FORMATS)[number];
