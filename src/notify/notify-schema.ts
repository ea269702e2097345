import { DURATION_PATTERN } from '../base/duration.ts';
import type { Schema } from '../config/schema.ts';
import { NOTIFY_KINDS } from './types.ts';

const DURATION: Schema = { type: 'string', pattern: DURATION_PATTERN };
const DIGEST: Schema = {
  anyOf: [DURATION, { const: false }],
  description: 'At most one message in this time, unless something failed; false: one with every run',
};
const TEXT: Schema = { type: 'string', minLength: 1 };
const ADDRESS: Schema = { type: 'string', pattern: '^[^@\\s]+@[^@\\s]+$' };
const SOURCE: Schema = {
  ...fields({
    env: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$', description: 'The name of a variable' },
    file: { ...TEXT, description: 'A file, relative to this one' },
  }),
  minProperties: 1,
  maxProperties: 1,
};
const TARGET: Schema = {
  anyOf: [TEXT, fields({ channel: TEXT, to: { anyOf: [ADDRESS, { const: 'owner' }] } }, ['channel'])],
};
const TARGETS: Schema = { anyOf: [...(TARGET['anyOf'] as Schema[]), { type: 'array', items: TARGET }] };

function channelSchema(type: string, mandatory: string[], properties: Record<string, Schema>): Schema {
  return fields(
    {
      type: { const: type },
      kinds: {
        type: 'array',
        items: { enum: NOTIFY_KINDS },
        description: 'What it is told of; by default everything',
      },
      digest: DIGEST,
      ...properties,
    },
    ['type', ...mandatory],
  );
}

/** The JSON schema of the section. */
export const NOTIFY_SCHEMA: Schema = {
  ...fields({
    channels: {
      type: 'object',
      additionalProperties: {
        anyOf: [
          channelSchema('webhook', ['secretFrom'], {
            url: { type: 'string', pattern: '^https?://' },
            urlFrom: SOURCE,
            secretFrom: { ...SOURCE, description: 'What messages are signed with' },
          }),
          channelSchema('slack', ['urlFrom'], { urlFrom: SOURCE }),
          channelSchema('sns', ['topic'], { topic: { type: 'string', pattern: '^arn:aws' } }),
          channelSchema('smtp', ['host', 'from'], {
            host: TEXT,
            port: { type: 'integer', minimum: 1, maximum: 65_535, description: '587, or 465 with tls' },
            encryption: { enum: ['starttls', 'tls', 'none'], default: 'starttls' },
            ca: { ...TEXT, description: 'A file of certificates to trust besides those of Node' },
            user: TEXT,
            passwordFrom: SOURCE,
            from: ADDRESS,
            to: { type: 'array', items: ADDRESS },
          }),
        ],
      },
      description: 'Where messages go, by name',
    },
    owners: {
      type: 'object',
      additionalProperties: TARGETS,
      description:
        'Channels by name of the owner; * stands for any characters, and the first that matches counts',
    },
    default: { ...TARGETS, description: 'The channels of what no owner takes; by default all' },
    digest: { ...DIGEST, default: false },
  }),
  type: ['object', 'null'],
  description: 'Who is told of what: docs/NOTIFY.md. Not for the configuration of a project',
};

function fields(properties: Record<string, Schema>, required?: readonly string[]): Schema {
  return {
    type: 'object',
    additionalProperties: false,
    properties,
    ...(required !== undefined && { required }),
  };
}
