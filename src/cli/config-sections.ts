import { ACCOUNTS_SCHEMA } from '../accounts/section.ts';
import { ACCOUNTS_KEY, KEYS_KEY } from '../config/file.ts';
import type { Schema } from '../config/schema.ts';
import { POLICY_SCHEMA } from '../keys/policy-file.ts';

/** Schemas of the sections of a configuration file that are no settings of the table. */
export const CONFIG_SECTIONS: Readonly<Record<string, Schema>> = {
  [KEYS_KEY]: POLICY_SCHEMA,
  [ACCOUNTS_KEY]: ACCOUNTS_SCHEMA,
};
