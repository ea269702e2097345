import { tmpdir } from 'node:os';
import { gitResult } from '../../git/run.ts';
import { type Check, fail, ok, warn } from './check.ts';

/** package.json, engines. */
const NODE = [20, 19] as const;
/** rev-parse --show-object-format, which every look at a repository asks for. */
const GIT = [2, 25] as const;
/** Hooks that stand in a configuration and share their place with others. */
const CONFIG_HOOKS = [2, 54] as const;

type Release = readonly [major: number, minor: number];

export function checkNode(version: string): Check {
  const text = `Node ${version}`;
  if (isAtLeast(releaseIn(version), NODE)) return ok('node', text);
  return fail('node', `${text} is too old`, `install Node ${NODE.join('.')} or later`);
}

export async function checkGit(): Promise<Check> {
  const version = await gitVersion();
  if (version === undefined) {
    return fail(
      'git',
      'git was not found or does not start',
      `install git ${GIT.join('.')} or later, and put it on the PATH`,
    );
  }
  return judgeGit(version);
}

/** `version` as in `git version 2.39.5 (Apple Git-154)`, without the first two words. */
export function judgeGit(version: string): Check {
  const release = releaseIn(version);
  if (release === undefined)
    return warn('git', `git of an unknown version: ${version}`, 'compare git --version');
  if (!isAtLeast(release, GIT))
    return fail('git', `git ${version} is too old`, `install git ${GIT.join('.')} or later`);
  const hooks = isAtLeast(release, CONFIG_HOOKS) ? 'as configuration' : 'as files';
  return ok('git', `git ${version}; hooks are installed ${hooks}`);
}

async function gitVersion(): Promise<string | undefined> {
  const result = await gitResult(['--version'], { cwd: tmpdir() }).catch(() => undefined);
  if (result?.status !== 0) return undefined;
  return result.stdout
    .toString()
    .trim()
    .replace(/^git version /, '');
}

function releaseIn(version: string): Release | undefined {
  const parts = /(\d+)\.(\d+)/.exec(version);
  return parts === null ? undefined : [Number(parts[1]), Number(parts[2])];
}

function isAtLeast(release: Release | undefined, wanted: Release): boolean {
  if (release === undefined) return false;
  return release[0] > wanted[0] || (release[0] === wanted[0] && release[1] >= wanted[1]);
}
