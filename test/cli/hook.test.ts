import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makePlace } from '../hook/place.ts';
import { runMain } from './run-main.ts';

function command() {
  const place = makePlace();
  const run = (...argv: string[]) =>
    runMain(['hook', ...argv], {
      cwd: place.repository,
      env: { HOME: place.home, PATH: process.env['PATH'] ?? '' },
    });
  return { place, run, hook: join(place.repository, '.git/hooks/pre-push') };
}

describe('keyturn hook', () => {
  it('installs, says so the second time, tells the status and uninstalls', async () => {
    const { run, hook } = command();
    const before = await run('status', '-f', 'json');
    expect(before.status).toBe(1);
    expect(JSON.parse(before.stdout)).toMatchObject({ schemaVersion: 1, ok: false, hooks: [] });
    expect(await run('install', '--method', 'file')).toMatchObject({
      status: 0,
      stdout: `pre-push: now guarded in this repository\nwrite ${hook}\n`,
    });
    expect((await run('install')).stdout).toBe('pre-push: guarded already in this repository\n');
    const after = await run('status');
    expect(after).toMatchObject({ status: 0, stderr: '' });
    expect(after.stdout).toContain(`pre-push: guarded in this repository by a file: ${hook}`);
    expect(await run('uninstall')).toMatchObject({ status: 0, stdout: `remove ${hook}\n` });
    expect((await run('uninstall')).stdout).toBe("nothing of keyturn's is installed in this repository\n");
    expect(existsSync(hook)).toBe(false);
  });

  it('changes nothing with --dry-run', async () => {
    const { run, hook } = command();
    expect((await run('install', '--method', 'file', '--dry-run')).stdout).toBe(`write ${hook}\n`);
    expect(existsSync(hook)).toBe(false);
  });

  it('prints what to add for lefthook, and ends with 1', async () => {
    const { place, run } = command();
    place.write('lefthook.yml', '');
    const { status, stdout } = await run('install');
    // Where git has hooks of its own configuration, lefthook is not in the way.
    if (status === 1)
      expect(stdout).toContain('pre-push:\n  commands:\n    keyturn:\n      run: keyturn hook run pre-push');
    else expect(stdout).toContain('git config --local hook.keyturn-pre-push.command');
  });

  it('refuses wrong usage and what is no repository in one line', async () => {
    const { place, run } = command();
    expect(await run('install', '--local', '--global')).toMatchObject({
      status: 2,
      stderr: 'keyturn: --local and --global: choose one\n',
    });
    const outside = await runMain(['hook', 'install'], { cwd: place.home, env: { HOME: place.home } });
    expect(outside).toMatchObject({ status: 2, stderr: expect.stringContaining('not a git repository') });
  });

  it('says that an edited hook is one, in status and by refusing', async () => {
    const { place, run, hook } = command();
    await run('install', '--method', 'file');
    place.write('.git/hooks/pre-push', `${readFileSync(hook, 'utf8')}# mine\n`, 0o644);
    const { status, stdout } = await run('status');
    expect(status).toBe(1);
    expect(stdout).toContain('problem: was edited since keyturn wrote it');
    expect(stdout).toContain('problem: is not executable, so it is not run');
    expect((await run('install')).stderr).toContain('was edited since keyturn wrote it');
  });
});
