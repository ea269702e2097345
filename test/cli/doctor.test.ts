import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkNode, judgeGit } from '../../src/cli/doctor/environment.ts';
import { makeRepository, openRepository, runGit, type TestRepository } from '../helpers/repository.ts';
import { makeFolder, runMain } from './run-main.ts';

interface Line {
  name: string;
  verdict: string;
  text: string;
  mend?: string;
}

afterEach(() => vi.unstubAllEnvs());

/** By name; git finds no configuration of the user. */
async function examine(cwd: string, options: { env?: Record<string, string>; argv?: string[] } = {}) {
  const home = makeFolder();
  vi.stubEnv('HOME', home);
  vi.stubEnv('XDG_CONFIG_HOME', home);
  const env = { HOME: home, ...options.env };
  const run = await runMain(['doctor', '-f', 'json', ...(options.argv ?? [])], { cwd, env });
  expect(run.stderr).toBe('');
  const { schemaVersion, checks } = JSON.parse(run.stdout) as { schemaVersion: number; checks: Line[] };
  expect(schemaVersion).toBe(1);
  for (const { verdict, mend } of checks) expect(mend === undefined).toBe(verdict === 'ok');
  return {
    status: run.status,
    stdout: run.stdout,
    of: (name: string) => checks.find((check) => check.name === name),
  };
}

function makeRepo(): TestRepository {
  const repository = makeRepository();
  onTestFinished(() => repository.remove());
  repository.write('a', 'a');
  repository.commit('a');
  return repository;
}

