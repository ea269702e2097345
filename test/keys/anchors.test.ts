import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseConfig } from '../../src/config/file.ts';
import { deactivateKey } from '../../src/keys/change.ts';
import type { Inventory, InventoryKey, UserPrincipal } from '../../src/keys/inventory.ts';
import { nextStep } from '../../src/keys/next-step.ts';
import { observe } from '../../src/keys/observe.ts';
import { planOf } from '../../src/keys/plan.ts';
import { assess, DEFAULT_POLICY } from '../../src/keys/policy.ts';
import { readPolicy } from '../../src/keys/policy-file.ts';
import { rotate } from '../../src/keys/rotate.ts';
import { parameterSink } from '../../src/keys/sinks/parameter.ts';
import { CURRENT, PENDING } from '../../src/keys/vault.ts';
import { closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import {
  ACCOUNT,
  type Bench,
  createBench,
  DAY_MS,
  flawsAtEnd,
  keyIn,
  keyInParameter,
  keysIn,
  NO_WAIT,
  runnerOf,
  SECRET,
  versionWith,
} from './bench.ts';
import type { DirectAws, DirectOptions } from './direct-aws.ts';
import { inventoryOf as inventoryIn } from './inventory.ts';
import { runKeys } from './operator.ts';

afterEach(async () => {
  vi.unstubAllEnvs();
  await closeSandboxes();
});

const HOUR_MS = 3_600_000;
const WEEK = { ...NO_WAIT, grace: { mode: 'after' as const, periodMs: 7 * DAY_MS }, quietMs: DAY_MS };

/** Bugs of other tools, each of which somebody lost a key by. The names are those of research. */
describe('aws-iam-access-key-auto-rotation', () => {
  it('takes any error of GetAccessKeyLastUsed for "never used", and deletes first (#11)', async () => {
    const bench = createBench();
    const rules = { ...NO_WAIT, quietMs: DAY_MS };
    const outcome = await bench.run(
      { fate: (action) => (action === 'GetAccessKeyLastUsed' ? 'throttled' : 'ok') },
      { rules },
    );
    expect(outcome).toMatchObject({ state: 'stopped', text: expect.stringContaining('did not tell') });
    expect(bench.account.keys.get(bench.old)!.status).toBe('Active');
  });

  it('deletes one of two active keys at once, even one that was used today', async () => {
    const bench = createBench({
      keys: [
        { created: '100d', lastUsed: { at: '1h' } },
        { created: '99d', lastUsed: { at: '2h' } },
      ],
    });
    expect(await bench.run()).toMatchObject({ state: 'stopped', text: expect.stringContaining('no room') });
    expect(keysIn(bench.account).map(({ status }) => status)).toEqual(['Active', 'Active']);
  });

  it('creates the key before the secret can be written, and loses it with no way back', async () => {
    const bench = createBench();
    // The second PutSecretValue is that of the key; the first is the lock's.
    let puts = 0;
    const failing = bench.run({
      fate: (action) => (action === 'PutSecretValue' && ++puts === 2 ? 'denied' : 'ok'),
    });
    await expect(failing).rejects.toMatchObject({ code: 'aws-denied' });
    expect(bench.account.keys.get(bench.old)!.status).toBe('Active');
    bench.advance(HOUR_MS);
    expect(await bench.run()).toMatchObject({ state: 'done' });
    expect(flawsAtEnd(bench)).toEqual([]);
  });

  it('makes a key current that was never verified', async () => {
    const bench = createBench();
    bench.world.settings.keyLiveDelayMs = 60 * 60_000;
    bench.world.settings.flapMs = 0;
    let current: string | undefined;
    await bench
      .run({ onDone: () => (current = keyIn(versionWith(bench.account, CURRENT))) })
      .catch(() => undefined);
    expect(current).toBe(bench.old);
    expect(versionWith(bench.account, PENDING)).toBeUndefined();
    expect(keysIn(bench.account).map(({ id, status }) => [id, status])).toEqual([[bench.old, 'Active']]);
  });

  it('ignores the grace that is configured: a key dies on day 97 although 100 were promised', async () => {
    const bench = createBench();
    const rules = { ...NO_WAIT, grace: { mode: 'after' as const, periodMs: 10 * DAY_MS } };
    const started = bench.clock.now();
    expect(await bench.run({}, { rules })).toMatchObject({ state: 'waiting', for: 'grace' });
    bench.advance(started + 9.9 * DAY_MS - bench.clock.now());
    expect(await bench.run({}, { rules })).toMatchObject({ state: 'waiting', for: 'grace' });
    expect(bench.account.keys.get(bench.old)!.status).toBe('Active');
    bench.advance(DAY_MS);
    await bench.run({}, { rules });
    expect(bench.account.keys.get(bench.old)!.status).toBe('Inactive');
  });

  it('aborts all users when one fails', async () => {
    const sandbox = await openSandbox([
      { name: 'a', keys: [{ created: '100d' }] },
      { name: 'b', keys: [{ created: '100d' }] },
    ]);
    sandbox.control.faults.add({
      kind: 'error',
      action: 'CreateAccessKey',
      code: 'ServiceFailure',
      status: 500,
    });
    const { status, stdout } = await runKeys(sandbox, ['keys', 'rotate', 'a', 'b', '--apply', '--yes']);
    expect(stdout).toMatch(/^a {2}AKIA\w+ {2}failed: iam:CreateAccessKey/m);
    expect(stdout).toMatch(/^b {2}AKIA\w+ {2}waiting: /m);
    expect(status).toBe(2);
  });

  it('never looks at users beyond the first hundred, nor at their tags', async () => {
    const users = Array.from({ length: 120 }, (_, i) => ({
      name: `user-${String(i).padStart(3, '0')}`,
      keys: [{ created: '100d', lastUsed: { at: '1d' } }],
      ...(i === 119 && { tags: { 'keyturn:protect': 'yes' } }),
    }));
    const inventory = await inventoryIn(await openSandbox(users));
    const plan = planOf(inventory, { ...options(100), now: inventory.takenAt });
    expect(plan.items.length + plan.skipped.length).toBe(120);
    expect(plan.skipped.find(({ user }) => user === 'user-119')?.reason).toContain('protected');
  });

  it('ignores what is configured under a name that nothing reads', async () => {
    const project = await parseConfig('keys:\n  gracePeriod: 10d', 'k', {
      specs: [],
      shownAs: 'keyturn.yaml',
      isProject: true,
    });
    expect(() => readPolicy({ project })).toThrow('keyturn.yaml:2:3: unknown key "gracePeriod"');
  });

  it('guesses when it rotated from the dates of creation', async () => {
    const bench = createBench();
    const rules = { ...NO_WAIT, grace: { mode: 'after' as const, periodMs: 7 * DAY_MS } };
    await bench
      .run({ fate: (action, index) => (index > 20 && action === 'TagUser' ? 'denied' : 'ok') }, { rules })
      .catch(() => undefined);
    expect(keyIn(versionWith(bench.account, PENDING))).not.toBe(undefined);
    // Three days later it is promoted; consumers have had the new key since then only.
    bench.advance(3 * DAY_MS);
    const promoted = bench.clock.now();
    const outcome = await bench.run({}, { rules });
    expect((outcome as { until: number }).until).toBeGreaterThanOrEqual(promoted + 7 * DAY_MS);
  });

  it('names the secret without the six characters at the end of its ARN, so that the policy allows nothing', async () => {
    const account = {
      id: ACCOUNT,
      users: [{ name: 'ci', keys: [{ created: '100d' }] }],
      secrets: [{ name: SECRET, keyOf: 'ci' }],
    };
    const sandbox = await openSandbox({ accounts: [account] });
    const { arn } = sandbox.control.world.accounts.get(ACCOUNT)!.secrets.get('us-east-1')!.get(SECRET)!;
    const denied = `User: me is not authorized to perform: secretsmanager:PutSecretValue on resource: ${arn} because`;
    sandbox.control.faults.add({
      kind: 'error',
      action: 'PutSecretValue',
      code: 'AccessDeniedException',
      message: denied,
    });
    const words = ['keys', 'rotate', 'ci', '--secret', SECRET, '--apply', '--yes'];
    const { stdout } = await runKeys(sandbox, words);
    expect(stdout).toContain(
      `{"Effect":"Allow","Action":"secretsmanager:PutSecretValue","Resource":"${arn}"}`,
    );
  });

  it('logs a key that was rotated by hand with the reason of another', async () => {
    const bench = createBench();
    await bench.run({}, { order: { ...bench.order, reason: 'the owner asked for it' } });
    const done = bench.journal.filter(({ event }) => event === 'done');
    expect(done.length).toBeGreaterThan(5);
    expect(new Set(done.map(({ reason }) => reason))).toEqual(new Set(['the owner asked for it']));
  });

  it('stores the owner under one name and reads another', () => {
    const owned = keyOf('ci', 100);
    const principal = { ...(owned.principal as UserPrincipal), tags: new Map([['owner', 'build']]) };
    expect(assess({ ...owned, principal }, DEFAULT_POLICY, NOW).owner).toBe('build');
  });

  it('may list, create and delete everywhere', () => {
    const page = readFileSync('docs/IAM-POLICY.md', 'utf8');
    const statements = [...page.matchAll(/```json\n([\s\S]*?)```/g)].flatMap(
      ([, json]) => JSON.parse(json!).Statement,
    );
    expect(statements.length).toBeGreaterThan(10);
    for (const { Action, Resource } of statements as { Action: string[]; Resource: string }[]) {
      expect(Action.filter((action) => action.includes('*'))).toEqual([]);
      if (Resource === '*')
        expect(Action.filter((action) => !/:(?:Get|List|Generate)/.test(action))).toEqual([]);
    }
  });
});

describe('aws-rotate-key', () => {
  it('deletes the other key of two', async () => {
    const bench = createBench({ keys: [{ created: '100d' }, { created: '50d' }] });
    await bench.run();
    expect(keysIn(bench.account)).toHaveLength(2);
  });

  it('does not wait until AWS takes the new key', async () => {
    const bench = createBench();
    Object.assign(bench.world.settings, { keyLiveDelayMs: 9_000, flapMs: 10_000 });
    const started = bench.clock.now();
    const promoted: number[] = [];
    await bench.run({
      onDone: () => {
        if (keyIn(versionWith(bench.account, CURRENT)) !== bench.old)
          promoted.push(bench.clock.now() - started);
      },
    });
    // Every other call still saw how it was before: only a streak of three can end that.
    expect(promoted[0]).toBeGreaterThan(9_000 + 10_000);
    expect(flawsAtEnd(bench)).toEqual([]);
  });
});

describe('cloud-custodian', () => {
  it('reports users, so that nobody knows which key is meant (#2302)', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{ created: '100d' }, { created: '10d' }] }]);
    const { stdout } = await runKeys(sandbox, ['keys', 'report']);
    for (const { accessKeyId } of sandbox.control.keysOf(ACCOUNT, 'ci'))
      expect(stdout).toContain(accessKeyId);
  });

  it('cannot ask for keys that are old and unused (#9472)', async () => {
    const sandbox = await openSandbox([
      { name: 'old-idle', keys: [{ created: '100d' }] },
      { name: 'old-busy', keys: [{ created: '100d', lastUsed: { at: '1h' } }] },
      { name: 'new-idle', keys: [{ created: '60d' }] },
    ]);
    const filters = ['--older-than', '90d', '--unused-for', '45d', '--format', 'csv'];
    const { stdout } = await runKeys(sandbox, ['keys', 'report', ...filters]);
    expect(stdout).toContain('old-idle');
    expect(stdout).not.toMatch(/old-busy|new-idle/);
  });

  it('goes by a report of yesterday: a key that was used since is not unused', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{ created: '80d', lastUsed: { at: '50d' } }] }]);
    await inventoryIn(sandbox);
    const key = [...sandbox.control.world.accounts.get(ACCOUNT)!.keys.values()].find(
      ({ userName }) => userName === 'ci',
    )!;
    key.lastUsed = { at: sandbox.control.clock.now(), service: 's3', region: 'us-east-1' };
    const inventory = await inventoryIn(sandbox);
    expect(inventory.reportedAt).toBeDefined();
    const [item] = planOf(inventory, { ...options(100), now: inventory.takenAt }).items;
    expect(item).toBeUndefined();
  });

  it('acts on users instead of keys: the other key goes as well (#842)', async () => {
    const plan = planOf(
      inventoryOf([
        { ...keyOf('ci', 100), id: 'AKIA1' },
        { ...keyOf('ci', 10), id: 'AKIA2' },
      ]),
      options(100),
    );
    expect(plan.items).toEqual([]);
    expect(plan.skipped.map(({ keyId }) => keyId)).toEqual(['AKIA1']);
  });

  it('says "unused" and means "created long ago" (#3274)', () => {
    const used = { ...keyOf('ci', 80), lastUse: { state: 'used' as const, at: NOW - HOUR_MS, asOf: NOW } };
    expect(planOf(inventoryOf([used]), options(100)).items).toEqual([]);
  });
});

