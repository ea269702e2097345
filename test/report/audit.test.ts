import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from 'sarif';
import { describe, expect, it } from 'vitest';
import { AUDIT_FORMATS, type AuditFormat } from '../../src/report/audit-formats.ts';
import { AUDIT_REPORTERS } from '../../src/report/audit-index.ts';
import type { AuditResult } from '../../src/report/audit-result.ts';
import { hasControl } from '../../src/report/escape.ts';
import {
  ACCOUNT,
  FULL_AUDIT,
  makeAuditResult,
  makeCheckResult,
  makeHostileAudit,
  SEVERAL_AUDITS,
} from './audit.ts';
import { parseCsv, parseXml } from './parsers.ts';
import { compileSchema, ownSchema, problemsOf, readSchema } from './schemas.ts';

function render(format: AuditFormat, result: AuditResult): string {
  const finishedAt = Date.parse(result.takenAt) + result.durationMs;
  return [...AUDIT_REPORTERS[format](result, { color: false, finishedAt })].join('');
}

const EXTENSIONS: Partial<Record<AuditFormat, string>> = { markdown: 'md', text: 'txt', junit: 'xml' };

describe('reports of an audit', () => {
  it.each(AUDIT_FORMATS)('%s is as reviewed', async (format) => {
    const extension = EXTENSIONS[format] ?? format;
    await expect(render(format, FULL_AUDIT)).toMatchFileSnapshot(`golden/audit.${extension}`);
    await expect(render(format, SEVERAL_AUDITS)).toMatchFileSnapshot(`golden/audit-accounts.${extension}`);
  });

  it.each(AUDIT_FORMATS)('%s lets nothing through that steers a terminal', (format) => {
    for (const line of render(format, makeHostileAudit()).split(/\r?\n/))
      expect(hasControl(line), line).toBe(false);
  });

  it.each(AUDIT_FORMATS)('%s tells what is unknown, and by which action', (format) => {
    const text = render(format, FULL_AUDIT).replaceAll('&#58;', ':');
    expect(text).toMatch(/UNKNOWN|is unknown|type="unknown"/);
    expect(text).toContain('guardduty:ListDetectors');
  });

  it.each(AUDIT_FORMATS)('%s names each of several accounts that nothing is known of', (format) => {
    const text = render(format, SEVERAL_AUDITS).replaceAll('&#58;', ':');
    expect(text).toContain('444455556666');
    expect(text).toContain('sts:AssumeRole was denied');
    if (format !== 'asff') expect(text).toContain('legacy');
  });
});

describe('as JSON', () => {
  const validate = ownSchema('audit-result');

  it('is what the schema says, and comes back as it was', () => {
    const empty = makeAuditResult({ checks: [], results: [] });
    for (const result of [FULL_AUDIT, SEVERAL_AUDITS, makeAuditResult(), empty]) {
      const parsed: unknown = JSON.parse(render('json', result));
      expect(problemsOf(validate, parsed)).toEqual([]);
      expect(parsed).toEqual(JSON.parse(JSON.stringify(result)));
    }
  });

  it('has a schema that refuses what is wrong', () => {
    const wrong = { ...makeAuditResult(), results: [makeCheckResult({ status: 'GOOD' as 'PASS' })] };
    expect(problemsOf(validate, JSON.parse(JSON.stringify(wrong)))).not.toEqual([]);
  });
});

/** Comes with the multitool, which not every platform has. */
const sarifSchema = ((): string | undefined => {
  const folder = 'node_modules/@microsoft';
  if (!existsSync(folder)) return undefined;
  const files = readdirSync(folder).map((name) => join(folder, name, 'sarif-2.1.0.json'));
  return files.find((file) => existsSync(file));
})();

describe('as SARIF', () => {
  it.skipIf(sarifSchema === undefined)('is what the standard says, hostile names and all', () => {
    const validate = compileSchema(readSchema(sarifSchema!));
    for (const result of [FULL_AUDIT, SEVERAL_AUDITS, makeAuditResult(), makeHostileAudit()])
      expect(problemsOf(validate, JSON.parse(render('sarif', result)))).toEqual([]);
  });

  it('lists what fails, suppresses exceptions, and notes what is unknown', () => {
    const [run] = (JSON.parse(render('sarif', FULL_AUDIT)) as Log).runs;
    expect(
      run!.results!.map(({ ruleId, level, suppressions }) => [ruleId, level, suppressions?.length]),
    ).toEqual([
      ['root-mfa', 'error', undefined],
      ['keys-unused', 'warning', undefined],
      ['keys-unused', 'warning', undefined],
      ['keys-unused', 'warning', 1],
      ['keys-unused', 'warning', undefined],
    ]);
    for (const { ruleId, ruleIndex } of run!.results!)
      expect(run!.tool.driver.rules![ruleIndex!]!.id).toBe(ruleId);
    const [invocation] = run!.invocations!;
    expect(invocation!.executionSuccessful).toBe(false);
    expect(invocation!.toolExecutionNotifications![0]!.message.text).toContain('guardduty is unknown');
  });
});

