import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../base/errors.ts';

const CONFIG_NAMES = ['keyturn.yaml', '.keyturn.yaml'] as const;
export const ALLOW_NAME = '.keyturnignore';
export const BASELINE_NAME = '.keyturn-baseline.json';

type Environment = Readonly<Record<string, string | undefined>>;

/** The nearest folder at or above `start` that holds `.git`; undefined outside of work trees. Asks no git: it costs 5 ms. */
export function findWorkTree(start: string): string | undefined {
  for (const folder of upwards(start)) {
    if (existsSync(join(folder, '.git'))) return folder;
  }
  return undefined;
}

/** The configuration nearest to `start`, at most as far up as `root`. Throws when a folder has it under both names. */
export function findProjectConfig(start: string, root: string): string | undefined {
  for (const folder of upwards(start)) {
    const found = CONFIG_NAMES.filter((name) => existsSync(join(folder, name)));
    if (found.length > 1) {
      throw new UsageError(`${folder} has both ${found.join(' and ')}`, { hint: 'Keep one of them.' });
    }
    if (found[0] !== undefined) return join(folder, found[0]);
    if (folder === root) return undefined;
  }
  return undefined;
}

/** `$XDG_CONFIG_HOME/keyturn/config.yaml`, whether it exists or not; undefined without a home. */
export function userConfigPath(env: Environment): string | undefined {
  const folder = userConfigFolder(env);
  return folder === undefined ? undefined : join(folder, 'config.yaml');
}

/** `$XDG_CONFIG_HOME/keyturn`; undefined without a home. */
export function userConfigFolder(env: Environment): string | undefined {
  const base = folderOf(env, 'XDG_CONFIG_HOME', '.config');
  return base === undefined ? undefined : join(base, 'keyturn');
}

/** `$XDG_CACHE_HOME/keyturn`; undefined without a home. */
export function defaultCacheDir(env: Environment): string | undefined {
  const base = folderOf(env, 'XDG_CACHE_HOME', '.cache');
  return base === undefined ? undefined : join(base, 'keyturn');
}

/** The folder to look around in for a path: itself, or the one it lies in. */
export function folderAt(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : dirname(path);
}

/** The XDG rule: a relative value is as good as none. */
function folderOf(env: Environment, variable: string, inHome: string): string | undefined {
  const named = env[variable];
  if (named?.startsWith('/')) return named;
  const home = env['HOME'] || env['USERPROFILE'];
  return home ? join(home, inHome) : undefined;
}

function* upwards(start: string): Generator<string> {
  let folder = start;
  while (true) {
    yield folder;
    const parent = dirname(folder);
    if (parent === folder) return;
    folder = parent;
  }
}