describe('ASR RevokeUnrotatedKeys', () => {
  it('deactivates a key that was used a minute ago', async () => {
    const bench = createBench();
    expect(await bench.run({}, { rules: WEEK })).toMatchObject({ state: 'waiting', for: 'grace' });
    bench.advance(7 * DAY_MS + HOUR_MS);
    bench.account.keys.get(bench.old)!.lastUsed = {
      at: bench.clock.now() - 60_000,
      service: 's3',
      region: 'x',
    };
    expect(await bench.run({}, { rules: WEEK })).toMatchObject({ state: 'waiting', for: 'use' });
    expect(bench.account.keys.get(bench.old)!.status).toBe('Active');
    const aws = bench.start();
    await expect(deactivateKey(bench.sessionOf(aws, { rules: WEEK }), runnerOf(aws))).rejects.toMatchObject({
      code: 'guard-in-use',
    });
  });

  it('passes with a reason only, which the journal keeps', async () => {
    const bench = createBench({ keys: [{ created: '100d', lastUsed: { at: '1h' } }], secret: 'absent' });
    const aws = bench.start();
    const order = { ...bench.order, force: 'it leaked' };
    await deactivateKey(bench.sessionOf(aws, { rules: WEEK, order }), runnerOf(aws));
    expect(bench.journal).toContainEqual(
      expect.objectContaining({ action: 'guard-in-use', force: 'it leaked' }),
    );
  });

  it('takes a key that was never used for one that is used now', () => {
    const never = { ...keyOf('ci', 80), lastUse: { state: 'never' as const, asOf: NOW } };
    expect(assess(never, DEFAULT_POLICY, NOW)).toMatchObject({ verdict: 'unused' });
  });
});

