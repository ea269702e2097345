import { request } from 'node:http';
import { ListUsersCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { ACCOUNT, adminOf, clientsFor, closeSandboxes, openSandbox, outcomeOf } from '../helpers/sandbox.ts';

afterEach(closeSandboxes);

async function control({ url }: Sandbox, method: string, path: string, body?: string) {
  const answer = await fetch(`${url}/_sandbox/${path}`, { method, ...(body === undefined ? {} : { body }) });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}

describe('control requests', () => {
  it('show the state, without a secret', async () => {
    const sandbox = await openSandbox({
      accounts: [{ id: ACCOUNT, users: [{ name: 'ci', keys: [{}] }], secrets: [{ name: 's', keyOf: 'ci' }] }],
    });
    const { body } = await control(sandbox, 'GET', 'state');
    const [key] = sandbox.control.keysOf(ACCOUNT, 'ci');
    expect(body.accounts[0]).toMatchObject({
      id: ACCOUNT,
      users: [
        { name: '<root_account>', keys: [] },
        { name: 'ci', keys: [{ id: key!.accessKeyId, status: 'Active' }] },
      ],
      secrets: [{ name: 's', region: 'us-east-1' }],
    });
    expect(JSON.stringify(body).includes(key!.secretAccessKey)).toBe(false);
  });

  it('turn the clock', async () => {
    const sandbox = await openSandbox();
    sandbox.control.clock.run();
    expect(
      (await control(sandbox, 'POST', 'clock', '{"set": "2026-01-01T00:00:00Z", "frozen": true}')).status,
    ).toBe(200);
    await control(sandbox, 'POST', 'clock', 'advance: 36h');
    expect((await control(sandbox, 'GET', 'clock')).body).toEqual({ now: '2026-01-02T12:00:00.000Z' });
    expect((await control(sandbox, 'POST', 'clock', 'advance: soon')).body.error).toMatch(/^request:1:10: /);
    expect((await control(sandbox, 'POST', 'clock', 'set: 3d')).status).toBe(400);
  });

  it('change settings and faults, show the journal, and start again', async () => {
    const sandbox = await openSandbox();
    const { iam } = adminOf(sandbox);
    expect((await control(sandbox, 'POST', 'settings', 'pageSize: 1')).body).toMatchObject({ pageSize: 1 });
    await control(sandbox, 'POST', 'faults', '{"kind": "throttle", "times": "always"}');
    expect(await outcomeOf(iam.send(new ListUsersCommand({})))).toBe('Throttling');
    await control(sandbox, 'DELETE', 'faults');
    expect(await outcomeOf(iam.send(new ListUsersCommand({})))).toBe('ok');
    expect((await control(sandbox, 'GET', 'journal')).body).toMatchObject([
      { error: 'Throttling', fault: 'throttle' },
      { action: 'ListUsers', isDone: true },
    ]);
    await control(sandbox, 'POST', 'reset');
    expect((await control(sandbox, 'GET', 'journal')).body).toEqual([]);
    expect(sandbox.control.settings.pageSize).toBeUndefined();
  });

  it('hand out credentials of the sandbox itself', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{}] }]);
    const { body } = await control(sandbox, 'GET', 'credentials?user=ci');
    expect(await outcomeOf(clientsFor(sandbox.url, body[0]).sts.send(new GetCallerIdentityCommand({})))).toBe(
      'ok',
    );
  });

  it('that make no sense are refused', async () => {
    const sandbox = await openSandbox();
    expect(await control(sandbox, 'GET', 'nothing')).toMatchObject({ status: 404 });
    expect(await control(sandbox, 'POST', 'faults', 'kind: [')).toMatchObject({ status: 400 });
    expect((await control(sandbox, 'POST', 'settings', 'pagesize: 1')).body.error).toBe(
      'request:1:1: unknown key "pagesize"; did you mean "pageSize"?',
    );
  });

  it('are not for pages in a browser, by whatever name they come', async () => {
    const sandbox = await openSandbox();
    const ask = (headers: Record<string, string>) =>
      new Promise<number | undefined>((done) => {
        request(`${sandbox.url}/_sandbox/state`, { headers }, (answer) => {
          answer.resume();
          done(answer.statusCode);
        }).end();
      });
    expect(await ask({})).toBe(200);
    expect(await ask({ origin: 'https://example.com' })).toBe(403);
    expect(await ask({ host: 'rebound.example.com' })).toBe(403);
  });
});
