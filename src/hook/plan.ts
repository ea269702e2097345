import { basename, join } from 'node:path';
import { KeyturnError } from '../base/errors.ts';
import { escapeControls } from '../git/run.ts';
import { linesFor } from './managers.ts';
import {
  authorship,
  type ChainedHook,
  configCommand,
  dispatchScript,
  findBlock,
  hookScript,
  huskyBlock,
  insertBlock,
  removeBlock,
} from './script.ts';
import {
  configSection,
  type EventState,
  fileState,
  type HookState,
  isGuard,
  isOurs,
  textOf,
} from './state.ts';
import type { HookEvent, HookMethod, HookScope, HookTarget } from './types.ts';

/** One step of a plan. Paths are absolute, text is latin1 (one character a byte). */
export type Change =
  | { do: 'write'; path: string; text: string; mode: number }
  | { do: 'rename'; from: string; to: string }
  | { do: 'remove'; path: string }
  /** Only when it is empty. */
  | { do: 'remove-folder'; path: string }
  | { do: 'set-config'; scope: HookScope; key: string; value: string }
  | { do: 'unset-config'; scope: HookScope; key: string };

/** What is to be done, as data: `--dry-run` prints it, `applyPlan` does it. */
export interface HookPlan {
  /** Empty when everything is as it should be. */
  changes: Change[];
  mechanism: 'config' | 'file' | 'husky' | 'by-hand' | 'none';
  /** Whole sentences for the user: what is special about this place. */
  notes: string[];
  /** For a manager that would overwrite a file of ours: what the user has to add, and where. */
  byHand?: { manager: string; file: string; lines: string };
}

export interface InstallRequest {
  event: HookEvent;
  method: HookMethod;
  /** Overwrite a hook of ours that was edited, and go past what only looks wrong. */
  force: boolean;
  target: HookTarget;
}

export function planInstall(state: HookState, request: InstallRequest): HookPlan {
  const event = state.events.find((one) => one.event === request.event)!;
  if (request.method === 'config' && !state.hasConfigHooks)
    throw refusal(`git ${state.gitVersion} knows no hooks defined by configuration; 2.54 and later do`);
  if (chooseConfig(state, event, request)) return planConfig(state, event, request);
  if (event.config !== undefined && state.hasConfigHooks)
    throw refusal(
      `${configSection(event.event)}: keyturn is installed in git's configuration; uninstall it first`,
    );
  if (event.via === 'husky') return planHusky(event, request);
  if (state.ownsHooksDir && state.scope === 'local') return planUnderGlobal(event);
  const overwriting = state.managers.find((one) => linesFor(one, request.event) !== undefined);
  if (overwriting !== undefined && request.method === 'auto' && !isOurs(event.slot)) {
    const { name, file } = overwriting;
    return {
      changes: [],
      mechanism: 'by-hand',
      notes: [],
      byHand: { manager: name, file, lines: linesFor(overwriting, request.event)! },
    };
  }
  return planFile(state, event, request);
}

/** What is left as it is may be in the plan's notes; nothing to do is an empty plan. */
export function planUninstall(state: HookState, events: readonly HookEvent[], force: boolean): HookPlan {
  const plan: HookPlan = { changes: [], mechanism: 'none', notes: [] };
  const wanted = state.events.filter(({ event }) => events.includes(event));
  for (const event of wanted) {
    removeConfig(state, event, force, plan);
    if (!(state.ownsHooksDir && state.scope === 'local')) removeFile(event, force, plan);
    else if (isGuard(event.slot))
      plan.notes.push(`${event.event}: installed for all repositories; --global takes it away.`);
  }
  if (state.ownsHooksDir && state.scope === 'global') shrinkGlobalFolder(state, wanted, plan);
  return plan;
}

/** A global installation reaches this repository; nothing in its folder is about this repository alone. */
function planUnderGlobal(event: EventState): HookPlan {
  if (!isGuard(event.slot))
    throw refusal(
      'the hooks of all repositories are in a folder of keyturn',
      'Use --global to add another event.',
    );
  return { changes: [], mechanism: 'file', notes: ['It is installed for all repositories.'] };
}

/** A mechanism that is in use already is kept, so that nothing runs twice. */
function chooseConfig(state: HookState, event: EventState, { method }: InstallRequest): boolean {
  if (method !== 'auto') return method === 'config';
  return state.hasConfigHooks && !isGuard(event.slot);
}

