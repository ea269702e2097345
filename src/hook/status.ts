import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { authorship, findBlock, recordedTarget } from './script.ts';
import { configSection, type EventState, type HookState, isGuard, isOurs, textOf } from './state.ts';
import type { HookEvent, HookScope } from './types.ts';

/** One hook of ours. */
export interface HookReport {
  event: HookEvent;
  scope: HookScope;
  mechanism: 'config' | 'file' | 'husky' | 'pre-commit';
  /** The file, or the section of git's configuration. */
  where: string;
  /** The hook that was there before and is called, too. */
  chained?: { path: string; isOn: boolean };
  /** What it would start; absent when there is none, and then it blocks. */
  runs?: string;
  problems: string[];
}

export interface HookStatus {
  schemaVersion: 1;
  git: { version: string; configHooks: boolean };
  hooks: HookReport[];
  /** Hooks of others for events that we could guard. */
  others: { event: HookEvent; path: string; isOn: boolean }[];
  managers: { name: string; file: string; isActive: boolean }[];
  /** What is wrong besides what is wrong with one hook. */
  problems: string[];
  /** At least one hook, and nothing wrong. */
  ok: boolean;
}

/** `path` is the PATH of the environment. `local` is absent outside of a repository. */
export function hookStatus(local: HookState | undefined, global: HookState, path: string): HookStatus {
  const states = [local, global].filter((state) => state !== undefined);
  const seen = new Set<string>();
  const hooks = states.flatMap((state) => state.events.flatMap((event) => reportsOf(state, event, path)));
  const distinct = hooks.filter(({ where }) => !seen.has(where) && seen.add(where));
  const problems = local === undefined ? [] : problemsOf(local, global, distinct);
  const isFine = distinct.length > 0 && distinct.every((hook) => hook.problems.length === 0);
  return {
    schemaVersion: 1,
    git: { version: global.gitVersion, configHooks: global.hasConfigHooks },
    hooks: distinct,
    others: (local?.events ?? []).flatMap(otherOf),
    managers: (local?.managers ?? []).map(({ name, file, isActive }) => ({ name, file, isActive })),
    problems,
    ok: isFine && problems.length === 0,
  };
}

function reportsOf(state: HookState, event: EventState, path: string): HookReport[] {
  const reports: HookReport[] = [];
  const scope = state.ownsHooksDir ? 'global' : state.scope;
  if (event.config !== undefined) {
    const { command, isOn } = event.config;
    const problems = authorship(command) === 'own' ? [] : ['was edited since keyturn wrote it'];
    if (!isOn) problems.push("is switched off in git's configuration");
    if (!state.hasConfigHooks) problems.push(`git ${state.gitVersion} does not run it; 2.54 and later do`);
    reports.push({
      ...{ event: event.event, scope: state.scope, mechanism: 'config', where: configSection(event.event) },
      ...startOf(command, state, path, problems),
    });
  }
  if (isGuard(event.slot)) reports.push(fileReport(state, event, scope, path));
  return reports;
}

function fileReport(
  state: HookState,
  { event, slot, chained, via }: EventState,
  scope: HookScope,
  path: string,
) {
  const text = findBlock(textOf(slot)) ?? textOf(slot);
  const problems = authorship(text) === 'own' ? [] : ['was edited since keyturn wrote it'];
  // Husky starts a shell on it, so it need not be executable there.
  if (via !== 'husky' && slot.kind === 'file' && !slot.isExecutable)
    problems.push('is not executable, so it is not run');
  if (text.includes('\r\n')) problems.push('has Windows line endings');
  const isOn = chained.kind !== 'absent' && chained.kind !== 'folder' && chained.isExecutable;
  return {
    ...{ event, scope, mechanism: via ?? ('file' as const), where: slot.path },
    ...(chained.kind === 'absent' ? {} : { chained: { path: chained.path, isOn } }),
    ...startOf(text, state, path, problems),
  };
}

/** In the order of hooks/guard.sh. */
function startOf(text: string, state: HookState, path: string, problems: string[]) {
  const recorded = recordedTarget(text);
  if (recorded !== undefined && canRun(recorded.node) && existsSync(recorded.script))
    return { runs: `${recorded.node} ${recorded.script}`, problems };
  if (recorded !== undefined) {
    const gone = canRun(recorded.node) ? recorded.script : recorded.node;
    problems.push(`${gone} is gone; install again`);
  }
  const found = [
    ...path.split(delimiter).filter(isAbsolute),
    ...(state.root === undefined ? [] : [join(state.root, 'node_modules/.bin')]),
  ].find((folder) => canRun(join(folder, 'keyturn')));
  if (found !== undefined) return { runs: join(found, 'keyturn'), problems };
  problems.push('keyturn is neither on the PATH nor in node_modules, so every run blocks');
  return { problems };
}

function problemsOf(local: HookState, global: HookState, hooks: readonly HookReport[]): string[] {
  const problems: string[] = [];
  if (statSync(local.hooksDir, { throwIfNoEntry: false })?.isDirectory() === false)
    problems.push(`the hooks path is no folder: ${local.hooksDir}`);
  const isHidden = global.hooksPath !== undefined && local.hooksDir !== global.hooksDir;
  const hidden = isHidden
    ? hooks.filter(({ scope, mechanism }) => scope === 'global' && mechanism === 'file')
    : [];
  if (hidden.length > 0)
    problems.push(`core.hooksPath of this repository (${local.hooksDir}) hides the global hooks`);
  for (const { event, slot, chained } of local.events) {
    if (chained.kind !== 'absent' && !isGuard(slot))
      problems.push(`${event}: keyturn's hook was replaced; what it had chained is ${chained.path}`);
  }
  return problems;
}

function otherOf({ event, slot, via }: EventState): HookStatus['others'] {
  if (isOurs(slot) || slot.kind === 'absent' || slot.kind === 'folder') return [];
  return [{ event, path: slot.path, isOn: via === 'husky' || slot.isExecutable }];
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
