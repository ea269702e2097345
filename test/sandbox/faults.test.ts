import {
  CreateUserCommand,
  type IAMClient,
  ListInstanceProfilesCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import { ListSecretsCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/sandbox/faults.ts';
import { ACCOUNT, adminOf, clientsFor, closeSandboxes, openSandbox, outcomeOf } from '../helpers/sandbox.ts';

afterEach(closeSandboxes);

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'ok',
    (error: { code?: string; name: string; $metadata?: { httpStatusCode?: number } }) =>
      error.code ?? [error.name, error.$metadata?.httpStatusCode],
  );
}

const create = (iam: IAMClient, UserName = 'x') => iam.send(new CreateUserCommand({ UserName }));

describe('a fault', () => {
  it.each<[Fault, answered: unknown, isDone: boolean]>([
    [{ kind: 'drop-reply' }, 'ECONNRESET', true],
    [{ kind: 'drop-request' }, 'ECONNRESET', false],
    [{ kind: 'unavailable' }, ['ServiceUnavailable', 503], false],
    [{ kind: 'fail-after' }, ['InternalFailure', 500], true],
    [{ kind: 'throttle' }, ['Throttling', 400], false],
    [
      { kind: 'error', code: 'EntityTemporarilyUnmodifiable', status: 409 },
      ['EntityTemporarilyUnmodifiableException', 409],
      false,
    ],
    [{ kind: 'delay', delayMs: 1 }, 'ok', true],
  ])('%j answers %j', async (fault, answered, isDone) => {
    const sandbox = await openSandbox();
    sandbox.control.faults.add(fault);
    expect(await errorOf(create(adminOf(sandbox).iam))).toEqual(answered);
    expect(sandbox.control.world.accounts.get(ACCOUNT)!.users.has('x')).toBe(isDone);
    expect(sandbox.control.journal).toMatchObject([{ action: 'CreateUser', isDone, fault: fault.kind }]);
  });

  it('hits only what it is for, as often as it is told, after as many as it is told', async () => {
    const sandbox = await openSandbox();
    const { iam, sts } = adminOf(sandbox);
    sandbox.control.faults.add({ kind: 'throttle', service: 'iam', action: 'ListUsers', after: 1, times: 2 });
    const outcomes: string[] = [];
    for (let i = 0; i < 4; i++) {
      outcomes.push(await outcomeOf(iam.send(new ListUsersCommand({}))));
      expect(await outcomeOf(sts.send(new GetCallerIdentityCommand({})))).toBe('ok');
    }
    expect(outcomes).toEqual(['ok', 'Throttling', 'Throttling', 'ok']);
  });

  it('may be for one key, and be taken back', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{}] }]);
    const [key] = sandbox.control.keysOf(ACCOUNT, 'ci');
    sandbox.control.faults.add({
      kind: 'unavailable',
      keyId: key!.accessKeyId,
      times: Number.POSITIVE_INFINITY,
    });
    const ci = () => outcomeOf(clientsFor(sandbox.url, key!).sts.send(new GetCallerIdentityCommand({})));
    expect([await ci(), await ci()]).toEqual(['ServiceUnavailable', 'ServiceUnavailable']);
    expect(await outcomeOf(adminOf(sandbox).iam.send(new ListUsersCommand({})))).toBe('ok');
    sandbox.control.faults.clear();
    expect(await ci()).toBe('ok');
  });

  it('may be chosen request by request, by number, and hear when the reply has gone out', async () => {
    const sandbox = await openSandbox();
    const { iam } = adminOf(sandbox);
    const heard: string[] = [];
    sandbox.control.faults.intercept(({ number, action }) => {
      heard.push(`${number} ${action}`);
      if (number === 2) return { kind: 'drop-request' };
      return number === 3 ? { kind: 'delay', onReplied: () => heard.push('replied') } : undefined;
    });
    expect(await errorOf(create(iam, 'a'))).toBe('ok');
    expect(await errorOf(create(iam, 'b'))).toBe('ECONNRESET');
    expect(await errorOf(create(iam, 'c'))).toBe('ok');
    expect(heard).toEqual(['1 CreateUser', '2 CreateUser', '3 CreateUser', 'replied']);
  });

  it('is retried by the SDK, which may do twice what is done once: the trap of an unclear outcome', async () => {
    const sandbox = await openSandbox();
    sandbox.control.faults.add({ kind: 'drop-reply' });
    expect(await outcomeOf(create(adminOf(sandbox, { maxAttempts: 3 }).iam))).toBe(
      'EntityAlreadyExistsException',
    );
    expect(sandbox.control.journal.map(({ isDone }) => isDone)).toEqual([true, false]);
  });
});

describe('throttling', () => {
  it('lets as many through in a second as it is told, for each service alone', async () => {
    const sandbox = await openSandbox();
    sandbox.control.settings.requestsPerSecond = 3;
    const { iam, secrets } = adminOf(sandbox);
    const outcomes: string[] = [];
    for (let i = 0; i < 4; i++) outcomes.push(await outcomeOf(iam.send(new ListUsersCommand({}))));
    expect(outcomes).toContain('Throttling');
    expect(outcomes.slice(0, 3)).toEqual(['ok', 'ok', 'ok']);
    expect(await outcomeOf(secrets.send(new ListSecretsCommand({})))).toBe('ok');
  });
});

describe('what the sandbox does not know', () => {
  it('has a name in either protocol', async () => {
    const { iam, secrets } = adminOf(await openSandbox());
    expect(await outcomeOf(iam.send(new ListInstanceProfilesCommand({})))).toBe('InvalidAction');
    expect(await outcomeOf(secrets.send(new RotateSecretCommand({ SecretId: 's' })))).toBe(
      'UnknownOperationException',
    );
  });

  it('is said', async () => {
    const sandbox = await openSandbox();
    const { accessKeyId } = sandbox.control.adminOf(ACCOUNT);
    const ask = async (service: string, headers: Record<string, string>, body: string) => {
      const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
      const answer = await fetch(sandbox.url, {
        method: 'POST',
        body,
        headers: { authorization, ...headers },
      });
      return [answer.status, await answer.text()] as const;
    };
    expect(await ask('s3', {}, '')).toEqual([404, 'The sandbox has no service s3.\n']);
    expect((await ask('secretsmanager', { 'x-amz-target': 'secretsmanager.ListSecrets' }, 'x'))[1]).toContain(
      'SerializationException',
    );
  });
});
