import { existsSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { findProjectConfig, findWorkTree, userConfigPath } from './discovery.ts';
import { type ConfigFile, readConfigFile } from './file.ts';
import {
  type RawSetting,
  readEnvironment,
  resolveSettings,
  type SettingLayer,
  type SettingSpec,
  type Settings,
} from './settings.ts';

export interface LoadOptions {
  /** The whole table. */
  specs: readonly SettingSpec[];
  /** Those of the command that runs. */
  commandSpecs: readonly SettingSpec[];
  flags: ReadonlyMap<string, RawSetting>;
  env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  cwd: string;
}

/** The settings of one run and the files they were read from. */
export interface Configuration {
  settings: Settings;
  /** Root of the work tree that `cwd` stands in, else `cwd`. */
  root: string;
  project?: ConfigFile;
  user?: ConfigFile;
}

/** Options, then environment, then the project's file, then the user's, then defaults. */
export async function loadConfiguration(options: LoadOptions): Promise<Configuration> {
  const { specs, commandSpecs, flags, env, cwd } = options;
  const root = findWorkTree(cwd) ?? cwd;
  const given: SettingLayer[] = [{ layer: 'flag', values: flags }, readEnvironment(commandSpecs, env, cwd)];
  // Which files are read is said by options and variables only.
  const early = resolveSettings(
    commandSpecs.filter((spec) => spec.name === 'config' || spec.name === 'project-config'),
    given,
  );
  const configIsOff = early.find('config')?.value === false;
  const project = configIsOff ? undefined : await readProject(early, root, options);
  const userPath = configIsOff ? undefined : userConfigPath(env);
  const user =
    userPath !== undefined && existsSync(userPath)
      ? await readConfigFile(userPath, { specs, shownAs: userPath, isProject: false })
      : undefined;
  const files = { ...(project === undefined ? {} : { project }), ...(user === undefined ? {} : { user }) };
  return {
    settings: resolveSettings(commandSpecs, [...given, ...fileLayers(files)]),
    root,
    ...files,
  };
}

/** The layers below options and variables. */
export function fileLayers({ project, user }: Pick<Configuration, 'project' | 'user'>): SettingLayer[] {
  return [
    ...(project === undefined ? [] : [{ layer: 'project', values: project.values } as const]),
    ...(user === undefined ? [] : [{ layer: 'user', values: user.values } as const]),
  ];
}

/** A file named with `--config` was chosen by the caller: it may set everything. */
async function readProject(
  early: Settings,
  root: string,
  { specs, cwd }: LoadOptions,
): Promise<ConfigFile | undefined> {
  const named = early.text('config');
  if (named !== undefined)
    return readConfigFile(named, { specs, shownAs: shownFrom(cwd, named), isProject: false });
  if (early.find('project-config')?.value === false) return undefined;
  const found = findProjectConfig(cwd, root);
  if (found === undefined) return undefined;
  return readConfigFile(found, { specs, shownAs: shownFrom(cwd, found), isProject: true });
}

/** The shorter way to name a path: from `cwd`, as long as it does not lead upwards more than it helps. */
export function shownFrom(cwd: string, path: string): string {
  const way = relative(cwd, path);
  return way === '' || isAbsolute(way) || way.length >= path.length ? path : way;
}
