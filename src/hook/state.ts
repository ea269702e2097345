import { lstatSync, readFileSync, readlinkSync, realpathSync, type Stats } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { KeyturnError } from '../base/errors.ts';
import { escapeControls, git, gitResult } from '../git/run.ts';
import { findManagers, type Manager } from './managers.ts';
import { authorship, findBlock, recordedChained } from './script.ts';
import { HOOK_EVENTS, type HookEvent, type HookScope } from './types.ts';

/** What stands under a path. Text is latin1, one character a byte, so that writing it again changes none. */
export type FileState =
  | { kind: 'absent'; path: string }
  | { kind: 'folder'; path: string }
  | { kind: 'link'; path: string; linksTo: string; isExecutable: boolean; text: string }
  | { kind: 'file'; path: string; isExecutable: boolean; mode: number; text: string };

/** One line of git's configuration. */
export interface ConfigEntry {
  /** `system`, `global`, `local`, `worktree` or `command`. */
  scope: string;
  /** Section and key are lower case, what is between them as it was written. */
  key: string;
  value: string;
}

/** What there is of one event's hook. */
export interface EventState {
  event: HookEvent;
  /** The file that git, or the manager in front of it, runs. */
  slot: FileState;
  /** The hook that ours stands in front of. */
  chained: FileState;
  /** Set when `slot` belongs to a manager that has a place for other hooks. */
  via?: 'husky' | 'pre-commit';
  /** The values of `hook.keyturn-<event>.*` of the scope asked for. */
  config?: { command: string; isOn: boolean };
}

export interface HookState {
  scope: HookScope;
  /** Absolute; git runs hooks here. Undefined with scope `global`. */
  root?: string;
  gitVersion: string;
  hasConfigHooks: boolean;
  /** Absolute. */
  hooksDir: string;
  /** Who set `core.hooksPath`, if anyone did, for the scope. */
  hooksPath?: ConfigEntry;
  /** The hooks folder lies in the work tree, so what is written there may be committed. */
  isShared: boolean;
  /** Where the hooks folder really lies, when that is outside of the place it seems to be in. */
  linksOutTo?: string;
  /** A global folder that is ours, besides which the user had none. */
  ownsHooksDir: boolean;
  managers: Manager[];
  events: EventState[];
  entries: ConfigEntry[];
}

export interface LookOptions {
  /** Absolute. */
  cwd: string;
  scope: HookScope;
  /** Folder for global hooks where git has no config-defined ones. Absolute; absent when the user has no home. */
  globalHooksDir?: string;
}

/** The suffix under which a hook that was there before is kept. */
export const CHAINED_SUFFIX = '.keyturn-chained';

/** Since this version git runs hooks that its configuration defines. */
const CONFIG_HOOKS_SINCE: readonly [number, number] = [2, 54];

/** Reads everything a plan depends on and changes nothing. Throws a KeyturnError, `not-a-repository` among others. */
export async function lookAtHooks(options: LookOptions): Promise<HookState> {
  const { cwd, scope } = options;
  const run = { cwd, asUser: true };
  const gitVersion = /\d+\.\d+[.\w]*/.exec((await git(['version'], run)).toString())?.[0] ?? '0.0';
  const place = scope === 'local' ? await findPlace(cwd) : undefined;
  const entries = parseConfig(await git(['config', '--null', '--show-scope', '--list'], run));
  const scopes = scope === 'local' ? undefined : ['system', 'global'];
  const hooksPath = entries.findLast(
    ({ key, scope: of }) => key === 'core.hookspath' && (scopes?.includes(of) ?? true),
  );
  const hooksDir = place?.hooksDir ?? (await globalHooksDir(options, hooksPath));
  const root = place?.root;
  const managers = root === undefined ? [] : findManagers(root, hooksDir);
  const container = place?.workTree ?? place?.commonDir;
  const isInside = (path: string) => container !== undefined && isWithin(path, container);
  const real = realpathOf(hooksDir);
  const insideGitDir = place !== undefined && isWithin(hooksDir, place.commonDir);
  return {
    scope,
    ...(root === undefined ? {} : { root }),
    gitVersion,
    hasConfigHooks: isAtLeast(gitVersion, CONFIG_HOOKS_SINCE),
    hooksDir,
    ...(hooksPath === undefined ? {} : { hooksPath }),
    isShared: place?.workTree !== undefined && isInside(hooksDir) && !insideGitDir,
    ...(insideGitDir && !isWithin(real, realpathOf(place.commonDir)) ? { linksOutTo: real } : {}),
    ownsHooksDir: hooksDir === options.globalHooksDir,
    managers,
    events: HOOK_EVENTS.map((event) => eventState(event, hooksDir, managers, entries, scope)),
    entries,
  };
}

