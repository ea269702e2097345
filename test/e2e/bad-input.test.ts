import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeRandom } from '../helpers/credentials.ts';
import { makeRepository, openRepository, runGit, type TestRepository } from '../helpers/repository.ts';
import { type BuiltCli, buildCli, findingOf, gapsOf, makeLeak } from './keyturn.ts';

let cli: BuiltCli;
let folder: string;

beforeAll(async () => {
  cli = await buildCli();
});
afterAll(() => cli.remove());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-bad-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const LEAK = makeLeak(1);

describe('targets that cannot be scanned', () => {
  it('name the path, and scan nothing', () => {
    writeFileSync(join(folder, 'there'), LEAK.text);
    const { status, stdout, stderr } = cli.run(['scan', 'there', 'not-there'], { cwd: folder });
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: '',
      stderr: 'keyturn: not-there: no such file or folder\n',
    });
  });

  it.each([['--history'], ['--staged'], ['--range', 'A..B']])('%s needs a repository', (...args) => {
    const { status, stdout, stderr } = cli.run(['scan', ...args], { cwd: folder });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe(`keyturn: ${folder}: not a git repository\n`);
  });

  it('are told from an empty standard input, which is no failure', () => {
    const { status, stdout, stderr } = cli.run(['scan', '--stdin'], { cwd: folder });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('Nothing was scanned');
  });
});

describe('a repository without commits', () => {
  let repository: TestRepository;
  beforeEach(() => {
    repository = makeRepository();
  });
  afterEach(() => repository.remove());

  it.each([[], ['--history'], ['--staged']])('has nothing to scan (%s)', (...args) => {
    const { status, stderr, result } = cli.scan(args, { cwd: repository.path });
    expect(status).toBe(0);
    expect(stderr).not.toContain('INCOMPLETE');
    expect(result).toMatchObject({ complete: true, findings: [], coverage: { gaps: [] } });
  });

  it('shows what is staged, and what was staged once', () => {
    repository.write('a.env', LEAK.text);
    repository.git('add', 'a.env');
    const staged = cli.scan(['--staged'], { cwd: repository.path });
    expect(staged.status).toBe(1);
    expect(findingOf(staged.result, LEAK)?.occurrences).toMatchObject([{ source: 'index', path: 'a.env' }]);
    const history = cli.scan(['--history'], { cwd: repository.path });
    expect(history.status).toBe(1);
    expect(findingOf(history.result, LEAK)?.occurrences).toMatchObject([
      { object: { type: 'blob' }, reachable: false, atHead: false },
    ]);
  });

  it('has no range, and says which end is missing', () => {
    const { status, stdout, stderr } = cli.run(['scan', '--range', 'main..HEAD'], { cwd: repository.path });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^keyturn: .*main/);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
  });
});

