import { describe, expect, it } from 'vitest';
import { compareResults, markKnown } from '../../src/audit/compare.ts';
import { applyExceptions, type Exception } from '../../src/audit/exceptions.ts';
import { readAuditConfig } from '../../src/audit/rules-file.ts';
import { parseConfig } from '../../src/config/file.ts';
import { type AuditedAccount, isOpen } from '../../src/report/audit-result.ts';
import { ACCOUNT, makeAuditResult, makeCheckResult } from '../report/audit.ts';

const NOW = Date.parse('2026-11-26T09:00:00Z');
const failing = (name: string, changes = {}) =>
  makeCheckResult({
    id: name,
    status: 'FAIL',
    resource: `arn:aws:iam::${ACCOUNT}:user/${name}`,
    ...changes,
  });
const agreed: Exception = {
  check: 'root-*',
  resource: '*:user/vendor',
  owner: 'ops',
  reason: 'meant',
  expires: '2027-01-31',
  where: 'keyturn.yaml:3:5',
};
const apply = (exceptions: Exception[], now = NOW, isWhole = true) =>
  applyExceptions(makeAuditResult({ results: [failing('vendor'), failing('other')] }), exceptions, {
    now,
    isWhole,
  });

describe('applyExceptions', () => {
  it('marks what fails by agreement, and nothing else; the score counts it no more', () => {
    const { results, score } = apply([agreed, { ...agreed, resource: '*:user/other' }]);
    expect(results.map(({ exception }) => exception?.owner)).toEqual(['ops', 'ops']);
    expect(results.some(isOpen)).toBe(false);
    expect(score).toMatchObject({ passed: 1, failed: 0 });
    expect(apply([agreed]).results.map(isOpen)).toEqual([false, true]);
  });

  it('holds to the end of its last day, and is none from then on, which it says', () => {
    expect(apply([agreed], Date.parse('2027-01-31T23:59:59Z')).results[0]!.exception).toBeDefined();
    const [vendor] = apply([agreed], Date.parse('2027-02-01T00:00:00Z')).results;
    expect(vendor!.exception).toBeUndefined();
    expect(vendor!.expiredException).toEqual({ owner: 'ops', reason: 'meant', expires: '2027-01-31' });
    expect(isOpen(vendor!)).toBe(true);
  });

  it('prefers one that holds to one that ran out', () => {
    const old = { ...agreed, expires: '2020-01-01' };
    expect(apply([old, agreed]).results[0]!.exception).toBeDefined();
  });

  it('does not make a PASS of what is unknown', () => {
    const result = makeAuditResult({ results: [failing('vendor', { status: 'UNKNOWN' })] });
    const [vendor] = applyExceptions(result, [agreed], { now: NOW, isWhole: true }).results;
    expect(vendor).toMatchObject({ status: 'UNKNOWN' });
    expect(vendor!.exception).toBeUndefined();
  });

  it('notes one that matches nothing, unless only some checks ran', () => {
    const idle = { ...agreed, check: 'nothing' };
    expect(apply([idle]).notes).toEqual([
      'keyturn.yaml:3:5: the exception of nothing matches nothing that fails',
    ]);
    expect(apply([idle], NOW, false).notes).toEqual([]);
  });

  it('does not note one of an account that was not read, or not asked', () => {
    const read = { id: ACCOUNT, state: 'read' } as const;
    const failed = { id: '444455556666', state: 'failed', reason: 'denied', message: 'denied' } as const;
    const notesOf = (accounts: readonly object[] | undefined, exception: Partial<Exception>) =>
      applyExceptions(
        makeAuditResult({ ...(accounts !== undefined && { accounts: accounts as AuditedAccount[] }) }),
        [{ ...agreed, resource: '*', ...exception }],
        { now: NOW, isWhole: true },
      ).notes.length;
    const ofOther = { resource: 'arn:aws:iam::444455556666:role/break-glass' };
    expect(notesOf(undefined, {})).toBe(1);
    expect(notesOf(undefined, ofOther)).toBe(0);
    expect(notesOf(undefined, { account: '4444*' })).toBe(0);
    expect(notesOf([read, failed], { account: ACCOUNT })).toBe(1);
    expect(notesOf([read, failed], { account: failed.id })).toBe(0);
    expect(notesOf([read, failed], ofOther)).toBe(0);
    expect(notesOf([read, failed], {})).toBe(0);
    expect(notesOf([read], {})).toBe(1);
  });

  it('can be of one region', () => {
    const results = [failing('vendor', { region: 'eu-west-1' }), failing('vendor', { region: 'us-east-1' })];
    const { results: marked } = applyExceptions(
      makeAuditResult({ results }),
      [{ ...agreed, region: 'eu-*' }],
      { now: NOW, isWhole: true },
    );
    expect(marked.map(isOpen)).toEqual([false, true]);
  });
});

