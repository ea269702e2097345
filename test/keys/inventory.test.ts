import { CreateAccessKeyCommand, UpdateAccessKeyCommand } from '@aws-sdk/client-iam';
import { afterEach, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/base/duration.ts';
import { inParallel } from '../../src/base/parallel.ts';
import type { Inventory, InventoryKey, UserPrincipal } from '../../src/keys/inventory.ts';
import { assess, DEFAULT_POLICY } from '../../src/keys/policy.ts';
import { isWantedUser } from '../../src/keys/report.ts';
import { changeStatus } from '../../src/sandbox/state/keys.ts';
import { ACCOUNT, adminOf, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { callsOf, inventoryOf, NO_FILTER } from './inventory.ts';

afterEach(closeSandboxes);

const HOUR_MS = 3_600_000;
const of = ({ keys }: Inventory, user: string) =>
  keys.filter(({ principal }) => principal.type === 'user' && principal.name === user);
const verdictOf = (key: InventoryKey | undefined, inventory: Inventory) =>
  assess(key!, DEFAULT_POLICY, inventory.takenAt).verdict;
const lastUsed = (at: string) => ({ at, service: 's3', region: 'eu-west-1' });

describe('takeInventory', () => {
  it('tells of each key what AWS tells in several places', async () => {
    const sandbox = await openSandbox({
      accounts: [
        {
          id: ACCOUNT,
          users: [
            {
              name: 'ci',
              path: '/robots/',
              tags: { team: 'build' },
              keys: [{ created: '100d', lastUsed: lastUsed('2h') }],
            },
            { name: 'idle', keys: [{ created: '100d' }, { created: '9d', status: 'Inactive' }] },
            { name: 'none' },
          ],
          secrets: [{ name: 'ci/aws', tags: { 'keyturn:user': 'ci' } }, { name: 'other' }],
        },
      ],
    });
    const inventory = await inventoryOf(sandbox);
    const now = sandbox.control.clock.now();
    expect(inventory).toMatchObject({ accountId: ACCOUNT, userCount: 3, gaps: [] });
    expect(inventory.notes).toEqual([
      expect.stringMatching(/^1 user had no key at .* UTC, when AWS made its credential report/),
    ]);
    const [ci] = of(inventory, 'ci');
    expect(ci).toMatchObject({
      id: sandbox.control.keysOf(ACCOUNT, 'ci')[0]!.accessKeyId,
      principal: { path: '/robots/', tags: new Map([['team', 'build']]) },
      status: 'Active',
      lastUse: { state: 'used', service: 's3', region: 'eu-west-1' },
      secrets: [{ name: 'ci/aws', region: 'us-east-1' }],
      isSigning: false,
    });
    expect(Math.round((now - ci!.createdAt!) / DAY_MS)).toBe(100);
    expect(of(inventory, 'idle').map(({ status, lastUse }) => [status, lastUse.state])).toEqual([
      ['Active', 'never'],
      ['Inactive', 'never'],
    ]);
    expect(JSON.stringify(inventory)).not.toContain(
      sandbox.control.keysOf(ACCOUNT, 'ci')[0]!.secretAccessKey,
    );
  });

  it('costs one call for a user with keys, none for one without, and pages for the rest', async () => {
    const users = Array.from({ length: 40 }, (_, i) => ({
      name: `user-${i}`,
      keys:
        i < 30
          ? [
              { created: '9d', lastUsed: lastUsed('1d') },
              { created: '5d', lastUsed: lastUsed('1d') },
            ]
          : [],
    }));
    const sandbox = await openSandbox(users);
    const inventory = await inventoryOf(sandbox);
    expect(inventory.keys).toHaveLength(60);
    expect(callsOf(sandbox)).toEqual({
      GetCallerIdentity: 1,
      GetAccountAuthorizationDetails: 1,
      GenerateCredentialReport: 2,
      GetCredentialReport: 1,
      ListSecrets: 1,
      ListAccessKeys: 30,
    });
  });

  it('asks for the last use where the report does not prove whose it is: after a rotation', async () => {
    const sandbox = await openSandbox([
      {
        name: 'ci',
        keys: [
          { created: '100d', lastUsed: lastUsed('50d') },
          { created: '9d', lastUsed: lastUsed('1d') },
        ],
      },
    ]);
    const [old, young] = sandbox.control.keysOf(ACCOUNT, 'ci').map(({ accessKeyId }) => accessKeyId);
    const { world, clock } = sandbox.control;
    changeStatus(world.accounts.get(ACCOUNT)!.keys.get(old!)!, 'Inactive', clock.now(), world.settings);
    const inventory = await inventoryOf(sandbox);
    expect(callsOf(sandbox)).toMatchObject({ GetAccessKeyLastUsed: 2 });
    const ago = of(inventory, 'ci').map(({ id, lastUse }) => [
      id,
      lastUse.state === 'used' && Math.round((clock.now() - lastUse.at) / DAY_MS),
    ]);
    expect(ago).toEqual([
      [old, 50],
      [young, 1],
    ]);
  });

  it('calls no key unused by a report of hours ago: it may have been used since', async () => {
    const sandbox = await openSandbox([
      { name: 'ci', keys: [{ created: '80d', lastUsed: lastUsed('60d') }] },
      { name: 'idle', keys: [{ created: '80d', lastUsed: lastUsed('60d') }] },
    ]);
    await inventoryOf(sandbox);
    const { world, clock } = sandbox.control;
    clock.advance(2 * HOUR_MS);
    const id = sandbox.control.keysOf(ACCOUNT, 'ci')[0]!.accessKeyId;
    world.accounts.get(ACCOUNT)!.keys.get(id)!.lastUsed = {
      at: clock.now(),
      service: 's3',
      region: 'us-east-1',
    };
    const inventory = await inventoryOf(sandbox);
    expect(inventory.takenAt - inventory.reportedAt!).toBeGreaterThan(HOUR_MS);
    expect(verdictOf(of(inventory, 'ci')[0], inventory)).toBe('ok');
    expect(verdictOf(of(inventory, 'idle')[0], inventory)).toBe('unused');
  });

  it('counts age from the creation, not from when the status was toggled (inspec-aws-old#37)', async () => {
    const sandbox = await openSandbox([
      { name: 'ci', keys: [{ created: '100d', lastUsed: lastUsed('1d') }] },
    ]);
    const id = sandbox.control.keysOf(ACCOUNT, 'ci')[0]!.accessKeyId;
    const { iam } = adminOf(sandbox);
    for (const Status of ['Inactive', 'Active'] as const)
      await iam.send(new UpdateAccessKeyCommand({ UserName: 'ci', AccessKeyId: id, Status }));
    const inventory = await inventoryOf(sandbox);
    expect(verdictOf(of(inventory, 'ci')[0], inventory)).toBe('overdue');
  });

  it('finds keys that are younger than the report, of users it knows with a key', async () => {
    const sandbox = await openSandbox([
      { name: 'ci', keys: [{ created: '9d', lastUsed: lastUsed('1d') }] },
      { name: 'none' },
    ]);
    await inventoryOf(sandbox);
    sandbox.control.clock.advance(HOUR_MS);
    const { iam } = adminOf(sandbox);
    for (const UserName of ['ci', 'none']) await iam.send(new CreateAccessKeyCommand({ UserName }));
    const inventory = await inventoryOf(sandbox);
    expect(of(inventory, 'ci').map(({ lastUse }) => lastUse.state)).toEqual(['used', 'never']);
    expect(inventory.notes[0]).toContain('were not asked again');
    const whole = await inventoryOf(sandbox, { useReport: false });
    expect(of(whole, 'none')).toHaveLength(1);
    expect(whole).toMatchObject({ reportedAt: undefined, notes: [], gaps: [] });
  });

  it('reads every page (aws-iam-access-key-auto-rotation: users beyond 100)', async () => {
    const users = Array.from({ length: 130 }, (_, i) => ({ name: `user-${i}`, keys: [{ created: '9d' }] }));
    const sandbox = await openSandbox(users);
    sandbox.control.settings.pageSize = 3;
    expect((await inventoryOf(sandbox)).keys).toHaveLength(130);
  });

  it('reports a key of root, without an id', async () => {
    const root = { keys: [{ created: '900d', lastUsed: lastUsed('3d') }] };
    const sandbox = await openSandbox({ accounts: [{ id: ACCOUNT, root }] });
    const [key] = (await inventoryOf(sandbox)).keys;
    expect(key).toMatchObject({
      id: undefined,
      principal: { type: 'root' },
      status: 'Active',
      createdAt: undefined,
      lastUse: { state: 'used', service: 's3' },
    });
    const [unreported] = (await inventoryOf(sandbox, { useReport: false })).keys;
    expect(unreported).toMatchObject({ principal: { type: 'root' }, lastUse: { state: 'unknown' } });
  });

  it('marks the key that it is taken with', async () => {
    const sandbox = await openSandbox([
      { name: 'ci', policies: ['AdministratorAccess'], keys: [{ created: '9d' }] },
      { name: 'other', keys: [{ created: '9d' }] },
    ]);
    const inventory = await inventoryOf(sandbox, { credentials: sandbox.control.keysOf(ACCOUNT, 'ci')[0]! });
    expect(of(inventory, 'ci')[0]!.isSigning).toBe(true);
    expect(of(inventory, 'other')[0]!.isSigning).toBe(false);
  });

  it('asks only for users who are wanted', async () => {
    const sandbox = await openSandbox([
      { name: 'ci-1', keys: [{ created: '9d' }] },
      { name: 'web', path: '/robots/', tags: { team: 'web' }, keys: [{ created: '9d' }] },
    ]);
    const names = async (filter: object) => {
      const isWanted = (user: UserPrincipal) => isWantedUser({ ...NO_FILTER, ...filter }, user);
      const { keys } = await inventoryOf(sandbox, { isWanted });
      return keys.map(({ principal }) => principal.type === 'user' && principal.name);
    };
    expect(await names({ users: ['ci-*'] })).toEqual(['ci-1']);
    expect(await names({ paths: ['/robots/'] })).toEqual(['web']);
    expect(await names({ tags: ['team=web'] })).toEqual(['web']);
    expect(await names({ tags: ['team=ci'] })).toEqual([]);
    expect(callsOf(sandbox)['ListAccessKeys']).toBe(3);
  });

  describe('when AWS refuses', () => {
    const users = [
      { name: 'ci', keys: [{ created: '80d', lastUsed: lastUsed('60d') }] },
      { name: 'web', keys: [{ created: '80d', lastUsed: lastUsed('1d') }] },
    ];
    const denied = {
      kind: 'error',
      code: 'AccessDenied',
      status: 403,
      times: Number.POSITIVE_INFINITY,
    } as const;

    it.each([
      ['throttle', { kind: 'throttle', times: Number.POSITIVE_INFINITY }, 'throttled'],
      ['deny', denied, 'denied'],
      ['be unavailable', { kind: 'unavailable', times: Number.POSITIVE_INFINITY }, 'unavailable'],
    ] as const)(
      'to %s last uses is unknown, never unused (rotation sample #11)',
      async (_, fault, reason) => {
        const sandbox = await openSandbox(users);
        sandbox.control.faults.add({ ...fault, service: 'iam', action: 'GetAccessKeyLastUsed' });
        const inventory = await inventoryOf(sandbox);
        const [ci] = of(inventory, 'ci');
        expect(ci!.lastUse).toEqual({ state: 'unknown', why: reason });
        expect(verdictOf(ci, inventory)).toBe('unknown');
        expect(verdictOf(of(inventory, 'web')[0], inventory)).toBe('ok');
        expect(inventory.gaps).toMatchObject([
          { what: 'last use of keys', reason, count: 1, examples: [ci!.id] },
        ]);
      },
    );

    it('the keys of one user, goes on with the others (prowler, c7n#11004)', async () => {
      const sandbox = await openSandbox(users);
      sandbox.control.faults.add({ ...denied, service: 'iam', action: 'ListAccessKeys', times: 1 });
      const inventory = await inventoryOf(sandbox, { parallel: 1 });
      expect(inventory.keys).toHaveLength(1);
      expect(inventory.gaps).toMatchObject([{ what: 'keys of users', reason: 'denied', examples: ['ci'] }]);
      expect(inventory.gaps[0]!.hint).toContain('"iam:ListAccessKeys"');
    });

    it('the report, asks for every key itself, and for root in the summary', async () => {
      const sandbox = await openSandbox(users);
      sandbox.control.faults.add({ ...denied, service: 'iam', action: 'GenerateCredentialReport' });
      const inventory = await inventoryOf(sandbox);
      expect(of(inventory, 'web')[0]!.lastUse.state).toBe('used');
      expect(inventory.gaps).toMatchObject([{ what: 'credential report', reason: 'denied' }]);
      expect(callsOf(sandbox)).toMatchObject({ GetAccessKeyLastUsed: 2, GetAccountSummary: 1 });
      sandbox.control.faults.add({ ...denied, service: 'iam', action: 'GetAccountSummary' });
      expect((await inventoryOf(sandbox)).gaps.map(({ what }) => what)).toEqual([
        'credential report',
        'keys of root',
      ]);
    });

    it('tags, lists the users without them', async () => {
      const sandbox = await openSandbox(users);
      sandbox.control.faults.add({ ...denied, service: 'iam', action: 'GetAccountAuthorizationDetails' });
      const inventory = await inventoryOf(sandbox);
      expect(of(inventory, 'ci')[0]!.principal).toMatchObject({ tags: undefined });
      expect(inventory.gaps).toMatchObject([{ what: 'tags of users', reason: 'denied' }]);
    });

    it('everything, ends with what is wrong', async () => {
      const sandbox = await openSandbox(users);
      sandbox.control.faults.add({
        kind: 'error',
        code: 'ExpiredToken',
        status: 403,
        service: 'iam',
        after: 3,
      });
      await expect(inventoryOf(sandbox)).rejects.toMatchObject({ kind: 'expired' });
    });

    it('in bursts, slows down and comes through', async () => {
      const sandbox = await openSandbox(users);
      sandbox.control.faults.add({ kind: 'throttle', service: 'iam', action: 'ListAccessKeys', times: 2 });
      const inventory = await inventoryOf(sandbox, { maxAttempts: 4 });
      expect(inventory).toMatchObject({ gaps: [], keys: { length: 2 } });
    });
  });

  it('waits for a report that takes a while, and not for ever', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{ created: '9d' }] }]);
    sandbox.control.settings.reportDelayMs = 20_000;
    expect(await inventoryOf(sandbox)).toMatchObject({ gaps: [], reportedAt: expect.any(Number) });
    const slow = await openSandbox([{ name: 'ci', keys: [{ created: '9d' }] }]);
    slow.control.settings.reportDelayMs = 10 * HOUR_MS;
    const inventory = await inventoryOf(slow);
    expect(inventory.gaps).toMatchObject([{ what: 'credential report', reason: 'other' }]);
    expect(of(inventory, 'ci')[0]!.lastUse.state).toBe('never');
  });
});

describe('inParallel', () => {
  it('keeps the order, and never has more under way than it may', async () => {
    let underWay = 0;
    let most = 0;
    const results = await inParallel([5, 1, 4, 2, 3], 2, async (ms) => {
      most = Math.max(most, ++underWay);
      await new Promise((done) => setTimeout(done, ms));
      underWay--;
      return ms * 10;
    });
    expect([results, most]).toEqual([[50, 10, 40, 20, 30], 2]);
  });

  it('ends with the first error and starts nothing after it', async () => {
    const started: number[] = [];
    const work = inParallel([1, 2, 3, 4], 1, async (item) => {
      started.push(item);
      if (item === 2) throw new Error('two');
    });
    await expect(work).rejects.toThrow('two');
    expect(started).toEqual([1, 2]);
  });
});