describe('Vault', () => {
  it('ignores a period that was changed (#21967)', async () => {
    const bench = createBench();
    expect(await bench.run({}, { rules: WEEK })).toMatchObject({ state: 'waiting', for: 'grace' });
    const rules = { ...WEEK, grace: { mode: 'after' as const, periodMs: 60_000 } };
    bench.advance(60_000);
    expect(await bench.run({}, { rules })).toMatchObject({ state: 'done' });
  });

  it('verifies nothing: a key of the wrong user is not promoted', async () => {
    const bench = createBench();
    const aws = bench.start();
    const identityOf = async () => ({ ...(await aws.sts.self()), arn: 'arn:aws:iam::1:user/other' });
    const session = bench.sessionOf({ ...aws, sts: { ...aws.sts, identityOf } } as typeof aws);
    await rotate(session, runnerOf(aws)).catch(() => undefined);
    expect(keyIn(versionWith(bench.account, CURRENT))).toBe(bench.old);
    expect(bench.account.keys.get(bench.old)!.status).toBe('Active');
  });

  it('leaves two valid keys for a whole period (#27477)', async () => {
    const bench = createBench();
    await bench.run({}, { rules: WEEK });
    bench.advance(8 * DAY_MS);
    await bench.run({}, { rules: WEEK });
    expect(keysIn(bench.account).filter(({ status }) => status === 'Active')).toHaveLength(1);
  });

  it('forgets a rotation that failed (#21935)', async () => {
    const bench = createBench();
    const failing = bench.run({ fate: (action) => (action === 'CreateAccessKey' ? 'lost-reply' : 'ok') });
    await expect(failing).rejects.toMatchObject({ code: 'aws-unavailable' });
    // Another machine, without the journal: what is on the user is enough.
    bench.journal.length = 0;
    bench.advance(HOUR_MS);
    expect(await bench.run()).toMatchObject({ state: 'done' });
    expect(flawsAtEnd(bench)).toEqual([]);
  });
});

