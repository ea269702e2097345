import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  ReplicateSecretToRegionsCommand,
  RestoreSecretCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it } from 'vitest';
import { adminOf, closeSandboxes, DAY_MS, openSandbox, outcomeOf } from '../../helpers/sandbox.ts';

afterEach(closeSandboxes);

const token = (name: string) => name.padEnd(32, '-');
const [ONE, TWO] = [token('one'), token('two')] as const;
const SECRET = { SecretId: 's' };

async function create(secrets: SecretsManagerClient): Promise<void> {
  await secrets.send(new CreateSecretCommand({ Name: 's', SecretString: 'one', ClientRequestToken: ONE }));
}

function put(secrets: SecretsManagerClient, id: string, value: string, ...VersionStages: string[]) {
  const stages = VersionStages.length === 0 ? {} : { VersionStages };
  return secrets.send(
    new PutSecretValueCommand({ ...SECRET, SecretString: value, ClientRequestToken: id, ...stages }),
  );
}

async function value(secrets: SecretsManagerClient, stage?: string): Promise<string | undefined> {
  const { SecretString } = await secrets.send(
    new GetSecretValueCommand({ ...SECRET, ...(stage === undefined ? {} : { VersionStage: stage }) }),
  );
  return SecretString;
}

async function stages(secrets: SecretsManagerClient) {
  return (await secrets.send(new DescribeSecretCommand(SECRET))).VersionIdsToStages;
}

describe('a token', () => {
  it('put twice with the same value is one version; with another value it is refused, and nothing changes', async () => {
    const { secrets } = adminOf(await openSandbox());
    await create(secrets);
    await put(secrets, TWO, 'two', 'AWSPENDING');
    expect((await put(secrets, TWO, 'two', 'AWSPENDING')).VersionId).toBe(TWO);
    expect(await outcomeOf(put(secrets, TWO, 'three', 'AWSPENDING'))).toBe('ResourceExistsException');
    expect(await value(secrets, 'AWSPENDING')).toBe('two');
  });

  it('is 32 to 64 characters long', async () => {
    const { secrets } = adminOf(await openSandbox());
    await create(secrets);
    expect(await outcomeOf(put(secrets, 'short', 'x'))).toBe('InvalidParameterException');
  });
});

describe('labels', () => {
  it('of a version that is put move AWSCURRENT and AWSPREVIOUS by default', async () => {
    const { secrets } = adminOf(await openSandbox());
    await create(secrets);
    await put(secrets, TWO, 'two');
    expect(await stages(secrets)).toEqual({ [ONE]: ['AWSPREVIOUS'], [TWO]: ['AWSCURRENT'] });
    await put(secrets, token('three'), 'three');
    expect(await stages(secrets)).toEqual({ [TWO]: ['AWSPREVIOUS'], [token('three')]: ['AWSCURRENT'] });
  });

  it('go back the way they came', async () => {
    const { secrets } = adminOf(await openSandbox());
    await create(secrets);
    await put(secrets, TWO, 'two');
    await secrets.send(
      new UpdateSecretVersionStageCommand({
        ...SECRET,
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: ONE,
        RemoveFromVersionId: TWO,
      }),
    );
    expect(await stages(secrets)).toEqual({ [ONE]: ['AWSCURRENT'], [TWO]: ['AWSPREVIOUS'] });
  });

  it('are not taken from who does not know where they stand, nor AWSCURRENT from all', async () => {
    const { secrets } = adminOf(await openSandbox());
    await create(secrets);
    await put(secrets, TWO, 'two', 'AWSPENDING');
    const move = (rest: object) =>
      outcomeOf(
        secrets.send(new UpdateSecretVersionStageCommand({ ...SECRET, VersionStage: 'AWSCURRENT', ...rest })),
      );
    expect(await move({ MoveToVersionId: TWO })).toBe('InvalidParameterException');
    expect(await move({ MoveToVersionId: TWO, RemoveFromVersionId: TWO })).toBe('InvalidParameterException');
    expect(await move({ RemoveFromVersionId: ONE })).toBe('InvalidParameterException');
    expect(await move({ MoveToVersionId: token('none'), RemoveFromVersionId: ONE })).toBe(
      'ResourceNotFoundException',
    );
    expect(await move({})).toBe('InvalidParameterException');
    expect(await stages(secrets)).toEqual({ [ONE]: ['AWSCURRENT'], [TWO]: ['AWSPENDING'] });
    expect(await move({ MoveToVersionId: TWO, RemoveFromVersionId: ONE })).toBe('ok');
  });

  it('let only one of two runners promote', async () => {
    const { secrets } = adminOf(await openSandbox());
    await create(secrets);
    await put(secrets, TWO, 'two', 'AWSPENDING');
    await put(secrets, token('other'), 'other', 'OTHER');
    const promote = (to: string) =>
      outcomeOf(
        secrets.send(
          new UpdateSecretVersionStageCommand({
            ...SECRET,
            VersionStage: 'AWSCURRENT',
            MoveToVersionId: to,
            RemoveFromVersionId: ONE,
          }),
        ),
      );
    expect((await Promise.all([promote(TWO), promote(token('other'))])).sort()).toEqual([
      'InvalidParameterException',
      'ok',
    ]);
  });

  it('are twenty at most', async () => {
    const { secrets } = adminOf(await openSandbox());
    await create(secrets);
    const many = Array.from({ length: 20 }, (_, i) => `L${i}`);
    expect(await outcomeOf(put(secrets, TWO, 'two', ...many))).toBe('LimitExceededException');
    expect(await outcomeOf(put(secrets, token('three'), 'two', ...many.slice(1)))).toBe('ok');
  });
});

