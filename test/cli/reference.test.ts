import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SECTION_SCHEMAS } from '../../src/cli/config-sections.ts';
import { COMMAND_NAMES, CONFIG_OPTIONS, OPTIONS, optionsOf } from '../../src/cli/options.ts';
import {
  ACCOUNTS_KEY,
  ALLOW_KEY,
  AUDIT_KEY,
  KEYS_KEY,
  NOTIFY_KEY,
  SCHEDULE_KEY,
} from '../../src/config/file.ts';
import { formatConfigSchema, toConfigSchema } from '../../src/config/schema.ts';
import { variableOf } from '../../src/config/settings.ts';
import { DEFAULT_ARCHIVE_LIMITS } from '../../src/source/archive.ts';
import { renewReference } from './reference.ts';
import { makeFolder, runMain } from './run-main.ts';

describe('the option table', () => {
  it('is what docs/CONFIGURATION.md says', async () => {
    const document = readFileSync('docs/CONFIGURATION.md', 'utf8');
    await expect(renewReference(document)).toMatchFileSnapshot('../../docs/CONFIGURATION.md');
  });

  it('is what schema/config.schema.json says', async () => {
    await expect(formatConfigSchema(CONFIG_OPTIONS, SECTION_SCHEMAS)).toMatchFileSnapshot(
      '../../schema/config.schema.json',
    );
    expect((await runMain(['config', 'schema'])).stdout).toBe(
      formatConfigSchema(CONFIG_OPTIONS, SECTION_SCHEMAS),
    );
  });

  it('has each name, short form, key and variable once in every command', () => {
    for (const command of COMMAND_NAMES) {
      const options = optionsOf(command);
      for (const column of ['name', 'short', 'key'] as const) {
        const values = options.flatMap((option) => option[column] ?? []);
        expect(new Set(values).size, `${command} ${column}`).toBe(values.length);
      }
    }
    const keys = CONFIG_OPTIONS.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    const variables = OPTIONS.flatMap((option) => variableOf(option) ?? []);
    expect(new Set(variables).size).toBe(variables.length);
  });

  it('spells a key as its option, in camel case', () => {
    for (const { name, key } of CONFIG_OPTIONS) {
      expect(key).toBe(name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()));
    }
  });

  it('has the limits on archives that the archive reader has', () => {
    const defaultOf = (name: string) => OPTIONS.find((option) => option.name === name)?.default;
    expect(DEFAULT_ARCHIVE_LIMITS).toEqual({
      depth: defaultOf('max-archive-depth'),
      totalBytes: defaultOf('max-archive-size'),
      memberBytes: defaultOf('max-archive-member-size'),
      ratio: defaultOf('max-archive-ratio'),
      members: defaultOf('max-archive-members'),
    });
  });

  it('has texts of one line without a full stop', () => {
    for (const { name, text, none = 'None' } of OPTIONS) {
      for (const said of [text, none]) expect(said, name).toMatch(/^[A-Z].*[^.]$/);
    }
  });
});

describe('the schema of the configuration', () => {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
    toConfigSchema(CONFIG_OPTIONS, SECTION_SCHEMAS),
  );

  /** Each with whether a scan takes it. */
  const samples: [yaml: string, isGood: boolean][] = [
    ['strict: true', true],
    ['strict: 1', false],
    ['minConfidence: info', true],
    ['failOn: info', false],
    ['jobs: 4', true],
    ['jobs: 0', false],
    ['jobs: 1.5', false],
    ['maxFileSize: 20MB', true],
    ['maxFileSize: 1048576', true],
    ['maxFileSize: lots', false],
    ['baseline: false', true],
    ['baseline: 7', false],
    ['patterns: a.yaml', false],
    ['cacheDir: ""', false],
    ['output: [json=out.json]', true],
    ['output: [jsom=out.json]', false],
    ['allow: ["path:docs/"]', true],
    ['allow: [7]', false],
    ['allow:', true],
    ['keys:', true],
    ['keys: { maxAge: 60d, unusedFor: false, protect: { paths: [/vendors/] } }', true],
    ['keys: { grace: { mode: after, period: 10d }, owners: { users: { "ci-*": build } } }', true],
    ['keys: 90d', false],
    ['keys: { maxAge: 90 }', false],
    ['keys: { maxage: 90d }', false],
    ['keys: { protect: { paths: [vendors] } }', false],
    ['keys: { limits: { percent: 101 } }', false],
    ['notify:', true],
    [
      'notify: { channels: { a: { type: slack, urlFrom: { env: U } } }, owners: { "*": a }, default: [a] }',
      true,
    ],
    [
      'notify: { channels: { a: { type: webhook, url: "https://x.example", secretFrom: { file: s } } } }',
      true,
    ],
    [
      'notify: { channels: { a: { type: sns, topic: "arn:aws:sns:us-east-1:111122223333:t" } }, digest: 24h }',
      true,
    ],
    ['notify: { channels: { a: { type: smtp, host: h, from: a@b.c, to: [d@e.f], digest: false } } }', true],
    ['notify: { channels: { a: { type: slack } } }', false],
    ['notify: { channels: { a: { type: slack, urlFrom: { env: U, file: f } } } }', false],
    ['notify: { channels: { a: { type: slack, urlFrom: { env: U }, topic: t } } }', false],
    ['notify: { channels: { a: { type: pager } } }', false],
    ['notify: { channels: { a: { type: slack, urlFrom: { env: U }, kinds: [key-lost] } } }', false],
    ['notify: { digest: soon }', false],
    ['accounts: { ids: org, role: ops/keyturn, regions: { "111122223333": eu-west-1 } }', true],
    ['accounts: { ids: ["1"] }', false],
    ['accounts: { role: "a b" }', false],
    ['accounts: { concurrency: 0 }', false],
    ['audit:', true],
    ['audit: { rootQuiet: 30d, unusedServices: 180d }', true],
    ['audit: { rootQuiet: soon }', false],
    ['audit: { exceptions: [{ check: "root-*", owner: ops, reason: meant, expires: 2027-01-31 }] }', true],
    ['audit: { exceptions: [{ check: root-mfa, owner: ops, reason: meant }] }', false],
    ['audit: { exceptions: [{ check: root-mfa, owner: ops, reason: meant, expires: never }] }', false],
    ['audit: { exceptions: {} }', false],
    ['nope: 1', false],
  ];

  it.each(samples)('agrees with the reader about %j', async (yaml, isGood) => {
    expect(validate(parse(yaml))).toBe(isGood);
    const cwd = makeFolder({ 'k.yaml': yaml });
    const run = await runMain(['config', 'print', '--config', 'k.yaml'], { cwd });
    expect(run.status, run.stderr).toBe(isGood ? 0 : 2);
  });

  it('knows every key', () => {
    const { properties } = toConfigSchema(CONFIG_OPTIONS, SECTION_SCHEMAS) as { properties: object };
    expect(Object.keys(properties)).toEqual([
      '$schema',
      ...CONFIG_OPTIONS.map(({ key }) => key),
      ALLOW_KEY,
      KEYS_KEY,
      ACCOUNTS_KEY,
      AUDIT_KEY,
      SCHEDULE_KEY,
      NOTIFY_KEY,
    ]);
  });
});
