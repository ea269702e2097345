import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeRepository, type TestRepository } from '../helpers/repository.ts';
import { makeFifo } from '../source/make-fifo.ts';
import { type BuiltCli, buildCli, findingOf, gapsOf, makeLeak } from './keyturn.ts';

const SCANS = [[], ['--history'], ['--staged'], ['--range', 'HEAD~1..HEAD']] as const;
const [OLD, NEW, STAGED] = [makeLeak(20), makeLeak(21), makeLeak(22)];

let cli: BuiltCli;
let repository: TestRepository;
let outside: string;

beforeAll(async () => {
  cli = await buildCli();
});
afterAll(() => cli.remove());
beforeEach(() => {
  outside = mkdtempSync(join(tmpdir(), 'keyturn-outside-'));
  repository = makeRepository();
});
afterEach(() => {
  repository.remove();
  rmSync(outside, { recursive: true, force: true });
});

/** Two commits and a staged file, each with a leak; none of it is anything special. */
function addLeaks(): void {
  repository.write('old.env', OLD.text);
  repository.commit('Old');
  repository.write('new.env', NEW.text);
  repository.commit('New');
  repository.write('staged.env', STAGED.text);
  repository.git('add', 'staged.env');
}

describe('a repository that wants to run something', () => {
  it('runs nothing, and is scanned', () => {
    addLeaks();
    const marker = join(outside, 'it-ran');
    const program = join(repository.path, 'program.sh');
    writeFileSync(program, `#!/bin/sh\necho "$0 $*" >> ${marker}\ncat\n`);
    chmodSync(program, 0o755);
    // Before the config: git itself would run it.
    for (const hook of [
      'pre-commit',
      'post-index-change',
      'post-checkout',
      'reference-transaction',
      'pre-auto-gc',
    ]) {
      const file = join(repository.gitDir, 'hooks', hook);
      mkdirSync(join(repository.gitDir, 'hooks'), { recursive: true });
      writeFileSync(file, `#!/bin/sh\necho ${hook} >> ${marker}\n`);
      chmodSync(file, 0o755);
    }
    writeFileSync(
      join(repository.path, '.gitattributes'),
      '* diff=evil filter=evil merge=evil text working-tree-encoding=UTF-16\n',
    );
    appendFileSync(
      join(repository.gitDir, 'config'),
      [
        '[core]',
        ...['fsmonitor', 'sshCommand', 'pager', 'editor', 'askPass', 'gitProxy', 'alternateRefsCommand'].map(
          (name) => `\t${name} = ${program}`,
        ),
        `\thooksPath = ${join(repository.gitDir, 'hooks')}`,
        `\tattributesFile = ${join(repository.path, '.gitattributes')}`,
        `[diff]\n\texternal = ${program}`,
        `[diff "evil"]\n\ttextconv = ${program}\n\tcommand = ${program}`,
        `[filter "evil"]\n\tclean = ${program}\n\tsmudge = ${program}\n\tprocess = ${program}\n\trequired = true`,
        `[merge "evil"]\n\tdriver = ${program}`,
        ...['rev-parse', 'cat-file', 'ls-files', 'rev-list', 'for-each-ref', 'diff-index', 'diff'].map(
          (name) => `[alias]\n\t${name} = !${program}`,
        ),
        `[pager]\n\tcat-file = ${program}\n\tls-files = ${program}\n\trev-list = ${program}`,
        `[credential]\n\thelper = !${program}`,
        `[gpg]\n\tprogram = ${program}`,
        '[log]\n\tshowSignature = true',
        '[protocol "ext"]\n\tallow = always',
        `[remote "origin"]\n\turl = ext::${program}\n\tpromisor = true\n\tpartialclonefilter = blob:none`,
        '',
      ].join('\n'),
    );
    rmSync(join(repository.gitDir, 'objects', ...split(repository, 'HEAD:old.env')));
    for (const args of SCANS) {
      const { status, result, stderr } = cli.scan(args, { cwd: repository.path });
      expect(existsSync(marker), args.join(' ')).toBe(false);
      expect(status, stderr).toBe(1);
      expect(result.findings.length, args.join(' ')).toBeGreaterThan(0);
    }
    // The traps are live: git that is not told otherwise falls into them.
    spawnSync('git', ['status'], { cwd: repository.path, env: cli.environment() });
    expect(existsSync(marker)).toBe(true);
  });

  function split({ git }: TestRepository, name: string): [string, string] {
    const id = spawnId(git, name);
    return [id.slice(0, 2), id.slice(2)];
  }
  function spawnId(git: TestRepository['git'], name: string): string {
    return git('-c', 'core.fsmonitor=false', '-c', 'alias.x=', '--no-pager', 'rev-parse', name);
  }

  it('and whose work tree is said to be elsewhere is scanned where it stands', () => {
    addLeaks();
    const foreign = makeLeak(23);
    writeFileSync(join(outside, 'foreign.env'), foreign.text);
    appendFileSync(join(repository.gitDir, 'config'), `[core]\n\tworktree = ${outside}\n`);
    for (const args of SCANS) {
      const { stdout, result } = cli.scan(args, { cwd: repository.path });
      expect(stdout, args.join(' ')).not.toContain(foreign.keyId);
      expect(result.findings.length, args.join(' ')).toBeGreaterThan(0);
    }
  });

  it.each([
    ['an include that is no config', (file: string) => `[include]\n\tpath = ${file}\n`],
    ['a line that is no config', () => 'what is this\n'],
    ['a format of the future', () => '[core]\n\trepositoryformatversion = 99\n'],
  ])('and whose config has %s: files are scanned, and history says why not', (_, config) => {
    addLeaks();
    const bad = join(outside, 'bad');
    writeFileSync(bad, 'this is no config\n');
    appendFileSync(join(repository.gitDir, 'config'), config(bad));
    const { status, result } = cli.scan([], { cwd: repository.path });
    expect(status).toBe(1);
    expect(findingOf(result, NEW)).toBeDefined();
    const history = cli.run(['scan', '--history'], { cwd: repository.path });
    expect(history.status).toBe(2);
    expect(history.stdout).toBe('');
    expect(history.stderr).toMatch(/^keyturn: .+\n$/);
  });

  it.skipIf(process.getuid?.() !== 0)('and belongs to someone else is scanned', () => {
    addLeaks();
    spawnSync('chown', ['-R', '12345:12345', repository.path]);
    for (const args of SCANS) expect(cli.scan(args, { cwd: repository.path }).status).toBe(1);
  });
});

