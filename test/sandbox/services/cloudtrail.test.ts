import { type LookupAttribute, LookupEventsCommand, paginateLookupEvents } from '@aws-sdk/client-cloudtrail';
import { CreateAccessKeyCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import {
  ACCOUNT,
  adminOf,
  closeSandboxes,
  DAY_MS,
  openSandbox,
  outcomeOf,
  userOf,
} from '../../helpers/sandbox.ts';

afterEach(closeSandboxes);

async function lookup(
  sandbox: Sandbox,
  AttributeKey?: LookupAttribute['AttributeKey'],
  AttributeValue = '',
  region = 'us-east-1',
) {
  const attribute =
    AttributeKey === undefined ? {} : { LookupAttributes: [{ AttributeKey, AttributeValue }] };
  const { Events = [] } = await adminOf(sandbox, { region }).trail.send(new LookupEventsCommand(attribute));
  return Events;
}

describe('the event history', () => {
  it('tells what was called, by whom, with which key, and what came of it', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{}] }]);
    expect(await outcomeOf(userOf(sandbox, 'ci').iam.send(new ListUsersCommand({})))).toBe('AccessDenied');
    const [key] = sandbox.control.keysOf(ACCOUNT, 'ci');
    const [event] = await lookup(sandbox, 'AccessKeyId', key!.accessKeyId);
    expect(event).toMatchObject({
      EventName: 'ListUsers',
      EventSource: 'iam.amazonaws.com',
      Username: 'ci',
      ReadOnly: 'true',
    });
    expect(JSON.parse(event!.CloudTrailEvent!)).toMatchObject({
      errorCode: 'AccessDenied',
      sourceIPAddress: '127.0.0.1',
      userAgent: expect.stringContaining('aws-sdk-js'),
      userIdentity: { type: 'IAMUser', userName: 'ci', accessKeyId: key!.accessKeyId },
      responseElements: null,
    });
  });

  it('finds a key by its name as a resource: where it was made, and where a session was minted', async () => {
    const sandbox = await openSandbox([{ name: 'ci' }]);
    const admin = adminOf(sandbox);
    const { AccessKey } = await admin.iam.send(new CreateAccessKeyCommand({ UserName: 'ci' }));
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/OrganizationAccountAccessRole`;
    const { Credentials } = await admin.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test' }));
    const events = [
      ...(await lookup(sandbox, 'ResourceName', AccessKey!.AccessKeyId)),
      ...(await lookup(sandbox, 'ResourceName', Credentials!.AccessKeyId)),
    ];
    expect(events.map(({ EventName }) => EventName)).toEqual(['CreateAccessKey', 'AssumeRole']);
    expect(JSON.parse(events[0]!.CloudTrailEvent!).responseElements.accessKey.accessKeyId).toBe(
      AccessKey!.AccessKeyId,
    );
    expect(JSON.parse(events[1]!.CloudTrailEvent!).responseElements.credentials.accessKeyId).toBe(
      Credentials!.AccessKeyId,
    );
  });

  it('holds no secret', async () => {
    const sandbox = await openSandbox([{ name: 'ci' }]);
    const admin = adminOf(sandbox);
    const { AccessKey } = await admin.iam.send(new CreateAccessKeyCommand({ UserName: 'ci' }));
    await admin.secrets.send(new CreateSecretCommand({ Name: 'x', SecretString: 'sesame, open' }));
    await admin.ssm.send(
      new PutParameterCommand({ Name: 'x', Type: 'SecureString', Value: 'friend, enter' }),
    );
    const { Credentials } = await admin.sts.send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${ACCOUNT}:role/SandboxAdmin`,
        RoleSessionName: 'test',
      }),
    );
    const { secretAccessKey, sessionToken } = sandbox.control.adminOf(ACCOUNT);
    const said = JSON.stringify([
      await lookup(sandbox),
      sandbox.control.journal,
      sandbox.control.world.accounts.get(ACCOUNT)!.events,
    ]);
    expect(said).toContain(AccessKey!.AccessKeyId);
    const secrets = [
      AccessKey!.SecretAccessKey!,
      Credentials!.SecretAccessKey!,
      Credentials!.SessionToken!,
      secretAccessKey,
      sessionToken!,
      'sesame, open',
      'friend, enter',
    ];
    for (const secret of secrets) expect(said.includes(secret)).toBe(false);
  });

  it('is kept by region, IAM in the one that stands for all', async () => {
    const sandbox = await openSandbox([{ name: 'ci' }]);
    await adminOf(sandbox, { region: 'eu-west-1' }).secrets.send(
      new CreateSecretCommand({ Name: 'x', SecretString: 'y' }),
    );
    const names = async (region: string) =>
      (await lookup(sandbox, 'ReadOnly', 'false', region)).map(({ EventName }) => EventName);
    await adminOf(sandbox).iam.send(new CreateAccessKeyCommand({ UserName: 'ci' }));
    expect([await names('eu-west-1'), await names('us-east-1')]).toEqual([
      ['CreateSecret'],
      ['CreateAccessKey'],
    ]);
  });

  it('comes in pages of fifty, newest first, for ninety days, and late where it is told to', async () => {
    const sandbox = await openSandbox([{ name: 'ci' }]);
    const { iam, trail } = adminOf(sandbox);
    for (let i = 0; i < 60; i++) {
      await iam.send(new ListUsersCommand({}));
      sandbox.control.clock.advance(1000);
    }
    const attributes = {
      LookupAttributes: [{ AttributeKey: 'EventName' as const, AttributeValue: 'ListUsers' }],
    };
    const times: number[] = [];
    const sizes: number[] = [];
    for await (const { Events = [] } of paginateLookupEvents({ client: trail }, attributes)) {
      sizes.push(Events.length);
      times.push(...Events.map(({ EventTime }) => EventTime!.getTime()));
    }
    expect(sizes).toEqual([50, 10]);
    expect(times).toEqual([...times].sort((a, b) => b - a));
    sandbox.control.settings.eventDelayMs = 30_500;
    expect(await lookup(sandbox, 'EventName', 'ListUsers')).toHaveLength(30);
    sandbox.control.clock.advance(90 * DAY_MS);
    expect(await lookup(sandbox, 'EventName', 'ListUsers')).toEqual([]);
  });

  it('takes one attribute and a range of times', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{}] }]);
    const { trail } = adminOf(sandbox);
    const two = [
      { AttributeKey: 'EventName' as const, AttributeValue: 'a' },
      { AttributeKey: 'Username' as const, AttributeValue: 'b' },
    ];
    expect(await outcomeOf(trail.send(new LookupEventsCommand({ LookupAttributes: two })))).toBe(
      'InvalidLookupAttributesException',
    );
    expect(await outcomeOf(trail.send(new LookupEventsCommand({ MaxResults: 51 })))).toBe(
      'InvalidMaxResultsException',
    );
    const turned = { StartTime: new Date(2000), EndTime: new Date(1000) };
    expect(await outcomeOf(trail.send(new LookupEventsCommand(turned)))).toBe('InvalidTimeRangeException');
  });

  it('has what a seed says of the past', async () => {
    const sandbox = await openSandbox({
      accounts: [
        {
          id: ACCOUNT,
          users: [{ name: 'ci', keys: [{}] }],
          events: [
            {
              at: '2h',
              user: 'ci',
              service: 'ec2',
              action: 'RunInstances',
              sourceAddress: '203.0.113.9',
              error: 'UnauthorizedOperation',
            },
          ],
        },
      ],
    });
    const [event] = await lookup(sandbox, 'EventName', 'RunInstances');
    expect(event).toMatchObject({ EventSource: 'ec2.amazonaws.com', Username: 'ci' });
    expect(JSON.parse(event!.CloudTrailEvent!)).toMatchObject({
      sourceIPAddress: '203.0.113.9',
      errorCode: 'UnauthorizedOperation',
    });
  });
});
