import { AUDIT_SCHEMA } from '../audit/rules-file.ts';
import { AUDIT_KEY, KEYS_KEY } from '../config/file.ts';
import type { Schema } from '../config/schema.ts';
import { POLICY_SCHEMA } from '../keys/policy-file.ts';

/** Sections of a configuration file that are no settings, with their schemas. */
export const CONFIG_SECTIONS: Readonly<Record<string, Schema>> = {
  [KEYS_KEY]: POLICY_SCHEMA,
  [AUDIT_KEY]: AUDIT_SCHEMA,
};