describe('Infisical', () => {
  it('deactivates the live key before there is a new one', async () => {
    const bench = createBench();
    const failing = bench.run({ fate: (action) => (action === 'CreateAccessKey' ? 'denied' : 'ok') });
    await expect(failing).rejects.toMatchObject({ code: 'aws-denied' });
    expect(bench.account.keys.get(bench.old)!.status).toBe('Active');
  });

  it('deletes every inactive key', async () => {
    const bench = createBench({ keys: [{ created: '100d' }, { created: '200d', status: 'Inactive' }] });
    const order = {
      ...bench.order,
      retire: keysIn(bench.account).find(({ status }) => status === 'Active')!.id,
    };
    expect(await bench.run({}, { order })).toMatchObject({ state: 'stopped' });
    expect(keysIn(bench.account)).toHaveLength(2);
  });
});

describe('cloud-key-rotator', () => {
  it('writes the two halves apart, so that a reader gets one of each', async () => {
    const bench = createBench();
    const keys = new Set<string | undefined>();
    await bench.run({ onDone: () => keys.add(keyIn(versionWith(bench.account, CURRENT))) });
    const version = versionWith(bench.account, CURRENT)!;
    const stored = JSON.parse(version.value.reveal());
    const key = bench.account.keys.get(stored.AccessKeyId)!;
    expect(stored.SecretAccessKey === key.secret.reveal()).toBe(true);
    expect([...keys]).toEqual([bench.old, key.id]);
  });

  it('has no grace (#10)', async () => {
    const bench = createBench();
    expect(await bench.run({}, { rules: WEEK })).toMatchObject({ state: 'waiting', for: 'grace' });
    expect(keysIn(bench.account).map(({ status }) => status)).toEqual(['Active', 'Active']);
  });
});