describe('a damaged store', () => {
  const leaks = [makeLeak(10), makeLeak(11), makeLeak(12)];
  let repository: TestRepository;

  beforeEach(() => {
    repository = makeRepository();
    const random = makeRandom(5);
    for (const [index, { text }] of leaks.entries()) {
      const noise = Array.from({ length: 3000 }, () => random().toString(36)).join('\n');
      repository.write(`${index}.env`, `${text}${noise}`);
      repository.commit(`Commit ${index}`);
    }
  });
  afterEach(() => repository.remove());

  function packFile(): string {
    repository.git('repack', '-adfq');
    repository.git('prune-packed');
    const packs = join(repository.gitDir, 'objects/pack');
    const name = readdirSync(packs).find((entry) => entry.endsWith('.pack'))!;
    chmodSync(join(packs, name), 0o644);
    return join(packs, name);
  }

  function looseFile(id: string): string {
    const file = join(repository.gitDir, 'objects', id.slice(0, 2), id.slice(2));
    chmodSync(file, 0o644);
    return file;
  }

  function expectIncomplete(reasons: readonly string[], found: readonly number[]): void {
    const { status, stderr, result } = cli.scan(['--history'], { cwd: repository.path });
    expect(stderr).toMatch(/^keyturn: (warning: )?INCOMPLETE: /m);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(result.complete).toBe(false);
    expect(Object.keys(gapsOf(result)).some((reason) => reasons.includes(reason))).toBe(true);
    expect(Object.keys(gapsOf(result)).filter((reason) => !reasons.includes(reason))).toEqual([]);
    expect(leaks.flatMap((leak, index) => (findingOf(result, leak) ? [index] : []))).toEqual(
      expect.arrayContaining([...found]),
    );
    expect(status).toBe(result.findings.length > 0 ? 1 : 2);
    const text = cli.run(['scan', '--no-cache', '--history'], { cwd: repository.path });
    expect(text.status).toBe(status);
    expect(text.stdout.toLowerCase()).toContain('incomplete');
  }

  it('whose pack is cut short still shows what stands before the cut', () => {
    const pack = packFile();
    truncateSync(pack, Math.floor(statSync(pack).size * 0.5));
    const { result } = cli.scan(['--history'], { cwd: repository.path });
    expect(result.findings.length).toBeGreaterThan(0);
    expectIncomplete(['truncated-pack', 'corrupt-object', 'missing-object'], []);
  });

  it.each([0, 4, 13])('whose pack is %d bytes long is a gap', (size) => {
    truncateSync(packFile(), size);
    expectIncomplete(['truncated-pack', 'corrupt-object', 'missing-object'], []);
  });

  it('whose pack has one flipped byte still shows what stands elsewhere', () => {
    const pack = packFile();
    const bytes = readFileSync(pack);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = bytes[middle]! ^ 0x55;
    writeFileSync(pack, bytes);
    const { result } = cli.scan(['--history'], { cwd: repository.path });
    expect(result.findings.length).toBeGreaterThanOrEqual(2);
    expectIncomplete(['corrupt-object', 'truncated-pack', 'missing-object'], []);
  });

  it('with an index that is no index still shows what is loose', () => {
    const pack = packFile();
    const late = makeLeak(13);
    repository.write('late.env', late.text);
    repository.commit('Late');
    const index = pack.replace(/pack$/, 'idx');
    chmodSync(index, 0o644);
    writeFileSync(index, 'no index');
    const { status, result } = cli.scan(['--history'], { cwd: repository.path });
    expect(status).toBe(1);
    expect(result.complete).toBe(false);
    expect(findingOf(result, late)).toBeDefined();
  });

  it('with a loose object that does not match its name', () => {
    const id = repository.git('rev-parse', 'HEAD:1.env');
    writeFileSync(looseFile(id), deflateSync(Buffer.from('blob 6\0other\n')));
    expectIncomplete(['corrupt-object'], [0, 2]);
  });

  it('with a loose object that is no object', () => {
    writeFileSync(looseFile(repository.git('rev-parse', 'HEAD:1.env')), 'garbage');
    expectIncomplete(['corrupt-object'], [0, 2]);
  });

  it('with an empty loose object', () => {
    truncateSync(looseFile(repository.git('rev-parse', 'HEAD:1.env')), 0);
    expectIncomplete(['corrupt-object'], [0, 2]);
  });

  it('with bytes after a pack’s end is read all the same', () => {
    appendFileSync(packFile(), 'trailing');
    const { result } = cli.scan(['--history'], { cwd: repository.path });
    expect(leaks.filter((leak) => findingOf(result, leak))).toHaveLength(3);
  });

  it.each([
    ['blob', 'HEAD:1.env', [0, 2]],
    ['tree', 'HEAD^{tree}', [0, 1, 2]],
    ['commit', 'HEAD~1', [0, 1, 2]],
  ] as const)('without a %s names it', (_, name, found) => {
    const id = repository.git('rev-parse', name);
    rmSync(looseFile(id));
    expectIncomplete(['missing-object'], found);
    const { result } = cli.scan(['--history'], { cwd: repository.path });
    expect(result.coverage.gaps).toEqual([{ reason: 'missing-object', count: 1, examples: [id] }]);
  });

  it('behind a lost alternate', () => {
    writeFileSync(join(repository.gitDir, 'objects/info/alternates'), '/nonexistent/objects\n');
    expectIncomplete(['lost-alternate'], [0, 1, 2]);
  });

  it('with a ref that leads nowhere', () => {
    writeFileSync(join(repository.gitDir, 'refs/heads/broken'), `${'1'.repeat(40)}\n`);
    const { status, result } = cli.scan(['--history'], { cwd: repository.path });
    expect(status).toBe(1);
    expect(leaks.filter((leak) => findingOf(result, leak))).toHaveLength(3);
  });

  it('of a shallow clone is a gap', () => {
    const clone = join(folder, 'shallow');
    runGit(folder, ['clone', '--quiet', '--depth=1', `file://${repository.path}`, clone]);
    const { status, result } = cli.scan(['--history'], { cwd: clone });
    expect(status).toBe(1);
    expect(findingOf(result, leaks[2]!)?.occurrences).toMatchObject([{ atHead: true, reachable: true }]);
    expect(result.coverage.gaps).toEqual([
      { reason: 'shallow', count: 1, examples: [openRepository(clone).git('rev-parse', 'HEAD')] },
    ]);
  });

  it('of a partial clone is a gap, and nothing is fetched', () => {
    repository.git('rm', '-q', '0.env');
    const blob = repository.git('rev-parse', 'HEAD:0.env');
    repository.commit('Remove the first');
    repository.git('config', 'uploadpack.allowFilter', 'true');
    repository.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
    const clone = join(folder, 'partial');
    runGit(folder, ['clone', '--quiet', '--filter=blob:none', `file://${repository.path}`, clone]);
    const packs = () => readdirSync(join(clone, '.git/objects/pack')).sort();
    const before = packs();
    for (const args of [['--history'], ['--range', 'HEAD~1..HEAD'], ['--staged'], []])
      cli.run(['scan', '--no-cache', ...args], { cwd: clone });
    expect(packs()).toEqual(before);
    const { status, result } = cli.scan(['--history'], { cwd: clone });
    expect(status).toBe(1);
    expect(result.complete).toBe(false);
    expect(result.coverage.gaps).toEqual([{ reason: 'promised-object', count: 1, examples: [blob] }]);
  });
});

