import { ACCOUNTS_SCHEMA } from '../accounts/section.ts';
import { AUDIT_SCHEMA } from '../audit/rules-file.ts';
import { ACCOUNTS_KEY, AUDIT_KEY, KEYS_KEY, NOTIFY_KEY, SCHEDULE_KEY } from '../config/file.ts';
import type { Schema } from '../config/schema.ts';
import { POLICY_SCHEMA } from '../keys/policy-file.ts';
import { NOTIFY_SCHEMA } from '../notify/notify-schema.ts';
import { SCHEDULE_SCHEMA } from '../schedule/schedule-file.ts';

/** JSON schemas of the sections of a configuration file that are no settings. */
export const SECTION_SCHEMAS: Readonly<Record<string, Schema>> = {
  [KEYS_KEY]: POLICY_SCHEMA,
  [ACCOUNTS_KEY]: ACCOUNTS_SCHEMA,
  [AUDIT_KEY]: AUDIT_SCHEMA,
  [SCHEDULE_KEY]: SCHEDULE_SCHEMA,
  [NOTIFY_KEY]: NOTIFY_SCHEMA,
};