function planConfig(state: HookState, event: EventState, request: InstallRequest): HookPlan {
  const section = configSection(event.event);
  const command = configCommand({ event: event.event, target: request.target });
  const notes: string[] = [];
  if (isGuard(event.slot))
    throw refusal(`${shown(event.slot.path)}: keyturn is installed there; uninstall it first`);
  if (event.config !== undefined) {
    demandUnchanged(event.config.command, `${section}.command`, request.force);
    if (event.config.command === command && event.config.isOn)
      return { changes: [], mechanism: 'config', notes };
    if (!event.config.isOn && event.config.command === command)
      throw refusal(
        `${section} is switched off in git's configuration`,
        `Look at: git config --get-regexp '^hook\\.'`,
      );
  }
  const isChanging = event.event === 'pre-commit' || event.event === 'commit-msg';
  if (isChanging && event.slot.kind !== 'absent') {
    notes.push(
      `git runs ${shown(event.slot.path)} after keyturn; what it changes is not looked at. With --method file keyturn comes last.`,
    );
  }
  const { scope } = state;
  return {
    changes: [
      { do: 'set-config', scope, key: `${section}.command`, value: command },
      { do: 'set-config', scope, key: `${section}.event`, value: event.event },
    ],
    mechanism: 'config',
    notes,
  };
}

function planHusky({ event, slot }: EventState, { force }: InstallRequest): HookPlan {
  demandWritable(slot, force);
  if (slot.kind === 'link')
    throw refusal(
      `${shown(slot.path)}: is a symbolic link, which is not written through`,
      'Add the lines by hand.',
    );
  const before = textOf(slot);
  const own = findBlock(before);
  if (own !== undefined) demandUnchanged(own, slot.path, force);
  const text = insertBlock(before, toLatin1(huskyBlock({ event })), event);
  const notes = ['Commit the husky hook to share it; HUSKY=0 switches off all hooks, unrecorded.'];
  if (text === before) return { changes: [], mechanism: 'husky', notes: [] };
  const mode = slot.kind === 'file' ? slot.mode : 0o755;
  return { changes: [{ do: 'write', path: slot.path, text, mode }], mechanism: 'husky', notes };
}

function planFile(state: HookState, event: EventState, { target, force }: InstallRequest): HookPlan {
  const { slot, chained } = event;
  demandWritable(slot, force);
  const notes = notesOnPlace(state, event);
  const script = fileScript(state, event, target);
  const changes: Change[] = [];
  if (isOurs(slot)) demandUnchanged(textOf(slot), slot.path, force);
  else if (slot.kind !== 'absent') {
    if (state.ownsHooksDir)
      throw refusal(
        `${shown(slot.path)}: is not keyturn's, in a folder that is`,
        'Move it away, then install again.',
      );
    if (chained.kind !== 'absent') {
      throw refusal(
        `${shown(slot.path)}: is not keyturn's, and ${shown(chained.path)} is there already`,
        'Another program has replaced the hook. Move one of the two away, then install again.',
      );
    }
    changes.push({ do: 'rename', from: slot.path, to: chained.path });
    const isOn = slot.kind === 'folder' || slot.isExecutable;
    notes.push(
      `The hook that was there is kept as ${shown(chained.path)}${isOn ? '' : ', not executable and so still off'}.`,
    );
  }
  const isCurrent = slot.kind === 'file' && slot.text === script && slot.isExecutable;
  if (!isCurrent) changes.push({ do: 'write', path: slot.path, text: script, mode: 0o755 });
  changes.push(...globalFolder(state, event));
  return { changes, mechanism: 'file', notes: changes.length === 0 ? [] : notes };
}

/** Paths of this machine stay out of a file that others may get. */
function fileScript(state: HookState, event: EventState, target: HookTarget): string {
  const chained: ChainedHook = state.ownsHooksDir
    ? { ofRepository: event.event }
    : { besideAs: basename(event.chained.path) };
  return toLatin1(hookScript({ event: event.event, target: state.isShared ? undefined : target }, chained));
}

function notesOnPlace(state: HookState, { via }: EventState): string[] {
  const notes: string[] = [];
  if (state.linksOutTo !== undefined)
    notes.push(`The hooks folder is a link out of the git directory: written to ${shown(state.linksOutTo)}.`);
  if (
    state.scope === 'local' &&
    state.hooksPath !== undefined &&
    state.hooksPath.scope !== 'local' &&
    !state.isShared
  )
    notes.push(
      `core.hooksPath is set for all repositories (${state.hooksPath.scope}), so this is for all of them.`,
    );
  if (state.isShared)
    notes.push('The hooks folder is part of the work tree; commit what is new in it to share it.');
  if (via === 'pre-commit') notes.push('The pre-commit framework runs it first, as its .legacy hook.');
  if (state.managers.some(({ name, isActive }) => name === 'husky' && !isActive))
    notes.push(
      'Husky is set up but not active here; once it is, install again, or its hooks are run instead.',
    );
  return notes;
}