describe('a damaged index', () => {
  it('is no reason to miss a file', () => {
    const repository = makeRepository();
    repository.write('a.env', LEAK.text);
    repository.commit('Add');
    writeFileSync(join(repository.gitDir, 'index'), 'DIRCgarbage');
    const { status, result } = cli.scan([], { cwd: repository.path });
    expect(status).toBe(1);
    expect(findingOf(result, LEAK)).toBeDefined();
    const staged = cli.run(['scan', '--staged'], { cwd: repository.path });
    expect(staged.status).toBe(2);
    expect(staged.stderr).toMatch(/^keyturn: .*index/);
    repository.remove();
  });
});

describe('configuration', () => {
  it('with a typo is refused with line, column and the nearest key', () => {
    const repository = makeRepository();
    repository.write('keyturn.yaml', 'jobs: 2\nminConfidance: high\n');
    const { status, stdout, stderr } = cli.run(['scan'], { cwd: repository.path });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^keyturn: keyturn\.yaml:2:1: .*minConfidance/);
    expect(stderr).toContain('minConfidence');
    repository.remove();
  });

  it('that is no YAML names line and column', () => {
    writeFileSync(join(folder, 'broken.yaml'), 'jobs: [1,\n  2\nminConfidence: }\n');
    const { status, stderr } = cli.run(['scan', '--config', 'broken.yaml'], { cwd: folder });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^keyturn: broken\.yaml:\d+:\d+: /);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  it('with a wrong value names the key', () => {
    writeFileSync(join(folder, 'wrong.yaml'), 'failOn: severe\n');
    const { status, stderr } = cli.run(['scan', '--config', 'wrong.yaml'], { cwd: folder });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^keyturn: wrong\.yaml:1:\d+: .*failOn/);
  });

  it('with a regex that can backtrack exponentially is refused with line and column', () => {
    const pattern = [
      'patterns:',
      '  - id: slow',
      '    title: Slow',
      '    kind: slow-token',
      '    confidence: high',
      '    anchors: [slow_]',
      '    regex: slow_(a+)+$',
      '    remediation: None.',
      '    match: [slow_aaa]',
      '    reject: [fast]',
      '',
    ].join('\n');
    writeFileSync(join(folder, 'slow.yaml'), pattern);
    const { status, stdout, stderr } = cli.run(['scan', '--patterns', 'slow.yaml'], { cwd: folder });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^keyturn: \S*slow\.yaml:7:\d+: /);
    expect(stderr).toMatch(/exponential|backtrack/);
  });

  it.each([
    [['--formt', 'json'], '--format'],
    [['--format', 'jsn'], 'json'],
    [['--max-file-size', 'big'], '--max-file-size'],
    [['--jobs', '0'], '--jobs'],
    [['--history', '--staged'], '--history'],
  ])('on the command line: %j', (args, named) => {
    const { status, stdout, stderr } = cli.run(['scan', ...args], { cwd: folder });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(named);
    expect(stderr).toMatch(/^keyturn: /);
  });
});

