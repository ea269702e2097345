import { DURATION_PATTERN } from '../base/duration.ts';
import { ALLOW_KEY } from './file.ts';
import type { SettingSpec } from './settings.ts';

export type Schema = Record<string, unknown>;

/**
 * The JSON schema of configuration files (schema/config.schema.json), made from the table of settings; `sections` are those
 * that have a schema of their own, by name.
 */
export function toConfigSchema(
  specs: readonly SettingSpec[],
  sections: Readonly<Record<string, Schema>>,
): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration of keyturn',
    description: 'keyturn.yaml or .keyturn.yaml of a repository, or config.yaml of a user',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string', description: 'For editors; ignored' },
      ...Object.fromEntries(
        specs.flatMap((spec) => (spec.key === undefined ? [] : [[spec.key, toProperty(spec)]])),
      ),
      [ALLOW_KEY]: {
        type: ['array', 'null'],
        items: { type: 'string' },
        description: 'What is allowed, as in .keyturnignore: fingerprints, account:ID, path:GLOB',
      },
      ...sections,
    },
  };
}

export function formatConfigSchema(
  specs: readonly SettingSpec[],
  sections: Readonly<Record<string, Schema>>,
): string {
  // Lists of plain values on one line each, as the formatter of this repository has them.
  const text = JSON.stringify(toConfigSchema(specs, sections), null, 2).replace(
    /\[\s+([^[\]{}]*?)\s+\]/g,
    (_, items: string) => {
      return `[${items.replace(/\s*\n\s*/g, ' ')}]`;
    },
  );
  return `${text}\n`;
}

function toProperty(spec: SettingSpec): Schema {
  const value = spec.isList ? { type: 'array', items: toType(spec) } : toType(spec);
  return {
    ...(spec.none === undefined ? value : { anyOf: [value, { const: false }] }),
    ...(spec.default === undefined ? {} : { default: spec.default }),
    description: describe(spec),
  };
}

function describe(spec: SettingSpec): string {
  const scope = spec.scope === 'user' ? '. Not for the configuration of a project' : '';
  return `${textOf(spec)}${scope}`;
}

/** A flag that is on by default has the text of its negation. */
function textOf(spec: SettingSpec): string {
  return spec.default === true ? `false: ${spec.text}` : spec.text;
}

function toType({ type, choices = [], min, max }: SettingSpec): Schema {
  const range = { minimum: min ?? 0, ...(max === undefined ? {} : { maximum: max }) };
  switch (type) {
    case 'flag':
      return { type: 'boolean' };
    case 'choice':
      return { enum: choices };
    case 'tally':
    case 'count':
      return { type: 'integer', ...range };
    case 'size':
      return {
        anyOf: [
          { type: 'integer', ...range },
          { type: 'string', pattern: '^[0-9]+ ?([KMGkmg]?)([iI]?[bB])?$' },
        ],
      };
    case 'duration':
      return { type: 'string', pattern: DURATION_PATTERN };
    case 'report':
      return { type: 'string', pattern: `^(${choices.join('|')})=.+$` };
    case 'file':
    case 'text':
      return { type: 'string', minLength: 1 };
  }
}