describe('what copies of a key get wrong', () => {
  const sink = (aws: DirectAws) => parameterSink(aws.parameters, { name: '/ci/aws' });
  const rotateTo = async (bench: Bench, fate: DirectOptions['fate']) => {
    const aws = bench.start({ fate: fate! });
    return rotate(bench.sessionOf(aws, { sinks: [sink(aws)] }), runnerOf(aws));
  };

  it('aws-rotate-key creates a key before it knows that it can put it anywhere (#7)', async () => {
    const bench = createBench();
    await expect(
      rotateTo(bench, (action) => (action === 'GetParameter' ? 'denied' : 'ok')),
    ).rejects.toThrow();
    expect(keysIn(bench.account)).toHaveLength(1);
  });

  it('cloud-key-rotator and github-action-rotate-aws-secrets: the old key is gone when a sink fails', async () => {
    const bench = createBench();
    await expect(
      rotateTo(bench, (action) => (action === 'PutParameter' ? 'throttled' : 'ok')),
    ).rejects.toThrow();
    expect(bench.account.keys.get(bench.old)!.status).toBe('Active');
    expect(await rotateTo(bench, () => 'ok')).toMatchObject({ state: 'done' });
    expect(keyInParameter(bench.account, '/ci/aws')).toBe(keyIn(versionWith(bench.account, CURRENT)));
  });
});

describe('Conjur', () => {
  it('lets a key live for twice its age (#2657): with before, it ends when its age does', async () => {
    const bench = createBench({ keys: [{ created: '83d' }] });
    const rules = { ...NO_WAIT, grace: { mode: 'before' as const, periodMs: 7 * DAY_MS } };
    const end = bench.account.keys.get(bench.old)!.createdAt + 90 * DAY_MS;
    const outcome = await bench.run({}, { rules });
    expect(outcome).toMatchObject({ state: 'waiting', for: 'grace' });
    const { until } = outcome as { until: number };
    expect(Math.abs(until - end)).toBeLessThan(60_000);
    bench.advance(until - bench.clock.now());
    expect(await bench.run({}, { rules })).toMatchObject({ state: 'done' });
  });
});

describe('aws-secrets-manager-rotation-lambdas', () => {
  it('leaves AWSPENDING behind (#168)', async () => {
    const bench = createBench();
    await bench.run();
    expect(versionWith(bench.account, PENDING)).toBeUndefined();
  });

  it('fails when AWSPENDING cannot be read right after it was put (aws-sdk-js-v3#7701)', async () => {
    const bench = createBench();
    // So that only what the rotation writes is late.
    bench.advance(60_000);
    bench.world.settings.secretReadDelayMs = 20_000;
    expect(await bench.run()).toMatchObject({ state: 'done' });
    expect(flawsAtEnd(bench)).toEqual([]);
  });

  it('does not touch a pending version that someone else wrote', async () => {
    const bench = createBench();
    const aws = bench.start();
    const { Secret } = await import('../../src/base/secret.ts');
    await aws.secrets.putVersion(bench.order.secretName, {
      token: 'f'.repeat(32),
      value: new Secret('theirs'),
      labels: [PENDING],
    });
    expect(await bench.run()).toMatchObject({
      state: 'stopped',
      text: expect.stringContaining('did not write'),
    });
    expect(keysIn(bench.account)).toHaveLength(1);
  });
});