/** Where the user had no global hooks folder, ours must call every hook that it hides. */
function globalFolder(state: HookState, installed: EventState): Change[] {
  if (!state.ownsHooksDir) return [];
  const guarded = state.events.filter((event) => event === installed || isGuard(event.slot));
  const events = DISPATCHED_EVENTS.filter((name) => !guarded.some(({ event }) => event === name));
  const dispatchers = events.flatMap((name) => writeDispatcher(state, name));
  if (state.hooksPath !== undefined) return dispatchers;
  return [
    ...dispatchers,
    { do: 'set-config', scope: 'global', key: 'core.hooksPath', value: state.hooksDir },
  ];
}

function writeDispatcher(state: HookState, event: string): Change[] {
  const { path, ...file } = fileState(join(state.hooksDir, event));
  const text = dispatchScript(event);
  return 'text' in file && file.text === text ? [] : [{ do: 'write', path, text, mode: 0o755 }];
}

function removeConfig(state: HookState, { event, config }: EventState, force: boolean, plan: HookPlan): void {
  if (config === undefined) return;
  const section = configSection(event);
  demandUnchanged(config.command, `${section}.command`, force);
  for (const key of ['command', 'event', 'enabled']) {
    const name = `${section}.${key}`;
    if (state.entries.some((entry) => entry.key === name && entry.scope === state.scope))
      plan.changes.push({ do: 'unset-config', scope: state.scope, key: name });
  }
}

function removeFile({ slot, chained, via }: EventState, force: boolean, plan: HookPlan): void {
  if (slot.kind !== 'file' || !isGuard(slot)) {
    if (chained.kind !== 'absent') {
      plan.notes.push(
        `${shown(slot.path)} is not keyturn's any more; the hook it had chained is ${shown(chained.path)}.`,
      );
    }
    return;
  }
  if (via === 'husky') {
    demandUnchanged(findBlock(slot.text)!, slot.path, force);
    const text = removeBlock(slot.text);
    if (text === '') plan.changes.push({ do: 'remove', path: slot.path });
    else plan.changes.push({ do: 'write', path: slot.path, text, mode: slot.mode });
    return;
  }
  demandUnchanged(slot.text, slot.path, force);
  if (chained.kind === 'absent') plan.changes.push({ do: 'remove', path: slot.path });
  else plan.changes.push({ do: 'rename', from: chained.path, to: slot.path });
}

/** What is taken away becomes a dispatcher; with the last of our hooks the whole folder goes. */
function shrinkGlobalFolder(state: HookState, gone: readonly EventState[], plan: HookPlan): void {
  if (state.events.some((event) => !gone.includes(event) && isGuard(event.slot))) {
    plan.changes = plan.changes.flatMap((change) =>
      change.do === 'remove' ? writeDispatcher(state, basename(change.path)) : [change],
    );
    return;
  }
  if (state.hooksPath?.scope === 'global')
    plan.changes.unshift({ do: 'unset-config', scope: 'global', key: 'core.hooksPath' });
  for (const name of DISPATCHED_EVENTS) {
    const { path, ...file } = fileState(join(state.hooksDir, name));
    if ('text' in file && file.text === dispatchScript(name)) plan.changes.push({ do: 'remove', path });
  }
  if (plan.changes.length > 0) plan.changes.push({ do: 'remove-folder', path: state.hooksDir });
}

/**
 * Every event of git that looks into the hooks folder, but for `push-to-checkout` and `proc-receive`: that there is such a hook
 * changes what git does, even when it does nothing.
 */
const DISPATCHED_EVENTS = [
  'applypatch-msg',
  'commit-msg',
  'post-applypatch',
  'post-checkout',
  'post-commit',
  'post-index-change',
  'post-merge',
  'post-receive',
  'post-rewrite',
  'post-update',
  'pre-applypatch',
  'pre-auto-gc',
  'pre-commit',
  'pre-merge-commit',
  'pre-push',
  'pre-rebase',
  'pre-receive',
  'prepare-commit-msg',
  'reference-transaction',
  'sendemail-validate',
  'update',
];

function demandUnchanged(text: string, where: string, force: boolean): void {
  if (force || authorship(text) === 'own') return;
  throw refusal(
    `${shown(where)}: was edited since keyturn wrote it`,
    'Nothing was changed. --force goes over the edit.',
  );
}

function demandWritable(slot: EventState['slot'], force: boolean): void {
  if (slot.kind === 'folder')
    throw refusal(`${shown(slot.path)}: is no file, so git cannot run it as a hook`, 'Move it away first.');
  if (!force && /^#!.*\r\n/.test(textOf(slot)) && !isOurs(slot)) {
    throw refusal(
      `${shown(slot.path)}: has Windows line endings, so git cannot run it`,
      `Convert it first (sed -i 's/\\r$//' FILE); with --force it is kept and called as it is.`,
    );
  }
}

function refusal(message: string, hint?: string): KeyturnError {
  return new KeyturnError(message, { code: 'hook-refused', ...(hint === undefined ? {} : { hint }) });
}

function toLatin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function shown(path: string): string {
  return escapeControls(path);
}
