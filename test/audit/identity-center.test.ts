import { afterEach, describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/audit/checks/index.ts';
import { openFacts } from '../../src/audit/facts.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { deny, factsOf, judge } from './audit.ts';
import { withRegion } from './world.ts';

afterEach(closeSandboxes);

const USERS = [{ name: 'alice' }];

async function verdictOf(sandbox: Sandbox) {
  const [verdict, ...others] = await judge(sandbox, 'identity-center');
  expect(others).toEqual([]);
  return verdict;
}

describe('identity-center', () => {
  it('passes with an instance in any region', async () => {
    const sandbox = await openSandbox({
      accounts: [{ id: ACCOUNT, users: USERS, regions: { 'eu-north-1': { identityCenter: 'ACTIVE' } } }],
    });
    expect(await verdictOf(sandbox)).toMatchObject({
      status: 'PASS',
      region: 'eu-north-1',
      evidence: 'Identity Center is active',
    });
  });

  it('passes for members of an organization that has one', async () => {
    const sandbox = await openSandbox({
      accounts: [
        { id: ACCOUNT, users: USERS },
        { id: '444455556666', regions: { 'us-east-1': { identityCenter: 'ACTIVE' } } },
      ],
    });
    sandbox.control.world.organization!.managementAccount = '444455556666';
    expect(await verdictOf(sandbox)).toMatchObject({ status: 'PASS' });
  });

  it('does not count an instance of one member alone', async () => {
    const sandbox = await openSandbox({
      accounts: [
        { id: ACCOUNT, users: USERS, regions: { 'us-east-1': { identityCenter: 'ACTIVE' } } },
        { id: '444455556666' },
      ],
    });
    sandbox.control.world.organization!.managementAccount = '444455556666';
    expect(await verdictOf(sandbox)).toMatchObject({
      status: 'FAIL',
      evidence: `an instance of Identity Center of account ${ACCOUNT} alone, and none of the organization`,
    });
  });

  it('passes with a SAML provider in its place, and is unknown where those are denied', async () => {
    const sandbox = await withRegion({}, { users: USERS });
    const options = await factsOf(sandbox);
    const account = { ...options.aws.account, samlProviders: async () => ['arn:aws:iam::1:saml-provider/x'] };
    const facts = openFacts({ ...options, aws: { ...options.aws, account } });
    const check = CHECKS.find(({ id }) => id === 'identity-center')!;
    expect(await check.judge(facts)).toMatchObject([
      { status: 'PASS', evidence: 'federated by 1 SAML provider' },
    ]);
    deny(sandbox, 'ListSAMLProviders');
    expect(await verdictOf(sandbox)).toMatchObject({ status: 'UNKNOWN', action: 'iam:ListSAMLProviders' });
  });

  it('fails with users and neither an instance nor a provider, or one that is not active yet', async () => {
    expect(await verdictOf(await withRegion({}, { users: USERS }))).toMatchObject({
      status: 'FAIL',
      evidence: 'neither Identity Center nor a SAML provider, and 1 IAM user',
    });
    const early = await withRegion({ identityCenter: 'CREATE_IN_PROGRESS' }, { users: USERS });
    expect(await verdictOf(early)).toMatchObject({
      status: 'FAIL',
      evidence: 'Identity Center is not active yet (CREATE_IN_PROGRESS)',
    });
  });

  it('does not apply to an account without users', async () => {
    expect(await verdictOf(await withRegion({}))).toMatchObject({ status: 'N/A' });
  });

  it('is unknown while a region cannot be asked: it may be there', async () => {
    const sandbox = await withRegion({}, { users: USERS, deniedRegions: ['eu-west-3'] });
    expect(await verdictOf(sandbox)).toMatchObject({ status: 'UNKNOWN', region: 'eu-west-3' });
    const found = await withRegion({ identityCenter: 'ACTIVE' }, { deniedRegions: ['eu-west-3'] });
    expect(await verdictOf(found)).toMatchObject({ status: 'PASS' });
    deny(sandbox, 'ListInstances');
    expect(await judge(sandbox, 'identity-center')).toHaveLength(3);
  });
});