describe('as ASFF', () => {
  interface Asff {
    Id: string;
    ProductArn: string;
    Title: string;
    Description: string;
    Severity: { Label: string };
    Compliance: { Status: string };
    Workflow: { Status: string };
    Resources: { Type: string; Id: string }[];
  }

  it('keeps to the limits that BatchImportFindings has, and to its words', () => {
    const evidence = 'x'.repeat(5000);
    const results = FULL_AUDIT.results.map((one) => ({ ...one, evidence }));
    const findings = JSON.parse(render('asff', { ...FULL_AUDIT, results })) as Asff[];
    expect(findings).toHaveLength(8);
    for (const { Title, Description, Id } of findings) {
      expect(Title.length).toBeLessThanOrEqual(256);
      expect(Description.length).toBeLessThanOrEqual(1024);
      expect(Id.length).toBeLessThanOrEqual(512);
    }
    const [root, idle, , vendor] = findings;
    expect(root).toMatchObject({
      Severity: { Label: 'CRITICAL' },
      Compliance: { Status: 'FAILED' },
      Resources: [{ Type: 'AwsAccount', Id: 'AWS::::Account:111122223333' }],
    });
    expect(idle!.Resources[0]!.Type).toBe('AwsIamUser');
    expect(vendor!.Workflow.Status).toBe('SUPPRESSED');
    const [unread] = JSON.parse(render('asff', { ...SEVERAL_AUDITS, regions: [] })) as Asff[];
    expect(unread!.ProductArn).toMatch(/^arn:aws:securityhub:us-east-1:111122223333:product/);
    expect(findings.map(({ Compliance }) => Compliance.Status)).toEqual([
      ...['FAILED', 'FAILED', 'FAILED', 'FAILED', 'FAILED'],
      ...['WARNING', 'NOT_AVAILABLE', 'PASSED'],
    ]);
  });
});

describe('as JUnit', () => {
  it('counts what it holds', () => {
    const root = parseXml(render('junit', FULL_AUDIT));
    expect(root.attributes).toMatchObject({ tests: '8', failures: '4', errors: '1', skipped: '2' });
    const cases = root.children.flatMap(({ children }) => children);
    const several = parseXml(render('junit', SEVERAL_AUDITS));
    expect(several.attributes).toMatchObject({ tests: '11', failures: '4', errors: '2', skipped: '3' });
    expect(several.children.at(-1)!.attributes).toMatchObject({ name: 'Accounts', tests: '3', errors: '1' });
    const kinds = cases.map(({ children }) => children[0]?.name ?? 'passed').sort();
    expect(kinds).toEqual([
      'error',
      ...['failure', 'failure', 'failure', 'failure'],
      'passed',
      ...['skipped', 'skipped'],
    ]);
  });
});

describe('as CSV', () => {
  it('has a row for each result, as wide as its head', () => {
    const [head, ...rows] = parseCsv(render('csv', FULL_AUDIT));
    expect(rows).toHaveLength(8);
    for (const row of rows) expect(row).toHaveLength(head!.length);
    const [wide, ...several] = parseCsv(render('csv', SEVERAL_AUDITS));
    expect(several).toHaveLength(8 + 3 + 1);
    for (const row of several) expect(row).toHaveLength(wide!.length);
  });
});

describe('as text', () => {
  it('cuts long lists of resources, and says how long they are', () => {
    const results = Array.from({ length: 30 }, (_, i) =>
      makeCheckResult({ id: String(i), status: 'FAIL', resource: `arn:aws:iam::1:user/u${i}` }),
    );
    const text = render('text', makeAuditResult({ results }));
    expect(text).toContain('user/u7:');
    expect(text).not.toContain('user/u8:');
    expect(text).toContain('and 22 more');
  });

  it('folds what several accounts tell of one resource', () => {
    const resource = 'arn:aws:organizations::111122223333:organization/o-1';
    const accounts = [{ id: '111122223333' }, { id: '444455556666' }];
    const results = accounts.map((account) => makeCheckResult({ account, status: 'FAIL', resource }));
    const text = render('text', { ...SEVERAL_AUDITS, accounts: [], results });
    expect(text.match(/organization\/o-1.*/g)).toEqual([
      'organization/o-1: an MFA device is assigned (seen from 2 accounts)',
    ]);
  });

  it('never takes a check for settled that was asked in no account, nor for settled everywhere', () => {
    const [read, failed] = SEVERAL_AUDITS.accounts!;
    const unread = SEVERAL_AUDITS.results.filter(({ account }) => account!.id === failed!.id);
    for (const format of ['text', 'html'] as const) {
      const none = render(format, { ...SEVERAL_AUDITS, accounts: [failed!], results: unread });
      expect(none).toMatch(/UNKNOWN(<[^>]*>|\s)+Root has MFA/);
      expect(none).not.toMatch(/(N\/A|PASS)(<[^>]*>|\s)+Root has MFA/);
      const settled = makeCheckResult({ account: { id: ACCOUNT }, status: 'N/A' });
      const one = render(format, {
        ...SEVERAL_AUDITS,
        accounts: [read!, failed!],
        results: [settled, ...unread],
      });
      expect(one).toContain('N/A in 1 of 2 accounts');
    }
  });

  it('says in which account a command is to be run', () => {
    expect(render('text', SEVERAL_AUDITS)).toContain(
      'fix in account 111122223333: IAM > Users > USER > Deactivate',
    );
  });

  it('says that nothing fails', () => {
    expect(render('text', makeAuditResult())).toContain('Nothing fails; 1 of 1 check passed (100 %)');
  });
});