describe('versions', () => {
  it('without a label are listed on demand, and go when they are old and many', async () => {
    const sandbox = await openSandbox();
    const { secrets } = adminOf(sandbox);
    await create(secrets);
    for (let i = 0; i < 105; i++) await put(secrets, token(`v${i}`), `v${i}`);
    const count = async (IncludeDeprecated: boolean) =>
      (await secrets.send(new ListSecretVersionIdsCommand({ ...SECRET, IncludeDeprecated, MaxResults: 100 })))
        .Versions?.length;
    expect(await count(false)).toBe(2);
    expect(await count(true)).toBe(100);
    expect(
      await outcomeOf(secrets.send(new GetSecretValueCommand({ ...SECRET, VersionId: token('v3') }))),
    ).toBe('ok');
    sandbox.control.clock.advance(2 * DAY_MS);
    await put(secrets, token('late'), 'late');
    expect(
      await outcomeOf(secrets.send(new GetSecretValueCommand({ ...SECRET, VersionId: token('v3') }))),
    ).toBe('ResourceNotFoundException');
    expect(await value(secrets)).toBe('late');
  });

  it('can be read a while after they were put; until then the one before is current', async () => {
    const sandbox = await openSandbox();
    const { secrets } = adminOf(sandbox);
    await create(secrets);
    sandbox.control.clock.advance(10_000);
    sandbox.control.settings.secretReadDelayMs = 3000;
    await put(secrets, TWO, 'two', 'AWSPENDING');
    expect(await outcomeOf(value(secrets, 'AWSPENDING'))).toBe('ResourceNotFoundException');
    await put(secrets, token('three'), 'three');
    expect(await value(secrets)).toBe('one');
    sandbox.control.clock.advance(3000);
    expect([await value(secrets), await value(secrets, 'AWSPENDING')]).toEqual(['three', 'two']);
  });
});

describe('a secret', () => {
  it('that is scheduled for deletion keeps its name and gives nothing away', async () => {
    const sandbox = await openSandbox();
    const { secrets } = adminOf(sandbox);
    await create(secrets);
    const { DeletionDate } = await secrets.send(
      new DeleteSecretCommand({ ...SECRET, RecoveryWindowInDays: 7 }),
    );
    expect(Math.round((DeletionDate!.getTime() - sandbox.control.clock.now()) / DAY_MS)).toBe(7);
    expect(await outcomeOf(value(secrets))).toBe('InvalidRequestException');
    expect(await outcomeOf(put(secrets, TWO, 'two'))).toBe('InvalidRequestException');
    expect(await outcomeOf(create(secrets))).toBe('InvalidRequestException');
    expect((await secrets.send(new ListSecretsCommand({}))).SecretList).toEqual([]);
    expect(
      (await secrets.send(new ListSecretsCommand({ IncludePlannedDeletion: true }))).SecretList,
    ).toHaveLength(1);
    await secrets.send(new RestoreSecretCommand(SECRET));
    expect(await value(secrets)).toBe('one');
    await secrets.send(new DeleteSecretCommand({ ...SECRET, RecoveryWindowInDays: 7 }));
    sandbox.control.clock.advance(7 * DAY_MS);
    expect(await outcomeOf(value(secrets))).toBe('ResourceNotFoundException');
    expect(await outcomeOf(create(secrets))).toBe('ok');
  });

  it('goes by its name, its ARN, and its ARN without the end', async () => {
    const { secrets } = adminOf(await openSandbox());
    const { ARN } = await secrets.send(new CreateSecretCommand({ Name: 'a/b', SecretString: 'x' }));
    expect(ARN).toMatch(/:secret:a\/b-[A-Za-z]{6}$/);
    for (const SecretId of ['a/b', ARN!, ARN!.slice(0, -7)])
      expect((await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString).toBe('x');
    expect(await outcomeOf(secrets.send(new GetSecretValueCommand({ SecretId: ARN!.slice(0, -8) })))).toBe(
      'ResourceNotFoundException',
    );
  });

  it('is of one region, and readable only where it is replicated to', async () => {
    const sandbox = await openSandbox();
    const { secrets } = adminOf(sandbox);
    const there = adminOf(sandbox, { region: 'eu-west-1' }).secrets;
    await create(secrets);
    expect(await outcomeOf(value(there))).toBe('ResourceNotFoundException');
    await secrets.send(
      new ReplicateSecretToRegionsCommand({ ...SECRET, AddReplicaRegions: [{ Region: 'eu-west-1' }] }),
    );
    expect(await value(there)).toBe('one');
    expect((await there.send(new DescribeSecretCommand(SECRET))).ARN).toContain(':eu-west-1:');
    expect(await outcomeOf(put(there, TWO, 'two'))).toBe('InvalidRequestException');
  });

  it('holds 64 KiB at most, of text or bytes', async () => {
    const { secrets } = adminOf(await openSandbox());
    await create(secrets);
    expect(await outcomeOf(put(secrets, TWO, 'x'.repeat(65_537)))).toBe('ValidationException');
    expect(await outcomeOf(put(secrets, TWO, 'x'.repeat(65_536)))).toBe('ok');
    const both = new PutSecretValueCommand({ ...SECRET, SecretString: 'x', SecretBinary: Buffer.from('y') });
    expect(await outcomeOf(secrets.send(both))).toBe('InvalidParameterException');
  });
});