describe('names', () => {
  // All but what a report itself may write: line feed, and in CSV and JUnit carriage return.
  const RAW = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/u;

  it('with control characters reach no terminal', () => {
    const names = [
      'line\nfeed.env',
      'esc\x1b[31mred\x1b]0;title\x07.env',
      'bidi\u202egnp.env',
      'c1\x9b31m.env',
    ];
    const author = { name: 'Eve\x1b[2J', email: 'eve\x1b@example.com' };
    for (const [index, name] of names.entries()) repository.write(name, makeLeak(30 + index).text);
    const invalid = Buffer.concat([
      Buffer.from(`${repository.path}/bad`),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('.env'),
    ]);
    writeFileSync(invalid, makeLeak(35).text);
    repository.commit('Summary\x1b[31m with \x07 bell', { author });
    repository.write('more.env', makeLeak(36).text);
    repository.commit('More', { author });
    repository.git('update-ref', 'refs/heads/odd;$(id)`id`\u202e', 'HEAD');
    repository.write('staged\x1b.env', makeLeak(37).text);
    repository.git('add', '.');
    for (const args of SCANS) {
      for (const format of ['text', 'compact', 'github', 'junit', 'csv']) {
        const run = cli.run(['scan', '-v', '--no-cache', '--color', 'never', '-f', format, ...args], {
          cwd: repository.path,
        });
        expect(run.status, run.stderr).toBe(1);
        expect(RAW.exec(run.stdout), `${format} ${args}`).toBeNull();
        expect(RAW.exec(run.stderr), `${format} ${args}`).toBeNull();
      }
    }
    const { result } = cli.scan([], { cwd: repository.path });
    const paths = result.findings.flatMap(({ occurrences }) => occurrences.map(({ path }) => path));
    expect(paths).toEqual(expect.arrayContaining([...names, 'bad\\xff\\xfe.env']));
  });
});

describe('a tree', () => {
  it('with links out, loops, FIFOs and great depth is walked to its end', () => {
    const foreign = makeLeak(40);
    writeFileSync(join(outside, 'foreign.env'), foreign.text);
    symlinkSync(join(outside, 'foreign.env'), join(repository.path, 'link.env'));
    symlinkSync(outside, join(repository.path, 'linked-folder'));
    symlinkSync('loop', join(repository.path, 'loop'));
    symlinkSync('.', join(repository.path, 'self'));
    makeFifo(join(repository.path, 'fifo'));
    const deep = `${'d/'.repeat(200)}deep.env`;
    repository.write(deep, OLD.text);
    for (const args of [[], ['--no-ignore']]) {
      const { status, stdout, result } = cli.scan(args, { cwd: repository.path });
      expect(status).toBe(1);
      expect(stdout).not.toContain(foreign.keyId);
      expect(findingOf(result, OLD)?.occurrences).toMatchObject([{ path: deep }]);
    }
    rmSync(join(repository.path, 'fifo'));
    repository.commit('Deep');
    const { result } = cli.scan(['--history'], { cwd: repository.path });
    expect(findingOf(result, OLD)?.occurrences).toMatchObject([{ path: deep, atHead: true }]);
  });

  it('cannot hide what is tracked behind .gitignore', () => {
    repository.write('a.env', OLD.text);
    repository.commit('Add');
    repository.write('.gitignore', '*\n!.gitignore\n');
    repository.write('b.env', NEW.text);
    const { result } = cli.scan([], { cwd: repository.path });
    expect(findingOf(result, OLD)).toBeDefined();
    expect(findingOf(result, NEW)).toBeUndefined();
    const all = cli.scan(['--no-ignore'], { cwd: repository.path });
    expect(findingOf(all.result, NEW)).toBeDefined();
  });

  it('with a bomb is bounded in time, and says what it left out', () => {
    repository.write('a.env', OLD.text);
    let bomb = gzipSync(Buffer.alloc(256 << 20), { level: 9 });
    bomb = gzipSync(bomb);
    repository.write('bomb.gz', bomb);
    repository.commit('Bomb');
    for (const args of [[], ['--history']]) {
      const began = performance.now();
      const { status, result } = cli.scan(args, { cwd: repository.path });
      expect(performance.now() - began).toBeLessThan(10_000);
      expect(status).toBe(1);
      expect(gapsOf(result)).toEqual({ 'archive-limit': 1 });
      expect(findingOf(result, OLD)).toBeDefined();
    }
  });
});