describe('a report that cannot be written', () => {
  beforeEach(() => writeFileSync(join(folder, 'a.env'), LEAK.text));

  it.skipIf(!existsSync('/dev/full'))('leaves the others, and the device', () => {
    const { status, stdout, stderr } = cli.run(
      ['scan', 'a.env', '-f', 'compact', '-o', 'json=/dev/full', '-o', 'csv=out.csv'],
      { cwd: folder },
    );
    expect(status).toBe(2);
    expect(stdout).toContain(LEAK.keyId);
    expect(readFileSync(join(folder, 'out.csv'), 'utf8')).toContain(LEAK.keyId);
    expect(stderr).toBe('keyturn: cannot write /dev/full: no space left on the device\n');
    expect(statSync('/dev/full').isCharacterDevice()).toBe(true);
  });

  it('names the folder that is not there before anything is scanned', () => {
    const { status, stdout, stderr } = cli.run(['scan', '-o', 'json=nowhere/a.json'], { cwd: folder });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe(`keyturn: --output: ${join(folder, 'nowhere')}: no such folder\n`);
  });

  it('because its name is a folder’s leaves the others', () => {
    mkdirSync(join(folder, 'taken'));
    const { status, stdout, stderr } = cli.run(['scan', 'a.env', '-o', 'json=taken'], { cwd: folder });
    expect(status).toBe(2);
    expect(stdout).toContain(LEAK.keyId);
    expect(stderr).toContain(`cannot write ${join(folder, 'taken')}: it is a directory`);
    expect(readdirSync(folder).sort()).toEqual(['a.env', 'taken']);
  });

  it.skipIf(process.getuid?.() === 0)('because the folder is read-only leaves the others', () => {
    mkdirSync(join(folder, 'locked'), { mode: 0o555 });
    const { status, stdout, stderr } = cli.run(['scan', 'a.env', '-o', 'json=locked/a.json'], {
      cwd: folder,
    });
    expect(status).toBe(2);
    expect(stdout).toContain(LEAK.keyId);
    expect(stderr).toBe(`keyturn: cannot write ${join(folder, 'locked/a.json')}: permission denied\n`);
  });

  it.skipIf(!existsSync('/proc/self'))('because the file system takes none leaves the others', () => {
    const { status, stdout, stderr } = cli.run(['scan', 'a.env', '-o', 'json=/proc/a.json'], { cwd: folder });
    expect(status).toBe(2);
    expect(stdout).toContain(LEAK.keyId);
    expect(stderr).toMatch(/^keyturn: cannot write \/proc\/a\.json: /);
  });

  it.skipIf(!existsSync('/dev/full'))('to standard output ends with 2', () => {
    const { status, stderr } = runInShell('"$0" "$1" scan a.env > /dev/full');
    expect(status).toBe(2);
    expect(stderr).toBe('keyturn: cannot write standard output: no space left on the device\n');
  });
});

function runInShell(line: string) {
  return spawnSync('bash', ['-c', line, process.execPath, cli.bin], {
    cwd: folder,
    env: cli.environment(),
    encoding: 'utf8',
  });
}
