import { existsSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ciFilesFor, GITLAB_TEMPLATE } from '../../src/cli/ci-files.ts';
import { main } from '../../src/cli/main.ts';
import { starterConfig } from '../../src/cli/starter-config.ts';
import { formatBaseline } from '../../src/config/baseline.ts';
import type { ScanPlan } from '../../src/scan/plan.ts';
import { runGit } from '../helpers/repository.ts';
import { createFakeIo } from './fake-io.ts';
import { makeFinding, makeFolder, makeResult, runMain } from './run-main.ts';

const [A, B] = ['a', 'b'].map((digit) => digit.repeat(32)) as [string, string];

function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => !name.startsWith('.git/') && statSync(join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

function repository(files: Record<string, string> = {}): string {
  const folder = makeFolder(files);
  runGit(folder, ['init', '--quiet', '--template=']);
  return folder;
}

/** Every line that is a setting, made one. */
function uncommented(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(/^# ( *(?:[a-z]\w*:|- ))/, '$1'))
    .join('\n');
}

describe('the configuration that init writes', () => {
  it('changes nothing as it stands, and is a right one with every setting in force', async () => {
    for (const hasSchema of [true, false]) expect(parse(starterConfig(hasSchema))).toBeNull();
    const text = uncommented(starterConfig(false));
    const schema = JSON.parse(readFileSync('schema/config.schema.json', 'utf8')) as { properties: object };
    const settings = parse(text) as object;
    expect(new Ajv2020({ strict: false }).validate(schema, settings)).toBe(true);
    const left = Object.keys(schema.properties).filter((key) => !(key in settings));
    // Those that only a user may set.
    expect(left.sort()).toEqual(['$schema', 'cacheDir', 'output']);
    const folder = repository({
      'keyturn.yaml': text,
      '.keyturn-baseline.json': formatBaseline([]),
      '.keyturnignore': '',
    });
    expect(await runMain(['scan'], { cwd: folder })).toMatchObject({ status: 0, stderr: '' });
  });

  it('points editors to a schema', () => {
    const first = (text: string) =>
      text.split('\n').find((line) => line.startsWith('# yaml-language-server:'));
    expect(first(starterConfig(false))).toBe('# yaml-language-server: $schema=keyturn.schema.json');
    const local = '# yaml-language-server: $schema=./node_modules/keyturn/schema/config.schema.json';
    expect(starterConfig(true).split('\n')[0]).toBe(local);
  });
});

describe('keyturn init without a terminal', () => {
  it('writes the configuration, and nothing that was not asked for', async () => {
    const cwd = repository({ 'sub/': '' });
    const run = await runMain(['init'], { cwd: join(cwd, 'sub') });
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.plan).toBeUndefined();
    expect(run.stdout).toBe('wrote: ../keyturn.yaml (settings, all of them comments)\n');
    expect(Object.keys(filesOf(cwd))).toEqual(['keyturn.yaml']);
  });

  it('with --yes does all of it, and a second time nothing', async () => {
    const cwd = repository({ '.github/': '' });
    const result = makeResult({ findings: [makeFinding({ fingerprint: A })] });
    const first = await runMain(['init', '--yes'], { cwd, result });
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toContain(
      'wrote: .keyturn-baseline.json (1 existing finding recorded, new ones will fail)\n',
    );
    expect(first.stdout).toContain('wrote: the pre-push hook');
    expect((await runMain(['hook', 'status'], { cwd })).stdout).toContain('pre-push');
    const files = filesOf(cwd);
    expect(Object.keys(files)).toEqual([
      '.github/workflows/keyturn.yml',
      '.keyturn-baseline.json',
      'keyturn.yaml',
    ]);
    expect(files['.keyturn-baseline.json']).toBe(formatBaseline([A]));
    const second = await runMain(['init', '--yes'], { cwd, result: makeResult({ findings: [] }) });
    expect(second.status).toBe(0);
    expect(second.plan).toBeUndefined();
    expect(second.stdout).toMatch(/^kept: keyturn\.yaml\n(?:.*\n)*already set up; nothing was changed\n/);
    expect(filesOf(cwd)).toEqual(files);
  });

  it('records files and history, whatever the baseline of the settings', async () => {
    const cwd = repository();
    const plans: ScanPlan[] = [];
    const run = await runMain(['init', '--baseline'], {
      cwd,
      env: { KEYTURN_JOBS: '3' },
      hooks: {
        runScan: async (plan) => {
          plans.push(plan);
          return makeResult({ findings: [makeFinding({ fingerprint: plan.mode === 'history' ? B : A })] });
        },
      },
    });
    expect(run.stdout).toContain('2 existing findings recorded');
    expect(plans.map(({ mode, targets, jobs }) => ({ mode, targets, jobs }))).toEqual([
      { mode: 'worktree', targets: [cwd], jobs: 3 },
      { mode: 'history', targets: [cwd], jobs: 3 },
    ]);
    expect(filesOf(cwd)['.keyturn-baseline.json']).toBe(formatBaseline([A, B]));
  });

  it('writes no empty baseline, and no clean bill for an incomplete scan', async () => {
    const clean = await runMain(['init', '--baseline'], { cwd: repository() });
    expect(clean.stdout).toContain('no findings: no baseline is needed\n');
    const gaps = [{ reason: 'shallow' as const, count: 1, examples: ['x'] }];
    const result = { complete: false, coverage: { ...makeResult().coverage, gaps } };
    const cut = await runMain(['init', '--baseline'], { cwd: repository(), result });
    expect(cut.status).toBe(2);
    expect(cut.stdout).toContain('no findings in what could be scanned\n');
    expect(cut.stderr).toContain('shallow');
  });

  it('--dry-run says the same and writes nothing', async () => {
    const cwd = repository();
    const result = makeResult({ findings: [makeFinding()] });
    const argv = ['init', '--baseline', '--hook', '--ci', 'gitlab'];
    const dry = await runMain([...argv, '--dry-run'], { cwd, result });
    expect(dry.status).toBe(0);
    expect(filesOf(cwd)).toEqual({});
    const real = await runMain(argv, { cwd, result });
    const list = (text: string, word: string) =>
      text.split('\n').flatMap((line) => (line.startsWith(`${word}: `) ? [line.slice(word.length)] : []));
    expect(list(dry.stdout, 'would write')).toEqual(list(real.stdout, 'wrote'));
    expect(list(dry.stdout, 'would write')).toHaveLength(5);
    const again = await runMain([...argv, '--dry-run'], { cwd, result });
    expect(again.stdout).toContain('nothing would be changed\n');
  });

  it('touches no file of the user', async () => {
    const own = {
      '.keyturn.yaml': 'failOn: high\n',
      '.gitlab-ci.yml': 'test:\n  script: "true"\n',
      '.gitlab/keyturn.yml': 'mine: 1\n',
      '.keyturn-baseline.json': formatBaseline([A]),
    };
    const cwd = repository(own);
    const run = await runMain(['init', '--yes'], { cwd, result: makeResult({ findings: [makeFinding()] }) });
    expect(run.status).toBe(0);
    expect(filesOf(cwd)).toEqual(own);
    expect(run.stdout).toContain(
      'next: .gitlab-ci.yml is yours; add to it:\n    include:\n      - local: .gitlab/keyturn.yml\n',
    );
  });

  it('does not write through a link', async () => {
    const elsewhere = join(makeFolder(), 'target');
    const cwd = repository();
    symlinkSync(elsewhere, join(cwd, 'keyturn.yaml'));
    const run = await runMain(['init'], { cwd });
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(/^keyturn: keyturn\.yaml: cannot be written: /);
    expect(existsSync(elsewhere)).toBe(false);
    const other = repository({ '.gitlab/keyturn.yml/': '' });
    symlinkSync(elsewhere, join(other, '.gitlab-ci.yml'));
    const ci = await runMain(['init', '--ci', 'gitlab'], { cwd: other });
    expect(ci).toMatchObject({ status: 0, stderr: '' });
    expect(ci.stdout).toContain('next: .gitlab-ci.yml is yours');
    expect(existsSync(elsewhere)).toBe(false);
  });

  it('outside of a repository has neither CI nor hook', async () => {
    const cwd = makeFolder();
    const run = await runMain(['init', '--yes', '--ci', 'github'], { cwd });
    expect(run.stdout).not.toMatch(/hook|workflow/);
    expect(Object.keys(filesOf(cwd))).toEqual(['keyturn.yaml']);
  });

  it.each([
    ['[remote "origin"]\n\turl = git@github.com:acme/shop.git\n', '.github/workflows/keyturn.yml'],
    ['[remote "origin"]\n\turl = https://gitlab.example/acme/shop\n', '.gitlab-ci.yml'],
    ['[remote "origin"]\n\turl = /srv/shop.git\n', undefined],
  ])('takes the CI of the remote (%j)', async (config, path) => {
    const cwd = repository({ '.git/config': config });
    await runMain(['init', '--yes'], { cwd });
    const written = Object.keys(filesOf(cwd)).filter((name) => !/^\.git\/|keyturn\.yaml/.test(name));
    expect(written[0]).toBe(path);
  });

  it('stops when interrupted', async () => {
    const cwd = repository();
    const run = await runMain(['init', '--yes'], { cwd, result: { complete: false, interrupted: true } });
    expect(run.status).toBe(130);
    expect(filesOf(cwd)).not.toHaveProperty('.keyturn-baseline.json');
  });
});

describe('keyturn init at a terminal', () => {
  async function answer(answers: string, ...argv: string[]) {
    const cwd = repository();
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    stdin.end(answers);
    const io = { ...createFakeIo({ isTTY: true, cwd, env: { HOME: cwd } }), stdin };
    const status = await main(['init', ...argv], io, {
      runScan: async () => makeResult({ findings: [makeFinding()] }),
    });
    return { status, out: io.out(), err: io.err(), files: Object.keys(filesOf(cwd)) };
  }

  it('asks, and takes an empty line for yes', async () => {
    const run = await answer('\nwhat\ngithub\n\n');
    expect(run.files).toEqual(['.github/workflows/keyturn.yml', '.keyturn-baseline.json', 'keyturn.yaml']);
    expect(run.err.match(/Set up CI\? \[github\/gitlab\/none, none\]/g)).toHaveLength(2);
    expect(run.out).toContain('wrote: the pre-push hook');
  });

  it('does not ask what an option says', async () => {
    const run = await answer('', '--no-baseline', '--ci', 'none', '--no-hook');
    expect(run).toMatchObject({ status: 0, err: '', files: ['keyturn.yaml'] });
  });

  it.each(['n\n\nno\n', ''])('takes no, and the end of the input, for no (%j)', async (answers) => {
    const run = await answer(answers);
    expect(run).toMatchObject({ status: 0, files: ['keyturn.yaml'] });
    expect(run.out).not.toContain('pre-push hook');
  });

  it('asks nothing with --yes', async () => {
    expect((await answer('', '--yes')).err).toBe('');
  });
});

describe('CI files', () => {
  it('of GitHub are a workflow with a whole checkout', () => {
    const [file] = ciFilesFor('github');
    const workflow = parse(file!.text) as {
      on: object;
      permissions: object;
      jobs: { keyturn: { steps: object[] } };
    };
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(Object.keys(workflow.on)).toEqual(['push', 'pull_request', 'merge_group', 'schedule']);
    expect(workflow.jobs.keyturn.steps).toEqual([
      { uses: 'actions/checkout@v4', with: { 'fetch-depth': 0, 'persist-credentials': false } },
      { uses: 'OWNER/keyturn@v0' },
    ]);
  });

  it('ci/gitlab.yml is the template that init writes', async () => {
    await expect(GITLAB_TEMPLATE).toMatchFileSnapshot('../../ci/gitlab.yml');
    expect(ciFilesFor('gitlab').map(({ text }) => parse(text) as object)).toMatchObject([
      { keyturn: { variables: { GIT_DEPTH: '0' } } },
      { include: [{ local: '.gitlab/keyturn.yml' }] },
    ]);
  });
});