describe('a key that keyturn did not make', () => {
  it('is never discarded, whatever its age', async () => {
    const bench = createBench();
    const failing = bench.run({ fate: (action) => (action === 'CreateAccessKey' ? 'lost-request' : 'ok') });
    await expect(failing).rejects.toMatchObject({ code: 'aws-unavailable' });
    bench.advance(10 * 60_000);
    const aws = bench.start();
    const { key } = await aws.iam.createAccessKey('ci');
    expect(await bench.run()).toMatchObject({ state: 'stopped', text: expect.stringContaining('no room') });
    expect(bench.account.keys.get(key.id)!.status).toBe('Active');
  });

  it('is asked about when it was made in the same minute and is in use', async () => {
    const bench = createBench();
    const failing = bench.run({ fate: (action) => (action === 'CreateAccessKey' ? 'lost-request' : 'ok') });
    await expect(failing).rejects.toMatchObject({ code: 'aws-unavailable' });
    const aws = bench.start();
    const { key } = await aws.iam.createAccessKey('ci');
    await aws.sts.identityOf(key);
    expect(await bench.run()).toMatchObject({
      state: 'stopped',
      text: expect.stringContaining('cannot tell'),
    });
    expect(bench.account.keys.get(key.id)!.status).toBe('Active');
  });
});

describe('two runners', () => {
  it('keeps the second out while the first works', async () => {
    const bench = createBench();
    const outcomes = await Promise.allSettled([bench.run(), bench.run()]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'locked' },
    });
    expect(flawsAtEnd(bench)).toEqual([]);
  });

  it('waits for AWS before it tries again after a lost reply', async () => {
    const bench = createBench();
    const aws = bench.start();
    const { facts } = await observe(bench.sessionOf(aws));
    const intent = { at: facts.now - 1_000, keyIds: [bench.old] };
    expect(nextStep({ ...facts, intent }, bench.order, NO_WAIT, 15_000)).toMatchObject({
      do: 'wait',
      for: 'consistency',
    });
    const later = { at: facts.now - 16_000, keyIds: [bench.old] };
    expect(nextStep({ ...facts, intent: later }, bench.order, NO_WAIT, 15_000)).toEqual({ do: 'create' });
  });

  it('never takes a version that cannot be read yet for one without a key', async () => {
    const bench = createBench();
    bench.world.settings.secretReadDelayMs = 60_000;
    const aws = bench.start();
    const { facts } = await observe(bench.sessionOf(aws));
    const secret = [{ id: 'v', labels: [CURRENT], keyId: 'unread' }];
    expect(nextStep({ ...facts, secret }, bench.order, NO_WAIT, 15_000)).toMatchObject({ do: 'wait' });
  });
});

const NOW = Date.UTC(2026, 0, 31);

function keyOf(user: string, ageDays: number): InventoryKey {
  const principal = {
    type: 'user' as const,
    name: user,
    arn: `arn:aws:iam::1:user/${user}`,
    path: '/',
    tags: new Map(),
  };
  return {
    id: `AKIA${user}`,
    principal,
    status: 'Active',
    createdAt: NOW - ageDays * DAY_MS,
    changedAt: undefined,
    lastUse: { state: 'used', at: NOW - DAY_MS, asOf: NOW },
    secrets: [],
    isSigning: false,
  };
}

function inventoryOf(keys: InventoryKey[]): Inventory {
  return {
    accountId: '111122223333',
    partition: 'aws',
    arn: 'arn:aws:iam::111122223333:user/admin',
    takenAt: NOW,
    userCount: keys.length,
    reportedAt: undefined,
    keys,
    gaps: [],
    notes: [],
  };
}

function options(percent: number) {
  const policy = { ...DEFAULT_POLICY, limits: { count: 20, percent } };
  return { policy, now: NOW, secretTemplate: 'keyturn/{user}' };
}
