import { join } from 'node:path';
import { UsageError } from '../base/errors.ts';
import { userConfigFolder } from '../config/discovery.ts';
import type { Change, HookPlan } from '../hook/plan.ts';
import { type HookState, lookAtHooks } from '../hook/state.ts';
import type { HookEvent, HookScope } from '../hook/types.ts';
import { escapeControl, shellQuote } from '../report/escape.ts';
import type { CommandContext } from './commands.ts';

/** The hooks of the current repository, or of the user. Throws a KeyturnError outside of a repository. */
export function lookFrom({ io }: CommandContext, scope: HookScope): Promise<HookState> {
  const folder = userConfigFolder(io.env);
  return lookAtHooks({
    cwd: io.cwd,
    scope,
    ...(folder === undefined ? {} : { globalHooksDir: join(folder, 'hooks') }),
  });
}

/** `--local`, which is the default, or `--global`. */
export function scopeOf({ configuration: { settings } }: CommandContext): HookScope {
  if (settings.isOn('local') && settings.isOn('global'))
    throw new UsageError('--local and --global: choose one');
  return settings.isOn('global') ? 'global' : 'local';
}

export function eventOf({ configuration: { settings } }: CommandContext): HookEvent | undefined {
  return settings.text('event') as HookEvent | undefined;
}

/** The plan's steps and notes, each a line. A script's text is not shown: `--dry-run` is for what happens where. */
export function describePlan({ changes, notes }: HookPlan): string {
  return [...changes.map(describeChange), ...notes].map((line) => `${escapeControl(line)}\n`).join('');
}

function describeChange(change: Change): string {
  switch (change.do) {
    case 'write':
      return `write ${change.path}`;
    case 'rename':
      return `move ${change.from} to ${change.to}`;
    case 'remove':
      return `remove ${change.path}`;
    case 'remove-folder':
      return `remove ${change.path} if it is empty`;
    case 'set-config': {
      const value = change.value.includes('\n') ? '(the script)' : shellQuote(change.value);
      return `git config --${change.scope} ${change.key} ${value}`;
    }
    case 'unset-config':
      return `git config --${change.scope} --unset-all ${change.key}`;
  }
}