describe('readAuditConfig', () => {
  const read = async (yaml: string) => {
    const options = { specs: [], shownAs: 'keyturn.yaml', isProject: true };
    return readAuditConfig({ project: await parseConfig(yaml, '/r/keyturn.yaml', options) });
  };
  const exception = (changes: Record<string, string>) => {
    const entry = { check: 'root-mfa', owner: 'ops', reason: 'meant', expires: '2027-01-31', ...changes };
    return `audit:\n  exceptions:\n    - ${JSON.stringify(entry)}\n`;
  };

  it('reads rules and exceptions, with their places', async () => {
    const { rules, exceptions } = await read(`${exception({})}  rootQuiet: 30d\n`);
    expect(rules.rootQuietMs).toBe(30 * 86_400_000);
    expect(exceptions).toMatchObject([{ check: 'root-mfa', where: 'keyturn.yaml:3:7' }]);
  });

  it.each([
    [exception({ expires: '2027-02-31' }), 'keyturn.yaml:3:68: "2027-02-31" is no day'],
    [exception({ expires: 'never' }), '"never" is no day such as 2027-01-31'],
    [exception({ owner: ' ' }), 'expected a text that says something'],
    [exception({ until: '2027-01-31' }), 'unknown key "until"'],
    [
      'audit:\n  exceptions:\n    - { check: a, owner: b, reason: c }\n',
      'keyturn.yaml:3:7: "expires" is missing',
    ],
    ['audit: 7', 'expected "key: value" lines'],
    ['audit: { rootQuiet: 0d }', '"0d" is no length of time'],
  ])('refuses %j', async (yaml, message) => {
    await expect(read(yaml)).rejects.toThrow(message);
  });
});

describe('compareResults', () => {
  const result = (...results: ReturnType<typeof failing>[]) => makeAuditResult({ results });
  const pass = (name: string) => failing(name, { status: 'PASS' });
  const unknown = (name: string) => failing(name, { status: 'UNKNOWN' });

  it('tells what got worse and better, and what came and went', () => {
    const before = result(failing('mended'), pass('broken'), failing('gone'), failing('still'));
    const now = result(pass('mended'), failing('broken'), failing('new'), failing('still'));
    const { worse, better } = compareResults(before, now);
    expect(worse.map(({ id, from, to }) => [id, from, to])).toEqual([
      ['broken', 'PASS', 'FAIL'],
      ['new', undefined, 'FAIL'],
    ]);
    expect(better.map(({ id, from, to }) => [id, from, to])).toEqual([
      ['mended', 'FAIL', 'PASS'],
      ['gone', 'FAIL', undefined],
    ]);
  });

  it('calls nothing better that cannot be read any more, and nothing worse that could not before', () => {
    const { worse, better } = compareResults(
      result(failing('a'), unknown('b'), failing('gone')),
      result(unknown('a'), failing('b')),
    );
    expect([worse, better]).toEqual([[], []]);
  });

  it('calls nothing new that could not be read before, unless it was another region that was not', () => {
    const before = result(failing('r1', { status: 'UNKNOWN', region: 'eu-west-1' }));
    const inRegion = (region: string) => failing(region, { region });
    expect(compareResults(before, result(inRegion('eu-west-1'))).worse).toEqual([]);
    expect(compareResults(before, result(failing('everywhere'))).worse).toEqual([]);
    expect(compareResults(before, result(inRegion('us-east-1'))).worse).toMatchObject([{ id: 'us-east-1' }]);
    expect(compareResults(result(unknown('all')), result(inRegion('us-east-1'))).worse).toEqual([]);
  });

  it('leaves out checks that did not run this time, or not then', () => {
    const before = makeAuditResult({ results: [failing('x', { check: 'other' })] });
    expect(compareResults(before, result()).better).toEqual([]);
    const now = result(failing('new'));
    expect(compareResults(before, now).worse).toHaveLength(1);
    expect(compareResults({ ...before, checks: [] }, now).worse).toEqual([]);
  });

  it('refuses a result of another account', () => {
    const before = { ...result(), account: { id: '999999999999', partition: 'aws' } };
    expect(() => compareResults(before, result())).toThrow('the earlier result is of account 999999999999');
  });
});

describe('markKnown', () => {
  it('marks what fails in both', () => {
    const baseline = makeAuditResult({ results: [failing('old'), failing('mended')] });
    const now = makeAuditResult({ results: [failing('old'), failing('new')] });
    expect(markKnown(now, baseline).results.map(({ id, known }) => [id, known])).toEqual([
      ['old', true],
      ['new', undefined],
    ]);
  });
});