/** The section of git's configuration that holds our hook of an event; git refuses a name that is an event's own. */
export function configSection(event: HookEvent): string {
  return `hook.keyturn-${event}`;
}

export function fileState(path: string): FileState {
  const stat = statOf(path);
  if (stat === undefined) return { kind: 'absent', path };
  if (stat.isSymbolicLink()) {
    const { isExecutable, text } = behindLink(path);
    return { kind: 'link', path, linksTo: readlinkSync(path), isExecutable, text };
  }
  if (!stat.isFile()) return { kind: 'folder', path };
  const mode = stat.mode & 0o7777;
  return { kind: 'file', path, mode, isExecutable: (mode & 0o111) !== 0, text: readFileSync(path, 'latin1') };
}

/** Undefined also for a path through a file, which `core.hooksPath=/dev/null` gives; who writes there finds out. */
function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Empty for what is no readable file. */
export function textOf(file: FileState): string {
  return file.kind === 'file' || file.kind === 'link' ? file.text : '';
}

/** True for a script of ours, edited or not, and for a file that holds our block. */
export function isOurs(file: FileState): boolean {
  if (file.kind !== 'file') return false;
  return authorship(findBlock(file.text) ?? file.text) !== 'foreign';
}

/** True for ours, but for what only calls the hooks that a global folder hides. */
export function isGuard(file: FileState): boolean {
  return isOurs(file) && textOf(file).includes('hook run');
}

function behindLink(path: string): { isExecutable: boolean; text: string } {
  try {
    const real = fileState(realpathSync(path));
    return real.kind === 'file' ? real : { isExecutable: false, text: '' };
  } catch {
    return { isExecutable: false, text: '' };
  }
}

function eventState(
  event: HookEvent,
  hooksDir: string,
  managers: readonly Manager[],
  entries: readonly ConfigEntry[],
  scope: HookScope,
): EventState {
  const config = configOf(event, entries, scope);
  const rest = { event, ...(config === undefined ? {} : { config }) };
  const husky = managers.find(({ name, isActive }) => name === 'husky' && isActive);
  if (husky !== undefined) {
    const slot = fileState(join(husky.folder!, event));
    return {
      ...rest,
      slot,
      chained: { kind: 'absent', path: `${slot.path}${CHAINED_SUFFIX}` },
      via: 'husky',
    };
  }
  const first = fileState(join(hooksDir, event));
  // The framework runs `<hook>.legacy` with the same input and puts there what it finds when it is installed.
  if (/^# File generated by pre-commit/m.test(textOf(first))) {
    const slot = fileState(`${first.path}.legacy`);
    return { ...rest, slot, chained: chainedOf(slot), via: 'pre-commit' };
  }
  return { ...rest, slot: first, chained: chainedOf(first) };
}

/** A script that was moved by a manager still calls the name it was written with. */
function chainedOf(slot: FileState): FileState {
  const name = isOurs(slot) ? recordedChained(textOf(slot)) : undefined;
  return fileState(name === undefined ? `${slot.path}${CHAINED_SUFFIX}` : join(dirname(slot.path), name));
}

