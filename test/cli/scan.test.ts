import { mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { ScanPlan } from '../../src/scan/plan.ts';
import { DEFAULT_ARCHIVE_LIMITS } from '../../src/source/archive.ts';
import { makeFinding, makeFolder, makeResult, type RunOptions, runMain } from './run-main.ts';

async function planOf(argv: string[], options: RunOptions = {}): Promise<ScanPlan> {
  const { plan, stderr, status } = await runMain(['scan', ...argv], options);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return plan!;
}

async function refusalOf(argv: string[], options: RunOptions = {}): Promise<string> {
  const { plan, stderr, status } = await runMain(['scan', ...argv], options);
  expect({ plan, status }).toEqual({ plan: undefined, status: 2 });
  return stderr.replace(/^keyturn: /, '').trimEnd();
}

describe('the plan of a scan', () => {
  it('is the current folder with the defaults, frozen', async () => {
    const cwd = makeFolder();
    const plan = await planOf([], { cwd, env: { XDG_CACHE_HOME: '/caches' } });
    expect(plan).toEqual({
      mode: 'worktree',
      cwd,
      targets: [cwd],
      noIgnore: false,
      patternFiles: [],
      minConfidence: 'low',
      includeExamples: false,
      allowLists: [],
      baseline: new Set(),
      archive: DEFAULT_ARCHIVE_LIMITS,
      strict: false,
      cacheDir: '/caches/keyturn',
      jobs: availableParallelism(),
    });
    expect(Object.isFrozen(plan)).toBe(true);
    expect(Object.isFrozen(plan.targets)).toBe(true);
    expect(Object.isFrozen(plan.archive)).toBe(true);
  });

  it('has what the options say', async () => {
    const cwd = makeFolder({ 'a/x': '', 'p.yaml': '', 'q.yaml': '' });
    const argv = ['a', './a', '--history', '--strict', '--no-cache', '-j', '3', '--min-confidence', 'info'];
    const patterns = [
      '--patterns',
      'p.yaml',
      '--patterns=q.yaml',
      '--include-examples',
      '--max-file-size',
      '2M',
    ];
    expect(await planOf([...argv, ...patterns, '--max-archive-depth', '0'], { cwd })).toMatchObject({
      mode: 'history',
      targets: [join(cwd, 'a')],
      strict: true,
      jobs: 3,
      minConfidence: 'info',
      patternFiles: [join(cwd, 'p.yaml'), join(cwd, 'q.yaml')],
      includeExamples: true,
      maxBlobBytes: 2 ** 21,
      archive: { depth: 0 },
    });
    expect(await planOf(['--no-ignore'])).toMatchObject({ noIgnore: true });
    expect(await planOf(['--cache-dir', 'c'], { cwd })).toMatchObject({ cacheDir: join(cwd, 'c') });
  });

  it('knows the modes, which exclude each other', async () => {
    expect(await planOf(['--staged'])).toMatchObject({ mode: 'staged' });
    expect(await planOf(['--range', 'main..HEAD'])).toMatchObject({ mode: 'range', range: 'main..HEAD' });
    expect(await planOf(['--stdin'])).toMatchObject({ mode: 'stdin', targets: [] });
    expect(await planOf(['-'])).toMatchObject({ mode: 'stdin', targets: [] });
    expect(await refusalOf(['--history', '--staged'])).toBe('--history and --staged exclude each other');
    expect(await refusalOf(['--stdin', '--range', 'a..b'])).toBe('--range and --stdin exclude each other');
    expect(await refusalOf(['--staged', '-'])).toBe('--staged and - exclude each other');
    expect(await refusalOf(['-', 'x'])).toBe('standard input is scanned alone, without a PATH');
    expect(await refusalOf(['--stdin', 'x'])).toBe('standard input is scanned alone, without a PATH');
  });

  it.each(['HEAD', '', '--all', '-x..y', 'a..b c..d', 'a..b\n--all'])(
    'refuses the range %j',
    async (range) => {
      expect(await refusalOf([`--range=${range}`])).toMatch(/^--range: /);
    },
  );

  it('hands standard input through', async () => {
    const { environment } = await runMain(['scan', '-'], { stdin: 'bytes' });
    expect(await text(environment!.stdin)).toBe('bytes');
  });

  it('looks at every PATH before anything is scanned', async () => {
    const cwd = makeFolder({ 'there.txt': '' });
    const message = 'nope, not/there: no such file or folder';
    expect(await refusalOf(['there.txt', 'nope', 'not/there'], { cwd })).toBe(message);
    expect(await refusalOf([''], { cwd })).toBe('"": no such file or folder');
    // Staged or committed, a path need not be in the work tree.
    expect(await planOf(['--staged', 'gone.txt'], { cwd })).toMatchObject({
      targets: [join(cwd, 'gone.txt')],
    });
  });

  it('takes words after -- as paths', async () => {
    const cwd = makeFolder({ '--staged': '' });
    expect(await planOf(['--', '--staged'], { cwd })).toMatchObject({
      mode: 'worktree',
      targets: [join(cwd, '--staged')],
    });
  });

  it('names a pattern file that is not there', async () => {
    expect(await refusalOf(['--patterns', 'x.yaml'])).toBe('x.yaml: no such pattern file');
  });
});

const FINGERPRINT = 'a'.repeat(32);

const PATTERN_FILE = `patterns:
  - id: acme-token
    kind: acme-token
    title: Token of ACME
    confidence: high
    remediation: Ask for a new one.
    anchors: [acme_]
    regex: 'acme_[0-9]{8}'
    match: ['acme_{digits:8}']
    reject: ['acme_nothing']
`;

function repositoryWith(files: Record<string, string>): string {
  return makeFolder({ '.git/HEAD': 'ref: refs/heads/main\n', ...files });
}

describe('what is allowed', () => {
  it('comes from the allow file, the configuration and the baseline of the current repository', async () => {
    const root = repositoryWith({
      '.keyturnignore': `# known\n${FINGERPRINT}  # rotated\naccount:123456789012\n`,
      'keyturn.yaml': 'allow:\n  - "path:docs/**  # examples"\n',
      '.keyturn-baseline.json': `{"schemaVersion":1,"fingerprints":["${'b'.repeat(32)}"]}`,
      'deep/down/': '',
    });
    const cwd = join(root, 'deep/down');
    const plan = await planOf([], { cwd });
    expect(plan.allowLists).toEqual([
      {
        root,
        entries: [
          { kind: 'fingerprint', prefix: FINGERPRINT, origin: '../../.keyturnignore:2', reason: 'rotated' },
          { kind: 'account', accountId: '123456789012', origin: '../../.keyturnignore:3' },
        ],
      },
      {
        root,
        entries: [{ kind: 'path', glob: 'docs/**', origin: '../../keyturn.yaml:2:5', reason: 'examples' }],
      },
    ]);
    expect(plan.baseline).toEqual(new Set(['b'.repeat(32)]));

    expect(await planOf(['--no-project-config'], { cwd })).toMatchObject({
      allowLists: [],
      baseline: new Set(),
    });
    expect((await planOf(['--no-config', '--no-baseline'], { cwd })).allowLists).toHaveLength(1);
    expect((await planOf(['--no-allow-file', '--no-baseline'], { cwd })).allowLists).toHaveLength(1);
  });

  it('may be named, and then --no-project-config does not take it away', async () => {
    const cwd = makeFolder({
      'ci/allow': `${FINGERPRINT}\n`,
      'ci/known.json': '{"schemaVersion":1,"fingerprints":[]}',
    });
    const argv = ['--allow-file', 'ci/allow', '--baseline', 'ci/known.json', '--no-project-config'];
    expect((await planOf(argv, { cwd })).allowLists).toMatchObject([{ root: join(cwd, 'ci') }]);
    expect(await refusalOf(['--baseline', 'nope.json'], { cwd })).toBe('nope.json: no such file');
  });

  it('is not taken from another target unless --project-config says so, and then nothing but patterns and allowed things', async () => {
    const cwd = repositoryWith({});
    const other = repositoryWith({
      '.keyturnignore': `${FINGERPRINT}\n`,
      'keyturn.yaml':
        'minConfidence: high\nexitZero: true\npatterns: [extra.yaml]\nallow: ["path:vendor/"]\n',
      'extra.yaml': PATTERN_FILE,
      'src/a.txt': '',
    });
    expect(await planOf([other], { cwd })).toMatchObject({ allowLists: [], patternFiles: [] });

    const run = await runMain(['scan', join(other, 'src/a.txt'), '--project-config'], {
      cwd,
      result: { findings: [makeFinding()] },
    });
    expect(run.status).toBe(1);
    expect(run.plan).toMatchObject({ minConfidence: 'low', patternFiles: [join(other, 'extra.yaml')] });
    expect(run.plan?.allowLists.map(({ root }) => root)).toEqual([other, other]);
  });

  it('is never half read: a bad line stops the run', async () => {
    const cwd = repositoryWith({ '.keyturnignore': 'abc\n' });
    expect(await refusalOf([], { cwd })).toBe(
      '.keyturnignore:1: a fingerprint needs at least its first 12 characters',
    );
  });
});

describe('reports of a scan', () => {
  const result = makeResult({ findings: [makeFinding()] });

  it('go to standard output and to files', async () => {
    const cwd = makeFolder();
    const run = await runMain(['scan', '-f', 'json', '-o', 'csv=out.csv', '-o', 'ndjson=out.ndjson'], {
      cwd,
      result,
    });
    expect(JSON.parse(run.stdout).findings).toHaveLength(1);
    expect(run.stderr).toBe('');
    expect(readFileSync(join(cwd, 'out.csv'), 'utf8')).toContain('aws-access-key-id');
    expect(readFileSync(join(cwd, 'out.ndjson'), 'utf8')).toContain('aws-access-key-id');
  });

  it('go to standard output once: FORMAT=- stands in for the default, not for a --format that was given', async () => {
    const run = await runMain(['scan', '-o', 'json=-'], { result });
    expect(JSON.parse(run.stdout).findings).toHaveLength(1);
    const both = await runMain(['scan', '-f', 'csv', '-o', 'json=-'], { result });
    expect(both.stderr).toContain('two reports for standard output');
    expect(both.status).toBe(2);
  });

  it('leave a word on standard error when a program reads them and not everything was scanned', async () => {
    const gaps = [{ reason: 'unreadable-file' as const, count: 1, examples: ['x'] }];
    const coverage = { ...makeResult().coverage, gaps };
    const run = await runMain(['scan', '-f', 'json'], { result: { complete: false, coverage } });
    expect(run.stderr).toMatch(/^keyturn: warning: INCOMPLETE: /);
    expect(run.status).toBe(2);
    expect(
      (await runMain(['scan', '-q', '-f', 'json'], { result: { complete: false, coverage } })).stderr,
    ).toBe('');
  });

  it('end with the status that the result and the options ask for', async () => {
    const statusOf = async (...argv: string[]) => (await runMain(['scan', ...argv], { result })).status;
    expect(await statusOf()).toBe(1);
    expect(await statusOf('--fail-on', 'high')).toBe(0);
    expect(await statusOf('--exit-zero')).toBe(0);
  });

  it('say when the run was interrupted', async () => {
    const run = await runMain(['scan'], {
      result: { complete: false, interrupted: true, findings: [makeFinding()] },
    });
    expect(run.status).toBe(130);
    expect(run.stdout).toContain('interrupted');
  });
});

describe('messages', () => {
  const notes = [{ reason: 'LFS pointers', count: 2, examples: ['a.bin'] }];
  const result = makeResult({ coverage: { ...makeResult().coverage, notes } });
  const messages = async (...argv: string[]) =>
    (await runMain(['scan', '-f', 'json', ...argv], { result })).stderr;

  it('are few by default and more with each -v', async () => {
    expect(await messages()).toBe('');
    expect(await messages('-v')).toBe(
      'keyturn: no credentials found\nkeyturn: note: LFS pointers: 2, e.g. a.bin\n',
    );
    expect(await messages('-vv')).toMatch(
      /^keyturn: scan \(mode=worktree .*\nkeyturn: scanned \(.*milliseconds=5\)\n/,
    );
    expect(await messages('-v', '--log-level', 'error')).toBe('');
    expect(await messages('-q', '--log-level', 'info')).toContain('no credentials found');
  });
});

describe('a scan in a repository', () => {
  it('finds the configuration from below, and not above the root', async () => {
    const outer = makeFolder({ 'keyturn.yaml': 'failOn: high\n' });
    mkdirSync(join(outer, 'repo/.git'), { recursive: true });
    mkdirSync(join(outer, 'repo/sub'));
    const { status } = await runMain(['scan'], {
      cwd: join(outer, 'repo/sub'),
      result: { findings: [makeFinding()] },
    });
    expect(status).toBe(1);
    const inside = await runMain(['scan'], { cwd: outer, result: { findings: [makeFinding()] } });
    expect(inside.status).toBe(0);
  });
});
