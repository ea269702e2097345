import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { forEachAccount } from '../../src/accounts/for-each.ts';
import type { Selection } from '../../src/accounts/select.ts';
import type { AccountResult } from '../../src/accounts/types.ts';
import type { Connection } from '../../src/aws/connect.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { ACCOUNT, closeSandboxes, MINUTE_MS, openSandbox } from '../helpers/sandbox.ts';
import { idOf, openOrganization, organizationSeed, selectIn } from './organization.ts';

afterEach(closeSandboxes);

const whoAmI = async ({ sts }: Connection) => (await sts.self()).arn;

function run<T>(
  sandbox: Sandbox,
  selection: Selection,
  work: (connection: Connection) => Promise<T>,
  change = {},
) {
  return forEachAccount(selection, work, {
    purpose: 'keys-report',
    now: sandbox.control.clock.now,
    ...change,
  });
}

function statesOf(results: readonly AccountResult<unknown>[]): string[] {
  return results.map(({ state }) => state);
}

function memberOf({ control }: Sandbox, index: number) {
  return control.world.organization!.members.get(idOf(index))!;
}

describe('forEachAccount', () => {
  it('works in twenty accounts, each entered from the original credentials', async () => {
    const sandbox = await openOrganization(20);
    const results = await run(sandbox, await selectIn(sandbox), whoAmI);
    expect(results).toHaveLength(20);
    expect(results[0]).toEqual({
      state: 'ok',
      account: { id: ACCOUNT, name: 'management' },
      value: expect.stringMatching(/assumed-role\/.*\/admin$/),
    });
    for (const [index, result] of results.entries()) {
      if (index === 0) continue;
      const arn = `arn:aws:sts::${idOf(index)}:assumed-role/keyturn/keyturn-keys-report-admin`;
      expect(result).toEqual({
        state: 'ok',
        account: { id: idOf(index), name: `member-${index}` },
        value: arn,
      });
    }
    const assumed = sandbox.control.journal.filter(({ action }) => action === 'AssumeRole');
    expect(assumed).toHaveLength(19);
    expect(new Set(assumed.map(({ callerArn }) => callerArn))).toEqual(
      new Set([(await selectIn(sandbox)).self.arn]),
    );
  });

  it('goes on when one account denies, and says what to add', async () => {
    const sandbox = await openOrganization(6);
    sandbox.control.world.accounts.get(idOf(3))!.roles.delete('keyturn');
    const results = await run(sandbox, await selectIn(sandbox), whoAmI);
    expect(statesOf(results)).toEqual(['ok', 'ok', 'ok', 'failed', 'ok', 'ok']);
    expect(results[3]).toMatchObject({ reason: 'denied', action: 'sts:AssumeRole' });
    const { hint = '' } = results[3] as { hint?: string };
    expect(hint).toContain(`the role ops/keyturn in account ${idOf(3)}`);
    expect(hint).toContain(
      `the role SandboxAdmin of account ${ACCOUNT} with this external ID in its trust policy`,
    );
    expect(hint).toContain(
      `{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::${idOf(3)}:role/ops/keyturn"}`,
    );
  });

  it('is refused everywhere without the external ID, but at home', async () => {
    const sandbox = await openOrganization(3);
    const results = await run(sandbox, await selectIn(sandbox, { externalId: 'another' }), whoAmI);
    expect(statesOf(results)).toEqual(['ok', 'failed', 'failed']);
  });

  it('skips an account that is suspended between listing and entering', async () => {
    const sandbox = await openOrganization(4);
    const selection = await selectIn(sandbox);
    memberOf(sandbox, 2).state = 'SUSPENDED';
    const results = await run(sandbox, selection, whoAmI);
    expect(statesOf(results)).toEqual(['ok', 'ok', 'skipped', 'ok']);
    expect(results[2]).toMatchObject({ reason: 'suspended, since this run began' });
  });

  it('skips what was closed before by its name, without asking there', async () => {
    const sandbox = await openOrganization(4);
    memberOf(sandbox, 1).state = 'PENDING_CLOSURE';
    const results = await run(sandbox, await selectIn(sandbox, { exclude: ['member-3'] }), whoAmI);
    expect(results.slice(1)).toEqual([
      { state: 'skipped', account: { id: idOf(1), name: 'member-1' }, reason: 'pending closure' },
      expect.objectContaining({ state: 'ok' }),
      { state: 'skipped', account: { id: idOf(3), name: 'member-3' }, reason: 'excluded' },
    ]);
    expect(sandbox.control.journal.filter(({ action }) => action === 'AssumeRole')).toHaveLength(1);
  });

  it('tries an account that was throttled once more, after all others', async () => {
    const sandbox = await openOrganization(5);
    const selection = await selectIn(sandbox);
    sandbox.control.faults.add({ kind: 'throttle', action: 'AssumeRole' });
    const order: string[] = [];
    const results = await run(sandbox, selection, whoAmI, {
      concurrency: 1,
      onResult: ({ account }: AccountResult<string>) => order.push(account.id),
    });
    expect(statesOf(results)).toEqual(Array(5).fill('ok'));
    expect(order).toEqual([0, 2, 3, 4, 1].map(idOf));
  });

  it('calls an account that stays throttled failed', async () => {
    const sandbox = await openOrganization(3);
    const selection = await selectIn(sandbox);
    const { faults, world } = sandbox.control;
    faults.intercept(({ action, keyId }) =>
      action === 'ListUsers' && world.accounts.get(idOf(1))!.sessions.has(keyId)
        ? { kind: 'throttle' }
        : undefined,
    );
    const results = await run(sandbox, selection, async ({ iam }) => {
      for await (const { name } of iam.listUsers()) return name;
      return '';
    });
    expect(results[1]).toMatchObject({ state: 'failed', reason: 'throttled', action: 'iam:ListUsers' });
    expect(statesOf(results)).toEqual(['ok', 'failed', 'ok']);
  });

  it('assumes a role anew before its session expires', async () => {
    const sandbox = await openOrganization(2);
    const { clock, journal } = sandbox.control;
    const results = await run(sandbox, await selectIn(sandbox, { ids: [idOf(1)] }), async (connection) => {
      for (let minute = 0; minute < 180; minute += 20) {
        await connection.iam.listAccessKeys('ci');
        clock.advance(20 * MINUTE_MS);
      }
      return whoAmI(connection);
    });
    expect(statesOf(results)).toEqual(['ok']);
    const assumed = journal.filter(({ action }) => action === 'AssumeRole');
    expect(assumed.map(({ callerArn }) => callerArn?.includes(`::${ACCOUNT}:`))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(journal.filter(({ error }) => error !== undefined)).toEqual([]);
  });

  it('asks no further account once the original credentials have expired', async () => {
    const sandbox = await openOrganization(6);
    const selection = await selectIn(sandbox);
    sandbox.control.faults.intercept(({ action, number }) =>
      action === 'AssumeRole' && number > 4
        ? {
            kind: 'error',
            code: 'ExpiredToken',
            message: 'The security token included in the request is expired',
            status: 403,
          }
        : undefined,
    );
    const results = await run(sandbox, selection, whoAmI, { concurrency: 1 });
    expect(statesOf(results)).toEqual(['ok', 'ok', 'failed', 'failed', 'failed', 'failed']);
    for (const result of results.slice(2)) expect(result).toMatchObject({ reason: 'expired' });
    expect(sandbox.control.journal.filter(({ action }) => action === 'AssumeRole')).toHaveLength(2);
  });

  it('begins no other account once it is interrupted, and takes what was done before', async () => {
    const sandbox = await openOrganization(5);
    const stop = new AbortController();
    const selection = await selectIn(sandbox);
    const first = await run(sandbox, selection, whoAmI, {
      concurrency: 1,
      signal: stop.signal,
      onResult: ({ account }: AccountResult<string>) => account.id === idOf(1) && stop.abort(),
    });
    expect(statesOf(first)).toEqual(['ok', 'ok', 'failed', 'failed', 'failed']);
    expect(first[2]).toMatchObject({ reason: 'interrupted' });
    const done = new Map(first.flatMap((one) => (one.state === 'ok' ? [[one.account.id, one.value]] : [])));
    sandbox.control.journal.length = 0;
    const second = await run(sandbox, selection, whoAmI, { done });
    expect(statesOf(second)).toEqual(Array(5).fill('ok'));
    expect(sandbox.control.journal.filter(({ action }) => action === 'AssumeRole')).toHaveLength(3);
  });

  it('keeps a foreseen error to its account, and lets a defect through', async () => {
    const sandbox = await openOrganization(3);
    const selection = await selectIn(sandbox);
    const inOne = (error: Error) => async (connection: Connection) => {
      const arn = await whoAmI(connection);
      if (arn.includes(idOf(1))) throw error;
      return arn;
    };
    const foreseen = new KeyturnError('no way', { code: 'test', hint: 'Another way.' });
    expect((await run(sandbox, selection, inOne(foreseen)))[1]).toMatchObject({
      state: 'failed',
      reason: 'other',
      message: 'no way',
      hint: 'Another way.',
    });
    await expect(run(sandbox, selection, inOne(new TypeError('a defect')))).rejects.toThrow('a defect');
  });

  it('gives every account its own result, whatever happens in the others and in which order', async () => {
    const sandbox = await openOrganization(7);
    const { faults, world } = sandbox.control;
    const roles = new Map([...world.accounts].map(([id, { roles }]) => [id, roles.get('keyturn')!]));
    const selection = await selectIn(sandbox);
    const fate = fc.constantFrom('ok', 'no-role', 'suspended', 'throttled-once', 'throttled', 'broken');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fate, { minLength: 6, maxLength: 6 }),
        fc.integer({ min: 1, max: 8 }),
        async (fates, concurrency) => {
          const throttled = new Map<string, number>();
          for (const [at, what] of fates.entries()) {
            const account = world.accounts.get(idOf(at + 1))!;
            if (what === 'no-role') account.roles.delete('keyturn');
            else account.roles.set('keyturn', roles.get(account.id)!);
            memberOf(sandbox, at + 1).state = what === 'suspended' ? 'SUSPENDED' : 'ACTIVE';
            if (what.startsWith('throttled')) throttled.set(account.id, what === 'throttled' ? 9 : 1);
          }
          faults.intercept(({ action, keyId }) => {
            const id = [...throttled.keys()].find((one) => world.accounts.get(one)!.sessions.has(keyId));
            const left = id === undefined ? 0 : throttled.get(id)!;
            if (action !== 'GetAccountSummary' || left === 0) return undefined;
            throttled.set(id!, left - 1);
            return { kind: 'throttle' };
          });
          const told: string[] = [];
          const results = await run(
            sandbox,
            selection,
            async ({ iam, sts }) => {
              await iam.accountSummary();
              const { accountId } = await sts.self();
              if (fates[Number(accountId) - Number(idOf(1))] === 'broken')
                throw new KeyturnError('broken', { code: 'test' });
              return accountId;
            },
            { concurrency, onResult: ({ account }: AccountResult<string>) => told.push(account.id) },
          );
          const expected = { ok: 'ok', 'throttled-once': 'ok', suspended: 'skipped' } as Record<
            string,
            string
          >;
          expect(statesOf(results)).toEqual(['ok', ...fates.map((what) => expected[what] ?? 'failed')]);
          expect(results.map(({ account }) => account.id)).toEqual(
            Array.from({ length: 7 }, (_, index) => idOf(index)),
          );
          for (const result of results)
            if (result.state === 'ok') expect(result.value).toBe(result.account.id);
          expect([...told].sort()).toEqual(results.map(({ account }) => account.id).sort());
        },
      ),
      { numRuns: 12 },
    );
  });

  it('stays in the partition of its credentials', async () => {
    const sandbox = await openSandbox({ accounts: organizationSeed(2, 'aws-us-gov') });
    const results = await run(sandbox, await selectIn(sandbox, {}, { region: 'us-gov-west-1' }), whoAmI);
    expect(results[1]).toMatchObject({
      value: `arn:aws-us-gov:sts::${idOf(1)}:assumed-role/keyturn/keyturn-keys-report-admin`,
    });
  });

  it("has the ports of an account's own region, the own account's too", async () => {
    const sandbox = await openOrganization(3);
    const regions = { [ACCOUNT]: 'eu-west-1', [idOf(2)]: 'eu-central-1' };
    const results = await run(sandbox, await selectIn(sandbox, { regions }), async (connection) => {
      for await (const _ of connection.secrets.list()) break;
      return connection.region;
    });
    const seen = ['eu-west-1', 'us-east-1', 'eu-central-1'];
    expect(results.map((result) => result.state === 'ok' && result.value)).toEqual(seen);
    const asked = sandbox.control.journal.filter(({ action }) => action === 'ListSecrets');
    expect(asked.map(({ region }) => region).sort()).toEqual([...seen].sort());
  });

  it('keeps to the number of accounts at a time', async () => {
    const sandbox = await openOrganization(9);
    const selection = await selectIn(sandbox);
    let now = 0;
    let most = 0;
    await run(
      sandbox,
      selection,
      async (connection) => {
        most = Math.max(most, ++now);
        await connection.iam.accountSummary();
        now--;
      },
      { concurrency: 3 },
    );
    expect(most).toBe(3);
  });
});
