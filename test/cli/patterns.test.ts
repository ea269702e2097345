import { describe, expect, it } from 'vitest';
import { DERIVED_RULES, PATTERNS } from '../../src/detect/patterns.generated.ts';
import { makeFinding, makeFolder, makeResult, runMain } from './run-main.ts';

function patternFile(id: string, match: string, reject = 'acme_nothing'): string {
  return [
    'patterns:',
    `  - id: ${id}`,
    '    kind: acme-token',
    '    title: Token of ACME',
    '    confidence: high',
    '    remediation: Ask for a new one.',
    '    anchors: [acme_]',
    "    regex: 'acme_[0-9]{8}'",
    `    match: ['${match}']`,
    `    reject: ['${reject}']`,
    '',
  ].join('\n');
}

const GOOD = patternFile('acme-token', 'acme_{digits:8}');

describe('keyturn patterns list', () => {
  it('names every rule a report may name', async () => {
    const { stdout } = await runMain(['patterns', 'list']);
    for (const { id, title } of [...PATTERNS, ...DERIVED_RULES]) {
      expect(stdout).toMatch(new RegExp(`^${id} +(?:high|medium|low|info|-) +${title}$`, 'm'));
    }
  });

  it('names those of files, from options and configuration', async () => {
    const cwd = makeFolder({ 'our.yaml': GOOD, 'keyturn.yaml': 'patterns: [our.yaml]\n' });
    for (const argv of [[], ['--no-config', '--patterns', 'our.yaml']]) {
      const { stdout } = await runMain(['patterns', 'list', '-f', 'json', ...argv], { cwd });
      const { rules } = JSON.parse(stdout) as { rules: { id: string }[] };
      expect(rules.find(({ id }) => id === 'acme-token')).toEqual({
        id: 'acme-token',
        kind: 'acme-token',
        title: 'Token of ACME',
        confidence: 'high',
        origin: 'our.yaml',
      });
    }
  });

  it('refuses a second pattern of one name', async () => {
    const cwd = makeFolder({ 'a.yaml': GOOD, 'b.yaml': GOOD });
    const { status, stderr } = await runMain(
      ['patterns', 'list', '--patterns', 'a.yaml', '--patterns', 'b.yaml'],
      { cwd },
    );
    expect(status).toBe(2);
    expect(stderr).toBe('keyturn: b.yaml: pattern "acme-token" is there already (a.yaml)\n');
  });
});

describe('keyturn patterns explain', () => {
  it('says what a rule is and what to do', async () => {
    for (const { id, title, remediation } of [...PATTERNS, ...DERIVED_RULES]) {
      const { status, stdout } = await runMain(['patterns', 'explain', id]);
      expect(status).toBe(0);
      expect(stdout).toContain(`${id}: ${title}\n`);
      expect(stdout).toContain(remediation.trim());
    }
  });

  it('knows the rules of files, and which name was meant', async () => {
    const cwd = makeFolder({ 'our.yaml': GOOD });
    const { stdout } = await runMain(['patterns', 'explain', 'acme-token', '--patterns', 'our.yaml'], {
      cwd,
    });
    expect(stdout).toContain('from        our.yaml\n\nAsk for a new one.\n');
    const { status, stderr } = await runMain(['patterns', 'explain', 'aws-acces-key-id']);
    expect(status).toBe(2);
    expect(stderr).toBe('keyturn: "aws-acces-key-id": no such rule\nDid you mean aws-access-key-id?\n');
  });
});

describe('keyturn patterns test', () => {
  it('tests the patterns of a file', async () => {
    const cwd = makeFolder({ 'our.yaml': GOOD });
    expect(await runMain(['patterns', 'test', 'our.yaml'], { cwd })).toEqual({
      status: 0,
      stdout: '1 pattern, 2 examples: all as they should be\n',
      stderr: '',
    });
    expect((await runMain(['patterns', 'test', '-q', 'our.yaml'], { cwd })).stdout).toBe('');
    // In use already, it is tested once.
    const again = await runMain(['patterns', 'test', 'our.yaml', '--patterns', 'our.yaml'], { cwd });
    expect(again.stdout).toContain('1 pattern, 2 examples');
  });

  it('names each example that does not come out as it should', async () => {
    const cwd = makeFolder({ 'bad.yaml': patternFile('bad', 'acme_{digits:7}', 'x acme_{digits:8}') });
    const { status, stdout } = await runMain(['patterns', 'test', 'bad.yaml'], { cwd });
    expect(status).toBe(1);
    expect(stdout).toBe(
      [
        'bad.yaml: bad: not found: acme_{digits:7}',
        'bad.yaml: bad: found, but should not be: x acme_{digits:8}',
        '1 pattern, 2 examples: 2 not as they should be',
        '',
      ].join('\n'),
    );
  });

  it('refuses a file that cannot be used', async () => {
    const cwd = makeFolder({ 'broken.yaml': 'patterns: {}\n' });
    for (const file of ['broken.yaml', 'none.yaml']) {
      const { status, stderr } = await runMain(['patterns', 'test', file], { cwd });
      expect(status).toBe(2);
      expect(stderr).toMatch(new RegExp(`^keyturn: ${file}:`));
    }
  });
});

describe('a report', () => {
  it('calls a finding by the title of its pattern and says what to do', async () => {
    const cwd = makeFolder({ 'our.yaml': GOOD });
    const finding = makeFinding({ rule: 'acme-token', kind: 'acme-token' });
    const result = makeResult({ findings: [finding] });
    for (const format of ['text', 'sarif']) {
      const { stdout } = await runMain(['scan', '--patterns', 'our.yaml', '-f', format], { cwd, result });
      expect(stdout).toContain('Token of ACME');
      if (format === 'sarif') expect(stdout).toContain('Ask for a new one.');
    }
  });
});
