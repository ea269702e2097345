import { describe, expect, it } from 'vitest';
import { deactivateKey, removeKey, undoRotation } from '../../../src/keys/change.ts';
import { openSinks } from '../../../src/keys/sinks/open.ts';
import { parseSink } from '../../../src/keys/sinks/spec.ts';
import { CURRENT } from '../../../src/keys/vault.ts';
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
} from '../bench.ts';
import type { DirectAws, DirectOptions } from '../direct-aws.ts';

const PARAMETER = '/ci/aws';
const COPY = 'copies/ci';
const WEEK = { ...NO_WAIT, grace: { mode: 'after' as const, periodMs: 7 * DAY_MS } };

function sinksOf(aws: DirectAws, ...names: string[]) {
  const owner = { accountId: ACCOUNT, user: 'ci', secretName: SECRET };
  return openSinks(
    names.map((name) => parseSink(name, (path) => path)),
    owner,
    { aws, env: {} },
  );
}

/** A rotation with sinks, as one process. */
function run(bench: Bench, names: string[], options: Partial<DirectOptions> = {}, rules = NO_WAIT) {
  const aws = bench.start(options);
  const session = bench.sessionOf(aws, { sinks: sinksOf(aws, ...names), rules });
  return import('../../../src/keys/rotate.ts').then(({ rotate }) => rotate(session, runnerOf(aws)));
}

const keyInCopy = ({ account }: Bench) => {
  const versions = account.secrets.get('us-east-1')!.get(COPY)?.versions.values() ?? [];
  return keyIn([...versions].find(({ stages }) => stages.has(CURRENT)));
};
const isOldActive = ({ account, old }: Bench) => account.keys.get(old)!.status === 'Active';

