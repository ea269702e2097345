import { describe, expect, it } from 'vitest';
import { deactivateKey, removeKey, restoreKey, undoRotation } from '../../src/keys/change.ts';
import type { Session } from '../../src/keys/session.ts';
import { CURRENT, PENDING } from '../../src/keys/vault.ts';
import { type Bench, createBench, DAY_MS, keyIn, keysIn, NO_WAIT, runnerOf, versionWith } from './bench.ts';
import { SELF } from './direct-aws.ts';

type Change = typeof deactivateKey;

function change(bench: Bench, what: Change, keyId: string, over: Partial<Session> = {}): Promise<string> {
  const aws = bench.start();
  const order = { ...bench.order, ...over.order, retire: keyId };
  return what(bench.sessionOf(aws, { ...over, order }), runnerOf(aws));
}

const statusOf = ({ account }: Bench, id: string) => account.keys.get(id)!.status;

describe('restore', () => {
  it('brings a key back, and with it its place in the secret', async () => {
    const bench = createBench();
    await bench.run();
    const created = keyIn(versionWith(bench.account, CURRENT))!;
    await change(bench, undoRotation, bench.old);
    expect(statusOf(bench, bench.old)).toBe('Active');
    expect(keyIn(versionWith(bench.account, CURRENT))).toBe(bench.old);
    // The rotation may be repeated when the key that it made is out of the way.
    await change(bench, deactivateKey, created);
    await change(bench, removeKey, created);
    expect(await bench.run()).toMatchObject({ state: 'done' });
  });

  it('leaves AWSCURRENT where it is while AWS does not take the old key', async () => {
    const bench = createBench();
    await bench.run();
    const created = keyIn(versionWith(bench.account, CURRENT))!;
    bench.world.settings.keyLiveDelayMs = 60 * 60_000;
    await expect(change(bench, undoRotation, bench.old)).rejects.toMatchObject({ code: 'not-verified' });
    expect(keyIn(versionWith(bench.account, CURRENT))).toBe(created);
    bench.advance(60 * 60_000);
    await change(bench, undoRotation, bench.old);
    expect(keyIn(versionWith(bench.account, CURRENT))).toBe(bench.old);
  });

  it('brings back only the key, where the secret never held it', async () => {
    const bench = createBench({ secret: 'absent' });
    await bench.run();
    await expect(change(bench, undoRotation, bench.old)).rejects.toMatchObject({ code: 'no-version' });
    expect(statusOf(bench, bench.old)).toBe('Inactive');
    await change(bench, restoreKey, bench.old);
    expect(statusOf(bench, bench.old)).toBe('Active');
  });
});

describe('delete', () => {
  const rules = { ...NO_WAIT, retentionMs: 30 * DAY_MS };

  it('waits for the end of the retention, and deletes what is dead only', async () => {
    const bench = createBench();
    await bench.run({}, { rules });
    await expect(change(bench, removeKey, bench.old, { rules })).rejects.toMatchObject({
      code: 'guard-retention',
    });
    bench.advance(31 * DAY_MS);
    await change(bench, removeKey, bench.old, { rules });
    expect(statusOf(bench, bench.old)).toBe('Deleted');
    expect(keysIn(bench.account)).toHaveLength(1);
  });

  it('does not delete a key that AWS still takes', async () => {
    const bench = createBench();
    bench.world.settings.keyDeadDelayMs = 60 * 60_000;
    await expect(bench.run()).rejects.toMatchObject({ code: 'not-dead' });
    await expect(change(bench, removeKey, bench.old)).rejects.toMatchObject({ code: 'not-dead' });
    expect(statusOf(bench, bench.old)).toBe('Inactive');
  });

  it('never deletes an active key, whatever the reason', async () => {
    const bench = createBench({ secret: 'absent' });
    const order = { ...bench.order, force: 'because' };
    await expect(change(bench, removeKey, bench.old, { order })).rejects.toMatchObject({
      code: 'guard-still-active',
    });
    expect(statusOf(bench, bench.old)).toBe('Active');
  });

  it('does not delete what the secret holds', async () => {
    const bench = createBench();
    bench.account.keys.get(bench.old)!.status = 'Inactive';
    await expect(change(bench, removeKey, bench.old)).rejects.toMatchObject({ code: 'guard-holds-secret' });
  });
});

describe('guards', () => {
  it('leaves the user alone that keyturn signs as, even with a reason', async () => {
    const bench = createBench({ secret: 'absent' });
    const self = { ...SELF, accountId: bench.account.id, arn: `arn:aws:iam::${bench.account.id}:user/ci` };
    const order = { ...bench.order, force: 'because' };
    const code = 'guard-signing-user';
    await expect(bench.run({}, { self, order })).rejects.toMatchObject({ code });
    await expect(change(bench, deactivateKey, bench.old, { self, order })).rejects.toMatchObject({ code });
  });

  it('waits while a tag says so, and no longer', async () => {
    const paused = createBench({ tags: { 'keyturn:pause': 'release 7' } });
    await expect(paused.run()).rejects.toMatchObject({ code: 'guard-paused' });
    const over = createBench({ tags: { 'keyturn:pause': '2026-01-30' } });
    expect(await over.run()).toMatchObject({ state: 'done' });
  });

  it('leaves a protected user alone', async () => {
    const bench = createBench({ tags: { 'keyturn:protect': 'legacy' } });
    await expect(bench.run()).rejects.toMatchObject({ code: 'guard-protected' });
    expect(bench.journal).toEqual([]);
    const order = { ...bench.order, force: 'agreed with the owner' };
    expect(await bench.run({}, { order })).toMatchObject({ state: 'done' });
  });

  it('does not deactivate the key that the secret holds', async () => {
    const bench = createBench();
    await expect(change(bench, deactivateKey, bench.old)).rejects.toMatchObject({
      code: 'guard-holds-secret',
    });
  });

  it('does not deactivate a key that waits to become the current one', async () => {
    const bench = createBench();
    const failing = bench.run({ fate: (_, index) => (index > 25 ? 'lost-request' : 'ok') });
    await expect(failing).rejects.toMatchObject({ code: 'aws-unavailable' });
    const pending = keyIn(versionWith(bench.account, PENDING))!;
    expect(statusOf(bench, pending)).toBe('Active');
    bench.advance(60 * 60_000);
    await expect(change(bench, deactivateKey, pending)).rejects.toMatchObject({
      code: 'guard-holds-secret',
      message: expect.stringContaining('(AWSPENDING)'),
    });
  });

  it('does not call a key dead that AWS still takes', async () => {
    const bench = createBench({ secret: 'absent' });
    bench.world.settings.keyDeadDelayMs = 60 * 60_000;
    await expect(change(bench, deactivateKey, bench.old)).rejects.toMatchObject({ code: 'not-dead' });
    bench.advance(60 * 60_000);
    expect(await change(bench, deactivateKey, bench.old)).toContain('proven dead');
  });

  it('says how to bring back a secret that is scheduled for deletion', async () => {
    const bench = createBench();
    const secret = bench.account.secrets.get('us-east-1')!.get(bench.order.secretName)!;
    secret.deletedAt = bench.clock.now();
    secret.deletionAt = bench.clock.now() + DAY_MS;
    expect(await bench.run()).toMatchObject({
      state: 'stopped',
      hint: expect.stringContaining('restore-secret'),
    });
  });
});
