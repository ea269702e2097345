import { afterEach, describe, expect, it } from 'vitest';
import { type ConnectOptions, connectAws } from '../../src/aws/connect.ts';
import type { AwsError } from '../../src/aws/errors.ts';
import { Secret } from '../../src/base/secret.ts';
import type { Credentials, Sandbox } from '../../src/sandbox/index.ts';
import { ACCOUNT, closeSandboxes, DAY_MS, openSandbox } from '../helpers/sandbox.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

afterEach(closeSandboxes);

function connect(sandbox: Sandbox, credentials?: Credentials, options: ConnectOptions = {}) {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials ?? sandbox.control.adminOf(ACCOUNT);
  return connectAws({
    endpoint: sandbox.url,
    region: 'us-east-1',
    credentials: {
      accessKeyId,
      secretAccessKey: new Secret(secretAccessKey),
      ...(sessionToken !== undefined && { sessionToken: new Secret(sessionToken) }),
    },
    maxAttempts: 2,
    ...options,
  });
}

function wholeSecond(time: number): number {
  return Math.floor(time / 1000) * 1000;
}

async function failureOf(call: Promise<unknown>): Promise<AwsError> {
  return call.then(
    () => expect.fail('the call went well'),
    (error: AwsError) => error,
  );
}

describe('connectAws', () => {
  it('lists every user and key over all pages, oldest key first', async () => {
    const users = Array.from({ length: 130 }, (_, i) => ({ name: `user-${i}`, keys: [{ created: '9d' }] }));
    const sandbox = await openSandbox([
      ...users,
      { name: 'ci', keys: [{ created: '10d' }, { created: '100d' }] },
    ]);
    sandbox.control.settings.pageSize = 1;
    const { iam } = await connect(sandbox);
    const names: string[] = [];
    for await (const { name } of iam.listUsers()) names.push(name);
    expect(names).toHaveLength(131);
    const keys = await iam.listAccessKeys('ci');
    expect(
      keys.map(({ createdAt }) => (sandbox.control.clock.now() - createdAt) / DAY_MS).map(Math.round),
    ).toEqual([100, 10]);
  });

  it('tells never used from used', async () => {
    const sandbox = await openSandbox([
      { name: 'ci', keys: [{ created: '10d' }, { created: '9d', lastUsed: { at: '3d', service: 's3' } }] },
    ]);
    const { iam } = await connect(sandbox);
    const [never, used] = await Promise.all(
      (await iam.listAccessKeys('ci')).map(({ id }) => iam.accessKeyLastUsed(id)),
    );
    expect(never).toEqual({ userName: 'ci' });
    expect(used).toMatchObject({
      userName: 'ci',
      service: 's3',
      at: wholeSecond(sandbox.control.clock.now() - 3 * DAY_MS),
    });
  });

  it('knows whom it signs as', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{ created: '10d' }] }]);
    const key = sandbox.control.keysOf(ACCOUNT, 'ci')[0]!;
    const { sts } = await connect(sandbox, key);
    expect(await sts.self()).toMatchObject({
      keyId: key.accessKeyId,
      accountId: ACCOUNT,
      arn: `arn:aws:iam::${ACCOUNT}:user/ci`,
      partition: 'aws',
    });
  });

  it('tells a dead key from one with a wrong secret', async () => {
    const sandbox = await openSandbox([
      { name: 'ci', keys: [{ created: '10d' }, { created: '9d', status: 'Inactive' }] },
    ]);
    const [active, inactive] = sandbox.control.keysOf(ACCOUNT, 'ci');
    const { sts } = await connect(sandbox);
    const secret = new Secret('x'.repeat(40));
    expect((await failureOf(sts.identityOf({ id: active!.accessKeyId, secret }))).kind).toBe(
      'wrong-signature',
    );
    expect((await failureOf(sts.identityOf({ id: inactive!.accessKeyId, secret }))).kind).toBe('unknown-key');
  });

  it('asks for a key once, however the call ends', async () => {
    const sandbox = await openSandbox([{ name: 'ci' }]);
    sandbox.control.faults.add({ kind: 'drop-reply', action: 'CreateAccessKey' });
    const { iam } = await connect(sandbox, undefined, { maxAttempts: 6 });
    expect((await failureOf(iam.createAccessKey('ci'))).kind).toBe('unavailable');
    expect(await iam.listAccessKeys('ci')).toHaveLength(1);
    await iam.createAccessKey('ci');
    expect((await failureOf(iam.createAccessKey('ci'))).kind).toBe('quota');
    expect(sandbox.control.journal.filter(({ action }) => action === 'CreateAccessKey')).toHaveLength(3);
  });

  it.each([
    ['throttle', 'throttled'],
    ['unavailable', 'unavailable'],
    ['fail-after', 'unavailable'],
    ['drop-request', 'unavailable'],
  ] as const)('calls %s %s', async (fault, kind) => {
    const sandbox = await openSandbox([{ name: 'ci' }]);
    sandbox.control.faults.add({ kind: fault, times: 9 });
    const { iam } = await connect(sandbox, undefined, { maxAttempts: 1 });
    expect((await failureOf(iam.listAccessKeys('ci'))).kind).toBe(kind);
  });

  it('names the statement that a denied call lacks', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{ created: '10d' }] }]);
    const { iam } = await connect(sandbox, sandbox.control.keysOf(ACCOUNT, 'ci')[0]!);
    const error = await failureOf(iam.createAccessKey('ci'));
    expect(error.kind).toBe('denied');
    expect(error.hint).toContain(
      `{"Effect":"Allow","Action":"iam:CreateAccessKey","Resource":"arn:aws:iam::${ACCOUNT}:user/ci"}`,
    );
  });

  it('says that the clock is wrong, not the signature', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{ created: '10d' }] }]);
    sandbox.control.settings.clockSkewMs = 20 * 60_000;
    const { sts } = await connect(sandbox);
    const { accessKeyId, secretAccessKey } = sandbox.control.keysOf(ACCOUNT, 'ci')[0]!;
    const error = await failureOf(sts.identityOf({ id: accessKeyId, secret: new Secret(secretAccessKey) }));
    expect(error.kind).toBe('skew');
  });

  it('calls a key of another partition unknown, and says how to reach the right one', async () => {
    const sandbox = await openSandbox([{ name: 'ci' }]);
    const { iam } = await connect(sandbox, undefined, { region: 'cn-north-1' });
    const error = await failureOf(iam.listAccessKeys('ci'));
    expect(error).toMatchObject({ kind: 'unknown-key', code: 'aws-unknown-key' });
    expect(error.hint).toContain('GovCloud');
  });

  it('refuses an endpoint in clear text that is not this machine', async () => {
    await expect(connectAws({ endpoint: 'http://aws.example', region: 'us-east-1' })).rejects.toThrow(
      'http://aws.example is not encrypted',
    );
  });

  it('moves a label only from where it is', async () => {
    const sandbox = await openSandbox([]);
    const { secrets } = await connect(sandbox);
    const [first, second] = ['a'.repeat(32), 'b'.repeat(32)];
    expect(await secrets.describe('app')).toBeUndefined();
    await secrets.create({ name: 'app', token: first!, value: new Secret('one') });
    await secrets.putVersion('app', { token: second!, value: new Secret('two'), labels: ['AWSPENDING'] });
    expect(
      (await failureOf(secrets.moveLabel('app', 'AWSCURRENT', { from: second!, to: second! }))).kind,
    ).toBe('refused');
    await secrets.moveLabel('app', 'AWSCURRENT', { from: first!, to: second! });
    expect((await secrets.describe('app'))?.versions).toEqual(
      new Map([
        [first, ['AWSPREVIOUS']],
        [second, ['AWSPENDING', 'AWSCURRENT']],
      ]),
    );
    expect((await secrets.read('app', second!))?.reveal()).toBe('two');
    expect(await secrets.read('app', 'c'.repeat(32))).toBeUndefined();
  });
});
