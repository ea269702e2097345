import { afterEach, describe, expect, it } from 'vitest';
import { openFacts } from '../../src/audit/facts.ts';
import { runChecks } from '../../src/audit/run.ts';
import type { Check } from '../../src/audit/types.ts';
import { inEveryRegion, pass, unknown } from '../../src/audit/verdict.ts';
import { AwsError } from '../../src/aws/errors.ts';
import { closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { deny, factsOf } from './audit.ts';

afterEach(closeSandboxes);

const check = (judge: Check['judge']): Check => ({
  id: 'probe',
  section: 1,
  title: 'A probe',
  severity: 'low',
  cis: {},
  securityHub: [],
  why: '',
  fix: { console: '', cli: '' },
  judge,
});

const denied = (action: string) =>
  new AwsError(`${action}: no`, {
    kind: 'denied',
    action,
    requestId: undefined,
    hint: undefined,
    cause: undefined,
  });

describe('runChecks', () => {
  it('reads a fact once for all who ask', async () => {
    const sandbox = await openSandbox();
    const facts = openFacts(await factsOf(sandbox));
    const probe = check(async () => [pass('arn', String((await facts.summary()).size > 0))]);
    await runChecks([probe, probe, probe], facts);
    expect(sandbox.control.journal.filter(({ action }) => action === 'GetAccountSummary')).toHaveLength(1);
  });

  it('calls a denied read UNKNOWN, by the action that was denied, for everyone who asks', async () => {
    const sandbox = await openSandbox();
    deny(sandbox, 'GetAccountSummary');
    const facts = openFacts(await factsOf(sandbox));
    const probe = check(async () => [pass('arn', String((await facts.summary()).size))]);
    const judged = await runChecks([probe, probe], facts);
    for (const { verdicts } of judged)
      expect(verdicts).toEqual([
        {
          status: 'UNKNOWN',
          resource: facts.accountArn,
          evidence: 'iam:GetAccountSummary was denied',
          action: 'iam:GetAccountSummary',
        },
      ]);
  });

  it('does not hide a defect of a check', async () => {
    const facts = openFacts(await factsOf(await openSandbox()));
    const broken = check(async () => {
      throw new TypeError('oops');
    });
    await expect(runChecks([broken], facts)).rejects.toThrow('oops');
  });
});

describe('inEveryRegion', () => {
  it('keeps the verdicts of the regions that can be read', async () => {
    const facts = {
      ...openFacts(await factsOf(await openSandbox())),
      regions: async () => ['us-east-1', 'eu-west-1', 'eu-south-2'],
    };
    const verdicts = await inEveryRegion(facts, async ({ region }) => {
      if (region === 'eu-west-1') throw denied('guardduty:ListDetectors');
      return region === 'eu-south-2' ? [unknown('arn', 'late')] : [pass('arn', 'on')];
    });
    expect(verdicts.map(({ region, status, action }) => [region, status, action])).toEqual([
      ['us-east-1', 'PASS', undefined],
      ['eu-west-1', 'UNKNOWN', 'guardduty:ListDetectors'],
      ['eu-south-2', 'UNKNOWN', undefined],
    ]);
  });
});
