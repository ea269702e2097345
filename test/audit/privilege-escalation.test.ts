import { afterEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/index.ts';
import type { SeedAccount } from '../../src/sandbox/seed/seed.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { deny, judge, statusesOf } from './audit.ts';

afterEach(closeSandboxes);

const document = (Action: unknown, Resource: unknown = '*') => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action, Resource },
});
const arnOf = (name: string) => `arn:aws:iam::${ACCOUNT}:${name}`;
const PASS = document('iam:PassRole', arnOf('role/deploy'));

/** With a role of an administrator that functions may have. */
async function account(seed: Omit<SeedAccount, 'id'>): Promise<Sandbox> {
  const roles = [{ name: 'deploy', policies: ['AdministratorAccess'] }, ...(seed.roles ?? [])];
  const sandbox = await openSandbox({ accounts: [{ id: ACCOUNT, ...seed, roles }] });
  trust(sandbox, 'deploy', 'lambda.amazonaws.com');
  return sandbox;
}

function rolesOf({ control }: Sandbox) {
  return control.world.accounts.get(ACCOUNT)!.roles;
}

function trust(sandbox: Sandbox, role: string, Service: string): void {
  const statement = { Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' };
  rolesOf(sandbox).get(role)!.trustPolicy = JSON.stringify({ Statement: [statement] });
}

const ofUser = async (sandbox: Sandbox, name: string) =>
  (await judge(sandbox, 'privilege-escalation')).find(({ resource }) => resource === arnOf(`user/${name}`));

describe('privilege-escalation', () => {
  it('fails for a single action, and passes over administrators', async () => {
    const sandbox = await account({
      users: [
        { name: 'iam', policies: ['IAMFullAccess'] },
        { name: 'reader', inline: { reads: document('s3:Get*') } },
        { name: 'boss', policies: ['AdministratorAccess'] },
      ],
    });
    expect(await statusesOf(sandbox, 'privilege-escalation')).toMatchObject({
      iam: 'FAIL',
      reader: 'PASS',
      boss: 'N/A',
      deploy: 'N/A',
    });
  });

  it('fails for actions of several policies together, and says what to take away', async () => {
    const sandbox = await account({
      policies: { functions: document('lambda:CreateFunction') },
      groups: [{ name: 'testers', inline: { calls: document('lambda:Invoke*') } }],
      users: [
        {
          name: 'dev',
          groups: ['testers'],
          inline: { pass: PASS },
          policies: [`arn:aws:iam::${ACCOUNT}:policy/functions`],
        },
        { name: 'alone', inline: { pass: PASS } },
      ],
    });
    expect(await ofUser(sandbox, 'dev')).toEqual({
      status: 'FAIL',
      resource: arnOf('user/dev'),
      evidence:
        'iam:PassRole on role/deploy, by pass, inline; lambda:CreateFunction, by functions, attached; lambda:InvokeFunction, by calls, inline in group testers: a new function runs as the role',
      fix: {
        console:
          'IAM > Users > dev > Permissions > take away iam:PassRole or lambda:CreateFunction or lambda:InvokeFunction; or let iam:PassRole name only roles that are no administrators',
        cli: 'aws iam put-user-permissions-boundary --user-name dev --permissions-boundary ARN',
      },
    });
    expect(await ofUser(sandbox, 'alone')).toMatchObject({ status: 'PASS' });
    trust(sandbox, 'deploy', 'states.amazonaws.com');
    expect(await ofUser(sandbox, 'dev')).toMatchObject({ status: 'PASS' });
  });

  it('names the other combinations, and conditions', async () => {
    const pass = { pass: document('iam:PassRole') };
    const sandbox = await account({
      users: [
        { name: 'power', inline: { ...pass, power: document(['lambda:*', 'codebuild:*']) } },
        {
          name: 'mfa',
          inline: {
            ...pass,
            mfa: {
              Version: '2012-10-17',
              Statement: {
                Effect: 'Allow',
                Action: 'lambda:*',
                Resource: '*',
                Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
              },
            },
          },
        },
      ],
      roles: [{ name: 'builds', inline: { all: document('*') } }],
    });
    trust(sandbox, 'builds', 'codebuild.amazonaws.com');
    expect(await ofUser(sandbox, 'power')).toMatchObject({
      status: 'FAIL',
      evidence:
        'iam:PassRole on role/deploy, by pass, inline; lambda:CreateFunction and lambda:InvokeFunction, by power, inline: a new function runs as the role; also iam:PassRole + lambda:UpdateFunctionConfiguration + lambda:UpdateFunctionCode, iam:PassRole + codebuild:CreateProject + codebuild:StartBuild',
    });
    expect(await ofUser(sandbox, 'mfa')).toMatchObject({
      evidence: expect.stringContaining('by mfa, inline, under a condition: a new function'),
    });
  });

  it('fails for rights on its own policy or group, and for joining the group of administrators', async () => {
    const policy = arnOf('policy/functions');
    const sandbox = await account({
      policies: { functions: document('iam:CreatePolicyVersion', policy) },
      groups: [
        { name: 'admins', policies: ['AdministratorAccess'] },
        { name: 'testers', inline: { own: document('iam:PutGroupPolicy', arnOf('group/testers')) } },
        { name: 'readers', policies: ['ReadOnlyAccess'] },
      ],
      users: [
        { name: 'dev', policies: [policy] },
        { name: 'tester', groups: ['testers'] },
        { name: 'joiner', inline: { join: document('iam:AddUserToGroup', arnOf('group/admins')) } },
        { name: 'reader', inline: { join: document('iam:AddUserToGroup', arnOf('group/readers')) } },
      ],
    });
    expect(await ofUser(sandbox, 'dev')).toMatchObject({
      status: 'FAIL',
      evidence: 'iam:CreatePolicyVersion on policy/functions, by functions, attached',
    });
    expect(await ofUser(sandbox, 'tester')).toMatchObject({
      status: 'FAIL',
      evidence: 'iam:PutGroupPolicy on group/testers, by own, inline in group testers',
    });
    expect(await ofUser(sandbox, 'joiner')).toMatchObject({
      status: 'FAIL',
      evidence: 'iam:AddUserToGroup on group/admins, by join, inline: whoever is in the group has its rights',
    });
    expect(await ofUser(sandbox, 'reader')).toMatchObject({ status: 'PASS' });
  });

  it('fails for whoever may take off the boundary that keeps it from being an administrator', async () => {
    const limits = (...actions: string[]) => document(['s3:*', ...actions]);
    const sandbox = await account({
      policies: { loose: limits('iam:DeleteUserPermissionsBoundary'), tight: limits() },
      users: [
        { name: 'dev', policies: ['AdministratorAccess'], boundary: arnOf('policy/loose') },
        { name: 'kept', policies: ['AdministratorAccess'], boundary: arnOf('policy/tight') },
      ],
    });
    expect(await ofUser(sandbox, 'dev')).toEqual({
      status: 'FAIL',
      resource: arnOf('user/dev'),
      evidence:
        'iam:DeleteUserPermissionsBoundary on user/dev, by AdministratorAccess, attached: without its boundary it is an administrator',
      fix: {
        console: 'IAM > Policies > the permissions boundary > deny iam:DeleteUserPermissionsBoundary',
      },
    });
    expect(await ofUser(sandbox, 'kept')).toMatchObject({ status: 'PASS' });
  });

  it('fails for roles as well, with the commands of roles', async () => {
    const sandbox = await account({
      roles: [{ name: 'app', inline: { pass: PASS, start: document('lambda:*') } }],
      users: [{ name: 'boss', policies: ['AdministratorAccess'] }],
    });
    const verdicts = await judge(sandbox, 'privilege-escalation');
    expect(verdicts.find(({ resource }) => resource === arnOf('role/app'))).toMatchObject({
      status: 'FAIL',
      fix: {
        console: expect.stringContaining('IAM > Roles > app > '),
        cli: 'aws iam put-role-permissions-boundary --role-name app --permissions-boundary ARN',
      },
    });
  });

  it('is unknown where a way depends on what could not be read', async () => {
    const sandbox = await account({
      roles: [{ name: 'odd' }],
      users: [
        {
          name: 'dev',
          inline: { pass: document('iam:PassRole', arnOf('role/odd')), start: document('lambda:*') },
        },
        { name: 'other', inline: { start: document('lambda:*') } },
      ],
    });
    trust(sandbox, 'odd', 'lambda.amazonaws.com');
    rolesOf(sandbox).get('odd')!.inlinePolicies.set('broken', '{"Statement": [{"Effect": 1}]}');
    expect(await ofUser(sandbox, 'dev')).toMatchObject({
      status: 'UNKNOWN',
      evidence:
        'iam:PassRole on role/odd, by pass, inline; lambda:CreateFunction and lambda:InvokeFunction, by start, inline: a new function runs as the role; not read: what it may do',
    });
    expect(await ofUser(sandbox, 'other')).toMatchObject({ status: 'PASS' });
    const odd = rolesOf(sandbox).get('odd')!;
    odd.inlinePolicies.set('broken', JSON.stringify(document('*')));
    odd.trustPolicy = 'no policy';
    expect(await ofUser(sandbox, 'dev')).toMatchObject({
      status: 'UNKNOWN',
      evidence: expect.stringMatching(/; not read: whom it trusts$/),
    });
  });

  it('is unknown where a policy of its own could not be read, unless the others are enough', async () => {
    const sandbox = await account({
      users: [
        { name: 'dev', inline: { pass: PASS, start: document('lambda:*') } },
        { name: 'half', inline: { pass: PASS } },
      ],
    });
    for (const name of ['dev', 'half'])
      sandbox.control.world.accounts
        .get(ACCOUNT)!
        .users.get(name)!
        .inlinePolicies.set('broken', '{"Statement": [{"Effect": 1}]}');
    expect(await ofUser(sandbox, 'dev')).toMatchObject({ status: 'FAIL' });
    expect(await ofUser(sandbox, 'half')).toMatchObject({
      status: 'UNKNOWN',
      evidence: 'not read: broken, inline',
    });
  });

  it('is unknown where policies are denied, and N/A without anybody', async () => {
    const sandbox = await openSandbox([]);
    sandbox.control.world.settings.isAuthorizing = false;
    rolesOf(sandbox).clear();
    expect(await statusesOf(sandbox, 'privilege-escalation')).toEqual({ root: 'N/A' });
    deny(sandbox, 'GetAccountAuthorizationDetails');
    expect(await statusesOf(sandbox, 'privilege-escalation')).toEqual({ root: 'UNKNOWN' });
  });
});