describe('keyturn doctor', () => {
  it('outside of a repository is content', async () => {
    const cwd = makeFolder();
    const run = await runMain(['doctor'], { cwd, env: { HOME: cwd } });
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toMatch(/^ok {4}node {11}Node \d+/);
    expect(run.stdout).toContain('ok    self-test      a made-up key pair is found\nAll is well.\n');
    expect(run.stdout).not.toMatch(/AKIA/);
    expect((await runMain(['doctor', '-q'], { cwd, env: { HOME: cwd } })).stdout).toBe('');
  });

  it('warns of what a clone lacks, and how to get it', async () => {
    const origin = makeRepo();
    origin.git('config', 'uploadpack.allowFilter', 'true');
    origin.write('b', 'b');
    origin.commit('b');
    const folder = makeFolder();
    const clone = (option: string, scheme = 'file://') => {
      runGit(folder, ['clone', '-q', option, `${scheme}${origin.path}`, join(folder, option)]);
      return examine(join(folder, option));
    };
    const shallow = await clone('--depth=1');
    expect(shallow.status).toBe(0);
    expect(shallow.of('repository')).toMatchObject({ verdict: 'warn', mend: 'git fetch --unshallow' });
    const partial = await clone('--filter=blob:none');
    expect(partial.of('repository')).toMatchObject({
      verdict: 'warn',
      text: expect.stringContaining('partial'),
    });
    const whole = await clone('--no-hardlinks');
    expect(whole.of('repository')).toMatchObject({ verdict: 'ok', text: 'a whole SHA-1 repository' });
    const borrowing = await clone('--shared', '');
    expect(borrowing.of('repository')?.text).toContain('borrowed from 1 other store');
    const lost = openRepository(join(folder, '--shared'));
    writeFileSync(join(lost.gitDir, 'objects/info/alternates'), '/nowhere/\u001b[2J\n');
    const failing = await examine(lost.path);
    expect(failing.status).toBe(1);
    expect(failing.of('repository')).toMatchObject({ verdict: 'fail' });
    expect(failing.stdout).not.toContain('\u001b');
  });

  it('finds a hook where git would', async () => {
    const repository = makeRepo();
    const hook = async () => (await examine(repository.path)).of('hook');
    expect(await hook()).toMatchObject({ verdict: 'warn', mend: 'keyturn hook install' });
    const install = (path: string, mode = 0o755) => {
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, '#!/bin/sh\nexec keyturn hook run pre-push "$@"\n');
      chmodSync(path, mode);
    };
    const usual = join(repository.gitDir, 'hooks/pre-push');
    install(usual);
    expect(await hook()).toMatchObject({ verdict: 'ok', text: 'keyturn is in the pre-push hook' });
    install(usual, 0o644);
    expect((await examine(repository.path)).status).toBe(1);
    expect(await hook()).toMatchObject({ verdict: 'fail', mend: 'keyturn hook install' });
    chmodSync(usual, 0o755);
    repository.git('config', 'core.hooksPath', 'other');
    expect(await hook()).toMatchObject({ verdict: 'warn' });
    install(join(repository.path, 'other/pre-commit'));
    expect(await hook()).toMatchObject({ verdict: 'ok', text: 'keyturn is in the pre-commit hook' });
  });

  it('finds a hook in the configuration, and those of hook managers', async () => {
    const repository = makeRepo();
    const hook = async () => (await examine(repository.path)).of('hook');
    repository.write('lefthook.yml', 'pre-push: {}\n');
    expect(await hook()).toMatchObject({ verdict: 'warn', text: expect.stringContaining('lefthook') });
    repository.write('.husky/pre-push', 'keyturn hook run pre-push "$@"\n');
    expect(await hook()).toMatchObject({ verdict: 'ok', text: 'keyturn is in .husky/pre-push' });
    const other = makeRepo();
    other.git('config', 'hook.scan.command', '/opt/keyturn hook run pre-push');
    expect((await examine(other.path)).of('hook')).toMatchObject({ verdict: 'ok' });
  });

  it('says where the configuration is wrong, and goes on', async () => {
    const cwd = makeFolder({ 'keyturn.yaml': 'failOn: often\n' });
    const wrong = await examine(cwd);
    expect(wrong.status).toBe(1);
    expect(wrong.of('configuration')).toMatchObject({
      verdict: 'fail',
      text: expect.stringMatching(/^keyturn\.yaml:1:/),
    });
    expect(wrong.of('self-test')?.verdict).toBe('ok');
    expect((await examine(cwd, { argv: ['--no-config'] })).of('configuration')?.text).toBe(
      'no file: defaults',
    );
    const named = await examine(makeFolder({ 'own.yaml': 'failOn: high\n' }), {
      argv: ['--config', 'own.yaml'],
    });
    expect(named.of('configuration')?.text).toMatch(/^read .*own\.yaml$/);
  });

  it('shows no value of a variable', async () => {
    const value = 'a-secret-that-got-into-the-wrong-variable';
    const { status, stdout, of } = await examine(makeFolder(), {
      env: { KEYTURN_FAIL_ON: value, OTHER: value },
    });
    expect(status).toBe(1);
    expect(of('configuration')?.text).toBe('KEYTURN_FAIL_ON holds what it cannot be');
    expect(stdout).not.toContain(value);
  });

  it('fails for patterns that cannot be used', async () => {
    const cwd = makeFolder({ 'p.yaml': 'patterns: 1\n', 'keyturn.yaml': 'patterns: [p.yaml]\n' });
    const { status, of } = await examine(cwd);
    expect(status).toBe(1);
    expect(of('patterns')).toMatchObject({ verdict: 'fail', text: expect.stringMatching(/^p\.yaml:/) });
    expect(of('self-test')?.verdict).toBe('ok');
  });

  it('measures the cache, and warns of one that cannot be written', async () => {
    const cwd = makeFolder({ 'cache/one': 'x'.repeat(1234), 'cache/two': '', file: '' });
    const cacheAt = async (path: string) =>
      (await examine(cwd, { env: { KEYTURN_CACHE_DIR: join(cwd, path) } })).of('cache');
    expect((await cacheAt('cache'))?.text).toBe(`${join(cwd, 'cache')}: 2 entries, 1.2 kB`);
    expect(await cacheAt('not/yet/there')).toMatchObject({ verdict: 'ok' });
    expect(await cacheAt('file/below')).toMatchObject({
      verdict: 'warn',
      text: expect.stringContaining('cannot be written'),
    });
    expect((await examine(cwd, { env: { KEYTURN_CACHE: 'false' } })).of('cache')?.text).toBe('switched off');
  });

  it('without git says so, and that it fails', async () => {
    vi.stubEnv('PATH', '/nonexistent');
    const { status, of } = await examine(makeFolder());
    expect(status).toBe(1);
    expect(of('git')).toMatchObject({ verdict: 'fail', mend: expect.stringContaining('install git') });
    expect(of('repository')).toBeUndefined();
  });
});

it.each([
  ['20.18.3', 'fail'],
  ['20.19.0', 'ok'],
  ['24.1.0', 'ok'],
])('Node %s: %s', (version, verdict) => {
  expect(checkNode(version).verdict).toBe(verdict);
});

it.each([
  ['2.17.1', 'fail', 'too old'],
  ['2.39.5 (Apple Git-154)', 'ok', 'as files'],
  ['2.53.0.windows.1', 'ok', 'as files'],
  ['2.54.0', 'ok', 'as configuration'],
  ['3.0', 'ok', 'as configuration'],
  ['unknown', 'warn', 'unknown'],
])('git %s: %s', (version, verdict, text) => {
  expect(judgeGit(version)).toMatchObject({ verdict, text: expect.stringContaining(text) });
});
