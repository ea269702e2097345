import { describe, expect, it } from 'vitest';
import { deactivateKey } from '../../src/keys/change.ts';
import type { Inventory, InventoryKey } from '../../src/keys/inventory.ts';
import { nextStep } from '../../src/keys/next-step.ts';
import { observe } from '../../src/keys/observe.ts';
import { planOf } from '../../src/keys/plan.ts';
import { DEFAULT_POLICY } from '../../src/keys/policy.ts';
import { CURRENT, PENDING } from '../../src/keys/vault.ts';
import { createBench, DAY_MS, flawsAtEnd, keyIn, keysIn, NO_WAIT, runnerOf, versionWith } from './bench.ts';

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

  it('aborts all users when one fails', () => {
    // Each item of a plan has its own result: see test/e2e/keys.test.ts.
    const plan = planOf(inventoryOf([keyOf('a', 100), keyOf('b', 100)]), options(100));
    expect(plan.items.map(({ user }) => user)).toEqual(['a', 'b']);
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
});

describe('Vault', () => {
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
