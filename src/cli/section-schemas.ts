import { KEYS_KEY, NOTIFY_KEY } from '../config/file.ts';
import type { Schema } from '../config/schema.ts';
import { POLICY_SCHEMA } from '../keys/policy-file.ts';
import { NOTIFY_SCHEMA } from '../notify/notify-schema.ts';

/** JSON schemas of the sections of a configuration file, by name. */
export const SECTION_SCHEMAS: Readonly<Record<string, Schema>> = {
  [KEYS_KEY]: POLICY_SCHEMA,
  [NOTIFY_KEY]: NOTIFY_SCHEMA,
};