describe('sinks', () => {
  it('all hold the new key when the old one goes', async () => {
    const bench = createBench();
    expect(await run(bench, [`ssm:${PARAMETER}`, `secret:${COPY}`])).toMatchObject({ state: 'done' });
    expect(flawsAtEnd(bench)).toEqual([]);
    const current = keyIn(versionWith(bench.account, CURRENT));
    expect([keyInParameter(bench.account, PARAMETER), keyInCopy(bench)]).toEqual([current, current]);
    const proofs = bench.journal.filter(({ action }) => action === 'delivered').map(({ text }) => text);
    expect(proofs).toEqual([
      `ssm:${PARAMETER}: 3 of 3 reads gave it back`,
      `secret:${COPY}: 3 of 3 reads gave it back`,
    ]);
  });

  it('are asked before anything is made: one that is denied stops the rotation before it begins', async () => {
    const bench = createBench();
    const failing = run(bench, [`ssm:${PARAMETER}`], {
      fate: (action) => (action === 'GetParameter' ? 'denied' : 'ok'),
    });
    await expect(failing).rejects.toMatchObject({ code: 'aws-denied', action: 'ssm:GetParameter' });
    expect(keysIn(bench.account)).toHaveLength(1);
  });

  it('that cannot be written keep the old key', async () => {
    const bench = createBench();
    const fate = (action: string) => (action === 'PutParameter' ? ('denied' as const) : ('ok' as const));
    await expect(run(bench, [`ssm:${PARAMETER}`], { fate })).rejects.toMatchObject({ code: 'aws-denied' });
    expect(isOldActive(bench)).toBe(true);
    expect(await run(bench, [`ssm:${PARAMETER}`])).toMatchObject({ state: 'done' });
  });

  it('that do not give back what was written keep the old key', async () => {
    const bench = createBench();
    const overwrite = (action: string) => {
      if (action === 'PutParameter') bench.account.parameters.get('us-east-1')!.delete(PARAMETER);
    };
    const failing = run(bench, [`ssm:${PARAMETER}`], { onDone: overwrite });
    await expect(failing).rejects.toMatchObject({ code: 'not-delivered' });
    expect(isOldActive(bench)).toBe(true);
  });

  it('begin the grace when the last of them has the new key', async () => {
    const bench = createBench();
    const denied = (action: string) => (action === 'PutParameter' ? ('denied' as const) : ('ok' as const));
    await expect(run(bench, [`ssm:${PARAMETER}`], { fate: denied }, WEEK)).rejects.toThrow();
    bench.advance(6 * DAY_MS);
    const delivered = bench.clock.now();
    const outcome = await run(bench, [`ssm:${PARAMETER}`], {}, WEEK);
    expect(outcome).toMatchObject({ state: 'waiting', for: 'grace' });
    expect((outcome as { until: number }).until).toBeGreaterThan(delivered + 7 * DAY_MS);
  });

  it('that someone else wrote meanwhile are written anew, and so is the grace', async () => {
    const bench = createBench();
    await run(bench, [`ssm:${PARAMETER}`], {}, WEEK);
    bench.advance(6 * DAY_MS);
    bench.account.parameters.get('us-east-1')!.delete(PARAMETER);
    const again = bench.clock.now();
    const outcome = await run(bench, [`ssm:${PARAMETER}`], {}, WEEK);
    expect((outcome as { until: number }).until).toBeGreaterThan(again + 7 * DAY_MS);
    expect(keyInParameter(bench.account, PARAMETER)).toBe(keyIn(versionWith(bench.account, CURRENT)));
  });

  it('are written once: a run that waits only reads them', async () => {
    const bench = createBench();
    await run(bench, [`ssm:${PARAMETER}`], {}, WEEK);
    const actions: string[] = [];
    const first = await run(bench, [`ssm:${PARAMETER}`], { onDone: (action) => actions.push(action) }, WEEK);
    const second = await run(bench, [`ssm:${PARAMETER}`], {}, WEEK);
    expect(actions).toContain('GetParameter');
    expect(actions).not.toContain('PutParameter');
    expect(second).toEqual(first);
  });

  it('get the old key back with --undo', async () => {
    const bench = createBench();
    await run(bench, [`ssm:${PARAMETER}`]);
    const aws = bench.start();
    await undoRotation(bench.sessionOf(aws, { sinks: sinksOf(aws, `ssm:${PARAMETER}`) }), runnerOf(aws));
    expect(keyInParameter(bench.account, PARAMETER)).toBe(bench.old);
  });

  it.each(['deactivated', 'deleted'])(
    'keep a key that one of them holds, or may hold, from being %s',
    async (what) => {
      const bench = createBench({ secret: 'absent' });
      const key = bench.account.keys.get(bench.old)!;
      if (what === 'deleted') key.status = 'Inactive';
      const change = async (fate: DirectOptions['fate'], force?: string) => {
        const aws = bench.start({ fate: fate! });
        const order = { ...bench.order, ...(force !== undefined && { force }) };
        const session = bench.sessionOf(aws, { order, sinks: sinksOf(aws, `ssm:${PARAMETER}`) });
        return (what === 'deleted' ? removeKey : deactivateKey)(session, runnerOf(aws));
      };
      const aws = bench.start();
      await sinksOf(aws, `ssm:${PARAMETER}`)[0]!.write({ id: key.id, secret: key.secret });
      const held = { code: 'guard-holds-secret', message: `ci: ${key.id} is what ssm:${PARAMETER} holds` };
      await expect(change(() => 'ok')).rejects.toMatchObject(held);
      const denied = change((action) => (action === 'GetParameter' ? 'denied' : 'ok'));
      await expect(denied).rejects.toMatchObject({
        code: 'guard-holds-secret',
        message: expect.stringContaining('cannot tell whether ssm:/ci/aws holds'),
      });
      await change(() => 'ok', 'it leaked');
      expect(key.status).toBe(what === 'deleted' ? 'Deleted' : 'Inactive');
    },
  );

  it('cannot be the secret itself, nor one place twice', () => {
    const aws = createBench().start();
    expect(() => sinksOf(aws, `secret:${SECRET}`)).toThrow('is a place of its key already');
    expect(() => sinksOf(aws, 'ssm:/a', 'ssm:/a')).toThrow(
      'ci: the sink ssm:/a is a place of its key already',
    );
  });
});

describe('--sink', () => {
  it('fills in user and account', () => {
    const aws = createBench().start();
    const [sink] = sinksOf(aws, 'ssm:/{account}/{user}/aws');
    expect(sink!.name).toBe(`ssm:/${ACCOUNT}/ci/aws`);
  });

  it.each([
    ['vault:x', 'none of ssm:NAME, secret:NAME and command:PROGRAM'],
    ['ssm:', 'none of'],
    ['ssm:/{path}/x', '"{path}/x" is neither {user} nor {account}'],
  ])('refuses %s', (given, message) => {
    expect(() => parseSink(given, (path) => path)).toThrow(message);
  });

  it('takes a relative program from where one stands, and a bare name from PATH', () => {
    const resolvePath = (path: string) => `/here/${path}`;
    expect(parseSink('command:bin/x', resolvePath)).toMatchObject({ target: ['/here/bin/x'] });
    expect(parseSink('command:deliver', resolvePath)).toMatchObject({ target: ['deliver'] });
  });
});
