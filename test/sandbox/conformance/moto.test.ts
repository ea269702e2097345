import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  GenerateCredentialReportCommand,
  GetCredentialReportCommand,
  type IAMClient,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import { CreateAccountCommand, CreateOrganizationCommand } from '@aws-sdk/client-organizations';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';
import { makeKeyId, makeRandom, makeSecret } from '../../helpers/credentials.ts';
import { clientsFor } from '../../helpers/sandbox.ts';
import { IAM_DEVIATIONS, IAM_STEPS } from './iam-scenario.ts';
import { ORGANIZATION_STEPS } from './organizations-scenario.ts';
import { type Moto, notRun, python, startMoto } from './peers.ts';
import { type Outcome, outcomesOf, type Step } from './scenario.ts';
import { SECRETS_DEVIATIONS, SECRETS_STEPS } from './secrets-scenario.ts';
import { SSM_DEVIATIONS, SSM_STEPS } from './ssm-scenario.ts';

/** The one that moto has when it is not told another. */
const ACCOUNT = '123456789012';
const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';

describe.skipIf(python === undefined)(`the sandbox and moto answer alike${notRun}`, () => {
  let moto: Moto;
  let sandbox: Sandbox;

  beforeAll(async () => {
    moto = await startMoto();
    sandbox = await startSandbox({ seed: { accounts: [{ id: ACCOUNT }] } });
  });
  afterAll(async () => {
    moto?.stop();
    await sandbox?.close();
  });

  /** All outcomes are equal but those of `deviations`, which are not. */
  async function expectAlike(
    steps: readonly Step[],
    deviations: Readonly<Record<string, string>>,
  ): Promise<void> {
    const admin = sandbox.control.adminOf(ACCOUNT);
    const ours = await outcomesOf(steps, clientsFor(sandbox.url, admin));
    const theirs = (await outcomesOf(steps, clientsFor(moto.url, admin))).map(corrected);
    const isDeviation = ({ step }: Outcome) => Object.hasOwn(deviations, step);
    expect(ours.filter((outcome) => !isDeviation(outcome))).toEqual(
      theirs.filter((outcome) => !isDeviation(outcome)),
    );
    const differing = ours.filter((outcome, at) => JSON.stringify(outcome) !== JSON.stringify(theirs[at]));
    expect(differing.map(({ step }) => step)).toEqual(Object.keys(deviations));
  }

  it('about IAM', async () => {
    await expectAlike(IAM_STEPS, IAM_DEVIATIONS);
  });

  it('about Secrets Manager', async () => {
    await expectAlike(SECRETS_STEPS, SECRETS_DEVIATIONS);
  });

  it('about parameters', async () => {
    await expectAlike(SSM_STEPS, SSM_DEVIATIONS);
  });

  it('about organizations', async () => {
    const other = await startSandbox({
      seed: {
        accounts: [
          { id: ACCOUNT, name: 'first' },
          { id: '444455556666', name: 'second' },
        ],
      },
    });
    const admin = other.control.adminOf(ACCOUNT);
    const { organizations } = clientsFor(moto.url, admin);
    const alone = await outcomesOf(
      ORGANIZATION_STEPS.slice(0, 1),
      clientsFor(sandbox.url, sandbox.control.adminOf(ACCOUNT)),
    );
    expect(alone).toEqual(await outcomesOf(ORGANIZATION_STEPS.slice(0, 1), clientsFor(moto.url, admin)));
    await organizations.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }));
    await organizations.send(
      new CreateAccountCommand({ AccountName: 'second', Email: 'second@example.com' }),
    );
    const ours = await outcomesOf(ORGANIZATION_STEPS, clientsFor(other.url, admin));
    const theirs = await outcomesOf(ORGANIZATION_STEPS, clientsFor(moto.url, admin));
    await other.close();
    expect(ours).toEqual(theirs);
  });

  it('about the columns of a credential report', async () => {
    const columns = async (url: string) => {
      const { iam } = clientsFor(url, sandbox.control.adminOf(ACCOUNT));
      await iam.send(new GenerateCredentialReportCommand({}));
      await iam.send(new GenerateCredentialReportCommand({}));
      const { Content } = await iam.send(new GetCredentialReportCommand({}));
      return new TextDecoder().decode(Content).split('\n')[0];
    };
    expect(await columns(sandbox.url)).toBe(await columns(moto.url));
  });

  it('about signatures', async () => {
    const ours = await signatureOutcomes(sandbox.url, sandbox.control.adminOf(ACCOUNT), async () => {});
    const theirs = await signatureOutcomes(moto.url, sandbox.control.adminOf(ACCOUNT), () =>
      moto.setAuth(true),
    );
    await moto.setAuth(false);
    expect(ours).toEqual(theirs);
  });
});

/** moto answers 404 where the API reference of Secrets Manager has 400. */
function corrected(outcome: Outcome): Outcome {
  if (outcome.error?.name !== 'ResourceNotFoundException') return outcome;
  return { ...outcome, error: { ...outcome.error, status: 400 } };
}

/** What each of several credentials gets; `enforce` is called when all are there. */
async function signatureOutcomes(
  url: string,
  admin: Credentials,
  enforce: () => Promise<void>,
): Promise<Outcome[]> {
  const { iam } = clientsFor(url, admin);
  const random = makeRandom(1);
  const good = await makeUser(iam, 'good');
  await iam.send(new AttachUserPolicyCommand({ UserName: 'good', PolicyArn: ADMIN }));
  const powerless = await makeUser(iam, 'powerless');
  const deleted = await makeUser(iam, 'deleted');
  await iam.send(new DeleteAccessKeyCommand({ UserName: 'deleted', AccessKeyId: deleted.accessKeyId }));
  await enforce();
  const tried: [string, Credentials][] = [
    ['a good key', good],
    ['one without any permission', powerless],
    ['a wrong secret', { ...good, secretAccessKey: makeSecret(random) }],
    ['a deleted key', deleted],
    [
      'a key nobody has',
      { accessKeyId: makeKeyId(random, { account: ACCOUNT }), secretAccessKey: makeSecret(random) },
    ],
  ];
  const outcomes = await Promise.all(
    tried.map(([name, credentials]) =>
      outcomesOf(
        [
          { name: `${name}: who am I`, call: ({ sts }) => sts.send(new GetCallerIdentityCommand({})) },
          {
            name: `${name}: may I list users`,
            call: async (clients) =>
              (await clients.iam.send(new ListUsersCommand({}))).$metadata.httpStatusCode,
          },
        ],
        clientsFor(url, credentials),
      ),
    ),
  );
  return outcomes.flat();
}

async function makeUser(iam: IAMClient, name: string): Promise<Credentials> {
  await iam.send(new CreateUserCommand({ UserName: name }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
  return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
}
