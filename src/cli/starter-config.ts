import { stringify } from 'yaml';
import { ACCOUNTS_SCHEMA, readAccounts } from '../accounts/section.ts';
import { AUDIT_SCHEMA, readAuditConfig, toAuditSection } from '../audit/rules-file.ts';
import type { Schema } from '../config/schema.ts';
import { DEFAULT_POLICY } from '../keys/policy.ts';
import { POLICY_SCHEMA, toSection } from '../keys/policy-file.ts';
import { defaultOf } from './help.ts';
import { CONFIG_OPTIONS, OPTION_GROUPS, type OptionSpec } from './options.ts';

/** Where npm puts the schema of a project that has keyturn among its dependencies. */
export const LOCAL_SCHEMA = 'node_modules/keyturn/schema/config.schema.json';

/** Where `keyturn config schema > FILE` would put it otherwise. */
const WRITTEN_SCHEMA = 'keyturn.schema.json';

/**
 * A keyturn.yaml that changes nothing: every setting that a project may have, as a comment with what it does and its default.
 * `hasLocalSchema`: LOCAL_SCHEMA is there, so that editors can be pointed to it.
 */
export function starterConfig(hasLocalSchema: boolean): string {
  const modeline = (schema: string) => `# yaml-language-server: $schema=${schema}`;
  const head = hasLocalSchema
    ? [modeline(`./${LOCAL_SCHEMA}`)]
    : [
        `# An editor completes and checks this file after: keyturn config schema > ${WRITTEN_SCHEMA}`,
        modeline(WRITTEN_SCHEMA),
      ];
  const groups = OPTION_GROUPS.flatMap((group) => {
    const options = CONFIG_OPTIONS.filter((option) => option.group === group && option.scope !== 'user');
    if (options.length === 0) return [];
    return ['', `# ${group.charAt(0)}${group.slice(1).toLowerCase()}`, ...options.flatMap(settingLines)];
  });
  return `${[...head, ...INTRODUCTION, ...groups, ...ALLOW_LINES, ...SECTION_LINES].join('\n')}\n`;
}

const INTRODUCTION = [
  '#',
  '# Settings of keyturn for this repository. Nothing needs to be set: what follows are the defaults.',
  '# keyturn config print shows what is in force; docs/CONFIGURATION.md of keyturn says more.',
];

const ALLOW_LINES = [
  '',
  '# What is allowed: fingerprints, account:ID, path:GLOB, each with its reason',
  '# allow:',
  '#   - "path:test/fixtures/**  # made up for tests"',
];

const SECTION_LINES = [
  ...titledLines('keys', POLICY_SCHEMA, toSection(DEFAULT_POLICY)),
  ...titledLines('accounts', ACCOUNTS_SCHEMA, { ids: 'org', role: 'keyturn', ...readAccounts({}) }),
  ...titledLines('audit', AUDIT_SCHEMA, toAuditSection(readAuditConfig({}))),
];

function titledLines(key: string, schema: Schema, section: object): string[] {
  return ['', `# ${schema.description}`, `# ${key}:`, ...sectionLines(schema, section)];
}

/** A section's values, each under what its schema says of it. */
function sectionLines(schema: Schema, section: object, indent = '  '): string[] {
  const properties = (schema.properties ?? {}) as Record<string, Schema>;
  return Object.entries(section).flatMap(([key, value]) => {
    const property = properties[key] ?? {};
    const said = property.description === undefined ? [] : [`# ${indent}# ${property.description}`];
    if (property.properties !== undefined)
      return [...said, `# ${indent}${key}:`, ...sectionLines(property, value as object, `${indent}  `)];
    const shown = stringify(value, { collectionStyle: 'flow' }).trim();
    return [...said, `# ${indent}${key}: ${shown}`];
  });
}

function settingLines(option: OptionSpec): string[] {
  const choices = option.choices === undefined ? '' : ` (${option.choices.join(', ')})`;
  // The text of a flag that is on by default is that of its negation.
  const text = option.default === true ? `With false: ${option.text}` : option.text;
  return [`# ${text}${choices}`, `# ${option.key}: ${exampleValue(option)}`];
}

/** The default where there is one to write down, else a value of the right kind. */
function exampleValue(option: OptionSpec): string {
  if (option.type === 'flag') return String(option.default ?? false);
  if (option.default !== undefined) return defaultOf(option)!;
  if (option.isList) return '[]';
  return EXAMPLES[option.name] ?? (option.choices?.[0] || '1');
}

const EXAMPLES: Readonly<Record<string, string>> = {
  'max-file-size': '100M',
  baseline: '.keyturn-baseline.json',
  'allow-file': '.keyturnignore',
  'log-level': 'warn',
  jobs: '2',
};
