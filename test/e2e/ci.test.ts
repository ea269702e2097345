import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { makeRepository, runGit, type TestRepository } from '../helpers/repository.ts';
import { type BuiltCli, buildCli, makeLeak } from './keyturn.ts';

const [OLD, NEW] = [makeLeak(1), makeLeak(2)];
const ZERO = '0'.repeat(40);

let cli: BuiltCli;
let folder: string;
let repository: TestRepository;
let ids: { base: string; topic: string };

beforeAll(async () => {
  cli = await buildCli();
});
afterAll(() => cli.remove());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-ci-'));
  repository = makeRepository();
  repository.write('old.env', OLD.text);
  const base = repository.commit('base');
  repository.write('new.env', NEW.text);
  ids = { base, topic: repository.commit('topic') };
});
afterEach(() => {
  repository.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** `keyturn` on a PATH of its own, as an installation leaves it. */
function pathWithKeyturn(): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'keyturn'), `#!/bin/sh\nexec "${process.execPath}" "${cli.bin}" "$@"\n`);
  chmodSync(join(bin, 'keyturn'), 0o755);
  return `${bin}:${process.env['PATH']}`;
}

function runScript(script: string, cwd: string, variables: Record<string, string>) {
  const env = cli.environment({ PATH: pathWithKeyturn(), KEYTURN_CACHE: 'false', ...variables });
  const { status, stdout, stderr } = spawnSync('sh', ['-e', '-c', script], { cwd, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('the GitLab template', () => {
  const job = (parse(readFileSync('ci/gitlab.yml', 'utf8')) as { keyturn: Record<string, string[]> }).keyturn;

  function runJob(variables: Record<string, string>, cwd = repository.path) {
    const run = runScript(job['script']!.join('\n'), cwd, { CI_COMMIT_SHA: ids.topic, ...variables });
    const file = join(cwd, 'gl-secret-detection-report.json');
    const report = existsSync(file) ? readFileSync(file, 'utf8') : '';
    expect(report).not.toContain(OLD.secret);
    return { ...run, found: [OLD, NEW].map(({ keyId }) => keyId).filter((keyId) => report.includes(keyId)) };
  }

  it.each([
    ['a push', () => ({ CI_COMMIT_BEFORE_SHA: ids.base })],
    ['a merge request', () => ({ CI_MERGE_REQUEST_DIFF_BASE_SHA: ids.base, CI_COMMIT_BEFORE_SHA: ZERO })],
    [
      'a merged result',
      () => ({
        CI_MERGE_REQUEST_DIFF_BASE_SHA: ids.base,
        CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: ids.topic,
        CI_COMMIT_SHA: ids.base,
      }),
    ],
  ])('scans what %s brings', (_, variables) => {
    expect(runJob(variables())).toMatchObject({ status: 1, found: [NEW.keyId] });
  });

  it.each([
    ['a new branch', ZERO],
    ['a forced push', 'f'.repeat(40)],
    ['a schedule', ''],
  ])('scans everything for %s', (_, before) => {
    expect(runJob({ CI_COMMIT_BEFORE_SHA: before })).toMatchObject({
      status: 1,
      found: [OLD.keyId, NEW.keyId],
    });
  });

  it('passes where there is nothing, and not in a shallow clone', () => {
    expect(runJob({ CI_COMMIT_BEFORE_SHA: ids.topic })).toMatchObject({ status: 0, found: [] });
    repository.git('rm', '-q', 'old.env', 'new.env');
    repository.write('clean', 'clean');
    const clean = repository.commit('clean');
    const shallow = join(folder, 'shallow');
    runGit(folder, ['clone', '-q', '--depth=1', `file://${repository.path}`, shallow]);
    const run = runJob({ CI_COMMIT_BEFORE_SHA: ids.topic, CI_COMMIT_SHA: clean }, shallow);
    expect(run).toMatchObject({ status: 2, found: [] });
    expect(run.stdout).toContain('INCOMPLETE');
  });

  it('does not install what is not named', () => {
    expect(job['before_script']).toHaveLength(1);
    const run = runScript(job['before_script']![0]!, folder, { KEYTURN_PACKAGE: '' });
    expect(run.status).not.toBe(0);
    expect(run.stderr).toContain('KEYTURN_PACKAGE: is not set');
  });
});

it('the recipe of docs/CI.md scans what a branch brings', () => {
  const text = readFileSync('docs/CI.md', 'utf8');
  const script = /<!-- recipe: [^\n]* -->\n\n```sh\n([\s\S]*?)```/.exec(text)![1]!;
  const origin = repository;
  origin.git('branch', 'trunk', ids.base);
  const work = join(folder, 'work');
  runGit(folder, ['clone', '-q', `file://${origin.path}`, work]);
  const found = (variables: Record<string, string>, cwd = work) => {
    const run = runScript(script, cwd, { TARGET: 'trunk', ...variables });
    const isFound = ({ keyId }: typeof OLD) => run.stdout.includes(keyId);
    return { status: run.status, old: isFound(OLD), new: isFound(NEW) };
  };
  expect(found({})).toEqual({ status: 1, old: false, new: true });
  expect(found({ TARGET: 'main' })).toEqual({ status: 0, old: false, new: false });
  const shallow = join(folder, 'shallow');
  runGit(folder, ['clone', '-q', '--depth=1', '--no-single-branch', `file://${origin.path}`, shallow]);
  expect(found({}, shallow)).toEqual({ status: 1, old: false, new: true });
  // Made whole, it can be told what is new.
  expect(runGit(shallow, ['rev-parse', '--is-shallow-repository']).toString()).toBe('false\n');
});

it('the commit of a release runs the action as it is checked out', () => {
  const project = join(folder, 'project');
  mkdirSync(project);
  runGit(folder, ['init', '-q', project]);
  for (const file of ['action.yml', 'package.json']) cpSync(file, join(project, file));
  writeFileSync(join(project, '.gitignore'), 'dist/\n');
  runGit(project, ['add', '.']);
  runGit(project, ['commit', '-q', '-m', 'source']);
  cpSync(cli.folder, join(project, 'dist'), { recursive: true });
  rmSync(join(project, 'dist/package.json'));
  const before = runGit(project, ['for-each-ref']).toString();
  const env = {
    ...process.env,
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a',
  };
  const commit = execFileSync(process.execPath, [resolve('scripts/release-action.mjs')], {
    cwd: project,
    env,
    encoding: 'utf8',
  }).trim();
  expect(runGit(project, ['for-each-ref']).toString()).toBe(before);
  expect(runGit(project, ['status', '--porcelain']).toString()).toBe('');
  const release = join(folder, 'release');
  runGit(folder, ['clone', '-q', project, release]);
  runGit(project, ['tag', 'v0', commit]);
  runGit(release, ['fetch', '-q', 'origin', 'v0']);
  runGit(release, ['checkout', '-q', 'FETCH_HEAD']);
  const { main } = (parse(readFileSync(join(release, 'action.yml'), 'utf8')) as { runs: { main: string } })
    .runs;
  const event = join(folder, 'event.json');
  writeFileSync(event, '{}');
  const { status, stdout } = spawnSync(process.execPath, [join(release, main)], {
    cwd: repository.path,
    env: cli.environment({ GITHUB_EVENT_NAME: 'schedule', GITHUB_EVENT_PATH: event, RUNNER_TEMP: folder }),
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stdout).toContain(NEW.keyId);
});