function configOf(event: HookEvent, entries: readonly ConfigEntry[], scope: HookScope): EventState['config'] {
  const section = configSection(event);
  const last = (key: string, scopes: readonly string[]) =>
    entries.findLast((entry) => entry.key === `${section}.${key}` && scopes.includes(entry.scope))?.value;
  const command = last('command', [scope]);
  if (command === undefined) return undefined;
  const hasEvent = entries.some(
    (entry) => entry.key === `${section}.event` && entry.scope === scope && entry.value === event,
  );
  const isEnabled = entries.findLast(({ key }) => key === `${section}.enabled`)?.value;
  const isEventOn = entries.findLast(({ key }) => key === `hook.${event}.enabled`)?.value;
  return { command, isOn: hasEvent && !isFalse(isEnabled) && !isFalse(isEventOn) };
}

function isFalse(value: string | undefined): boolean {
  return value !== undefined && /^(false|no|off|0|)$/i.test(value);
}

interface Place {
  root: string;
  workTree?: string;
  commonDir: string;
  hooksDir: string;
}

/** A relative `core.hooksPath` counts from where hooks run, not from where the user stands. */
async function findPlace(cwd: string): Promise<Place> {
  const workTree = await revParse(cwd, '--show-toplevel');
  const root = workTree ?? (await revParse(cwd, '--absolute-git-dir'));
  if (root === undefined) {
    const { stderr } = await gitResult(['rev-parse', '--absolute-git-dir'], { cwd, asUser: true });
    const reason = /not a git repository/i.test(stderr)
      ? 'not a git repository'
      : stderr.split('\n')[0]!.replace(/^fatal: /, '');
    throw new KeyturnError(`${escapeControls(cwd)}: ${escapeControls(reason)}`, {
      code: 'not-a-repository',
      hint: 'Change to a repository, or use --global for all of them.',
    });
  }
  const [commonDir, hooksDir] = await Promise.all([
    revParse(root, '--git-common-dir'),
    revParse(root, '--git-path', 'hooks'),
  ]);
  return {
    root,
    ...(workTree === undefined ? {} : { workTree }),
    commonDir: resolve(root, commonDir ?? '.git'),
    hooksDir: resolve(root, hooksDir ?? '.git/hooks'),
  };
}

async function revParse(cwd: string, ...args: string[]): Promise<string | undefined> {
  const { status, stdout } = await gitResult(['rev-parse', ...args], { cwd, asUser: true });
  const text = stdout.toString().replace(/\n$/, '');
  return status === 0 && text !== '' ? text : undefined;
}

async function globalHooksDir(options: LookOptions, hooksPath: ConfigEntry | undefined): Promise<string> {
  if (hooksPath === undefined) {
    if (options.globalHooksDir !== undefined) return options.globalHooksDir;
    throw new KeyturnError('neither HOME nor XDG_CONFIG_HOME is set', { code: 'no-home' });
  }
  const { stdout } = await gitResult(
    ['config', `--${hooksPath.scope}`, '--type=path', '--get', 'core.hooksPath'],
    {
      cwd: options.cwd,
      asUser: true,
    },
  );
  const path = stdout.toString().replace(/\n$/, '');
  if (isAbsolute(path)) return path;
  throw new KeyturnError(`core.hooksPath of the user is relative: ${escapeControls(path)}`, {
    code: 'relative-hooks-path',
    hint: 'Every repository has a hooks folder of its own then; install in each one, with --local.',
  });
}

function parseConfig(list: Buffer): ConfigEntry[] {
  const fields = list.toString().split('\0').slice(0, -1);
  const entries: ConfigEntry[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [key, ...value] = fields[at + 1]!.split('\n');
    entries.push({ scope: fields[at]!, key: key!, value: value.join('\n') });
  }
  return entries;
}

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [haveMajor = 0, haveMinor = 0] = version.split('.').map(Number);
  return haveMajor > major || (haveMajor === major && haveMinor >= minor);
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith('../') && !isAbsolute(way);
}

/** Of the nearest folder above that exists. */
function realpathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realpathOf(parent), relative(parent, path));
  }
}
