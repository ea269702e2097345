import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEMO_SEED } from '../../../src/sandbox/seed/demo.ts';
import { parseFault, parseSeed, parseSettings } from '../../../src/sandbox/seed/file.ts';
import { plant } from '../../../src/sandbox/seed/plant.ts';

const NOW = Date.UTC(2026, 5, 1);
const DOCUMENTATION = join(import.meta.dirname, '../../../docs/SANDBOX.md');

describe('a seed file', () => {
  it('has accounts, settings and faults', () => {
    const seed = parseSeed(
      `
clock: 2026-06-01T00:00:00Z
settings: { keyLiveDelay: 8s, flap: 3000ms, authorize: false, pageSize: 2 }
faults:
  - { kind: throttle, service: iam, times: always }
  - { kind: delay, delay: 2s }
accounts:
  - id: "111122223333"
    users:
      - name: ci
        tags: { team: build }
        keys: [{ created: 100d, lastUsed: { at: 2h } }]
        inline:
          own: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "iam:*", Resource: "*" }] }
    secrets: [{ name: ci/aws, keyOf: ci }]
`,
      'seed.yaml',
    );
    expect(seed.settings).toEqual({ keyLiveDelayMs: 8000, flapMs: 3000, isAuthorizing: false, pageSize: 2 });
    expect(seed.faults).toEqual([
      { kind: 'throttle', service: 'iam', times: Number.POSITIVE_INFINITY },
      { kind: 'delay', delayMs: 2000 },
    ]);
    const account = plant(seed, NOW).accounts.get('111122223333')!;
    const [key] = [...account.keys.values()];
    expect([key!.createdAt, key!.lastUsed]).toEqual([
      NOW - 100 * 86_400_000,
      { at: NOW - 2 * 3_600_000, service: 's3', region: 'us-east-1' },
    ]);
    const [version] = [...account.secrets.get('us-east-1')!.get('ci/aws')!.versions.values()];
    expect(JSON.parse(version!.value.reveal())).toEqual({
      AccessKeyId: key!.id,
      SecretAccessKey: key!.secret.reveal(),
    });
  });

  it('may be empty', () => {
    expect(parseSeed('', 'seed.yaml')).toEqual({});
    expect([...plant({}, NOW).accounts.keys()]).toEqual(['111122223333']);
  });

  it.each<[text: string, message: string]>([
    ['acounts: []', 'seed.yaml:1:1: unknown key "acounts"; did you mean "accounts"?'],
    ['accounts: 1', 'seed.yaml:1:11: expected a list'],
    ['accounts:\n  - name: x', 'seed.yaml:2:5: "id" is missing'],
    ['accounts:\n  - id: 111122223333', 'seed.yaml:2:9: expected a text (put it in quotes)'],
    ['accounts:\n  - id: "1"', 'seed.yaml:2:9: an account id has twelve digits'],
    [
      'accounts:\n  - id: "111122223333"\n    users:\n      - name: ci\n        keys:\n          - statu: Active',
      'seed.yaml:6:13: unknown key "statu"; did you mean "status"?',
    ],
    [
      'accounts: [{id: "111122223333", users: [{name: a, keys: [{status: active}]}]}]',
      'seed.yaml:1:67: "active" is not one of Active, Inactive, Expired; did you mean "Active"?',
    ],
    [
      'accounts: [{id: "111122223333", users: [{name: a, keys: [{}, {}, {}]}]}]',
      'seed.yaml:1:57: a user has two access keys at most',
    ],
    [
      'accounts: [{id: "111122223333", enabledRegions: [us-east-1]}]',
      'seed.yaml:1:50: accounts need not enable us-east-1; regions to enable are af-south-1,',
    ],
    [
      'accounts: [{id: "111122223333", regions: {us-east-1: {trails: [{multiRegion: true}]}}}]',
      'seed.yaml:1:64: "name" is missing',
    ],
    [
      'accounts: [{id: "111122223333", users: [{name: a, created: soon}]}]',
      'seed.yaml:1:60: "soon" is neither a time such as 2026-01-31T12:00:00Z nor an age such as 100d',
    ],
    [
      'accounts: [{id: "111122223333", users: [{name: a, policies: [Admin]}]}]',
      'seed.yaml:1:62: the sandbox has no AWS managed policy of that name',
    ],
    [
      'accounts: [{id: "111122223333", users: [{name: a, inline: {p: {Effect: Allow}}}]}]',
      'seed.yaml:1:63: Missing required field Statement',
    ],
    [
      'accounts: [{id: "111122223333", users: [{name: "a b"}]}]',
      'seed.yaml:1:48: a name has 1 to 64 letters',
    ],
    ['settings: {flap: yes}', 'seed.yaml:1:18: "yes" is no length of time such as 8s, 15m or 100d'],
    ['settings: {pageSize: 0}', 'seed.yaml:1:22: expected a whole number from 1 on'],
    ['settings: {authorize: 1}', 'seed.yaml:1:23: expected true or false'],
    ['faults: [{kind: explode}]', 'seed.yaml:1:17: "explode" is not one of drop-reply'],
    ['faults: [{}]', 'seed.yaml:1:10: "kind" is missing'],
    ['clock: noon', 'seed.yaml:1:8: "noon" is no time such as 2026-01-31T12:00:00Z'],
    ['a: b: c', 'seed.yaml:1:4: '],
  ])('says where %j is wrong', (text, message) => {
    expect(() => parseSeed(text, 'seed.yaml')).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message) }),
    );
  });

  it('is as documented', () => {
    const blocks = [...readFileSync(DOCUMENTATION, 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)];
    expect(blocks.length).toBeGreaterThan(0);
    for (const [, yaml] of blocks)
      expect(plant(parseSeed(yaml!, 'SANDBOX.md'), NOW).accounts.size).toBeGreaterThan(0);
  });
});

it('control requests speak the same words', () => {
  expect(parseSettings('{"keyDeadDelay": "4s"}', 'request')).toEqual({ keyDeadDelayMs: 4000 });
  expect(parseFault('{"kind": "drop-reply", "action": "CreateAccessKey"}', 'request')).toEqual({
    kind: 'drop-reply',
    action: 'CreateAccessKey',
  });
});

it('what there is without a seed can be planted', () => {
  const world = plant(DEMO_SEED, NOW);
  expect(world.organization?.members.size).toBe(2);
  expect(world.accounts.get('111122223333')?.keys.size).toBe(4);
});
