import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { applyPlan } from '../../src/hook/apply.ts';
import { type HookPlan, type InstallRequest, planInstall, planUninstall } from '../../src/hook/plan.ts';
import { type HookState, lookAtHooks } from '../../src/hook/state.ts';
import { HOOK_EVENTS, type HookEvent, type HookScope } from '../../src/hook/types.ts';

export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A home, a repository with one commit, a bare remote `origin`, and a stub in place of keyturn. */
export interface HookPlace {
  home: string;
  repository: string;
  remote: string;
  /** Named awkwardly; notes arguments and standard input in `seen`, and ends with the status in `verdict`. */
  stub: string;
  target: { node: string; script: string };
  globalHooksDir: string;
  /** What the stub was called with, a line each; absent when it was not. */
  seen(): string | undefined;
  verdict(status: number): void;
  git(...args: string[]): Ended;
  gitIn(cwd: string, args: readonly string[], env?: Record<string, string>): Ended;
  write(path: string, text: string, mode?: number): string;
  look(scope?: HookScope, cwd?: string): Promise<HookState>;
  install(request?: Partial<InstallRequest>, scope?: HookScope, cwd?: string): Promise<HookPlan>;
  uninstall(events?: readonly HookEvent[], scope?: HookScope, force?: boolean): Promise<HookPlan>;
}

export interface PlaceOptions {
  /** Folder of another git. */
  gitFolder?: string;
}

export function makePlace({ gitFolder }: PlaceOptions = {}): HookPlace {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "keyturn hook's ")));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });
  const [home, repository, remote] = ['home', 'work', 'remote.git'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [home, repository]) mkdirSync(path);
  const environment: Record<string, string> = {
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    PATH: [...(gitFolder === undefined ? [] : [gitFolder]), process.env['PATH'] ?? ''].join(delimiter),
    ...(gitFolder === undefined ? {} : { GIT_EXEC_PATH: gitFolder }),
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  writeFileSync(
    join(home, '.gitconfig'),
    '[user]\n\tname = A U Thor\n\temail = author@example.com\n[init]\n\tdefaultBranch = main\n',
  );
  const gitIn = (cwd: string, args: readonly string[], env: Record<string, string> = {}): Ended => {
    const result = spawnSync('git', args, { cwd, env: { ...environment, ...env }, encoding: 'utf8' });
    return { status: result.status, stdout: result.stdout, stderr: result.stderr };
  };
  const write = (path: string, text: string, mode = 0o644): string => {
    const file = join(repository, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  };
  const seenFile = join(folder, 'seen');
  const verdictFile = join(folder, 'verdict');
  const stub = join(folder, `key "turn" $HOME.sh`);
  writeFileSync(verdictFile, '0');
  writeFileSync(
    stub,
    `{ echo "$@"; cat; } >>'${quoted(seenFile)}'\nexit "$(cat '${quoted(verdictFile)}')"\n`,
  );
  gitIn(folder, ['init', '--quiet', '--bare', remote]);
  gitIn(repository, ['init', '--quiet']);
  gitIn(repository, ['remote', 'add', 'origin', remote]);
  gitIn(repository, ['commit', '--quiet', '--allow-empty', '-m', 'first']);
  const target = { node: '/bin/sh', script: stub };
  const globalHooksDir = join(home, '.config/keyturn/hooks');
  const look = (scope: HookScope = 'local', cwd = repository) => lookAtHooks({ cwd, scope, globalHooksDir });
  return {
    ...{ home, repository, remote, stub, target, globalHooksDir, gitIn, write, look },
    git: (...args) => gitIn(repository, args),
    seen: () => {
      try {
        return readFileSync(seenFile, 'utf8');
      } catch {
        return undefined;
      }
    },
    verdict: (status) => writeFileSync(verdictFile, String(status)),
    async install(request = {}, scope = 'local', cwd = repository) {
      const state = await look(scope, cwd);
      const plan = planInstall(state, {
        event: 'pre-push',
        method: 'auto',
        force: false,
        target,
        ...request,
      });
      await applyPlan(plan, cwd);
      return plan;
    },
    async uninstall(events = HOOK_EVENTS, scope = 'local', force = false) {
      const plan = planUninstall(await look(scope), events, force);
      await applyPlan(plan, repository);
      return plan;
    },
  };
}

/** The folder of a git with config-defined hooks: that on the PATH, or what KEYTURN_TEST_GIT names; undefined without one. */
export function gitWithConfigHooks(): { folder?: string } | undefined {
  const named = process.env['KEYTURN_TEST_GIT'];
  for (const folder of [undefined, named]) {
    const git = folder === undefined ? 'git' : join(folder, 'git');
    if (folder === undefined && named !== undefined) continue;
    const [major = 0, minor = 0] = execFileSync(git, ['version'], { encoding: 'utf8' })
      .replace(/^\D*/, '')
      .split('.')
      .map(Number);
    if (major > 2 || minor >= 54) return folder === undefined ? {} : { folder };
  }
  return undefined;
}

function quoted(text: string): string {
  return text.replaceAll("'", `'\\''`);
}
