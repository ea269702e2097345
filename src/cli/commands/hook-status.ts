import { EXIT, KeyturnError } from '../../base/errors.ts';
import type { HookState } from '../../hook/state.ts';
import { type HookReport, type HookStatus, hookStatus } from '../../hook/status.ts';
import { escapeControl } from '../../report/escape.ts';
import type { CommandContext } from '../commands.ts';
import { lookFrom } from '../hook-place.ts';

export async function hookStatusCommand(context: CommandContext): Promise<number> {
  const { io, configuration } = context;
  const global = await lookFrom(context, 'global');
  const status = hookStatus(await localState(context), global, io.env['PATH'] ?? '');
  const isJson = configuration.settings.text('format') === 'json';
  io.stdout.write(isJson ? `${JSON.stringify(status, null, 2)}\n` : toText(status));
  return status.ok ? EXIT.ok : EXIT.findings;
}

/** Outside of a repository there is still the user's own to tell of. */
async function localState(context: CommandContext): Promise<HookState | undefined> {
  try {
    return await lookFrom(context, 'local');
  } catch (error) {
    if (error instanceof KeyturnError && error.code === 'not-a-repository') return undefined;
    throw error;
  }
}

const MECHANISMS: Record<HookReport['mechanism'], string> = {
  config: "git's configuration",
  file: 'a file',
  husky: 'a block in a hook of husky',
  'pre-commit': 'the .legacy hook of pre-commit',
};

function toText({ hooks, others, managers, problems, git }: HookStatus): string {
  const lines = hooks.flatMap(hookLines);
  if (hooks.length === 0) lines.push('no hook of keyturn is installed; keyturn hook install installs one');
  for (const { event, path, isOn } of others) {
    lines.push(`${event}: another hook${isOn ? '' : ', not executable and so off'}: ${path}`);
  }
  for (const { name, file, isActive } of managers)
    lines.push(`${name} is set up (${file})${isActive ? '' : ', not active'}`);
  lines.push(...problems.map((problem) => `problem: ${problem}`));
  lines.push(
    `git ${git.version}: hooks defined by configuration ${git.configHooks ? 'work' : 'need 2.54 or later'}`,
  );
  return lines.map((line) => `${escapeControl(line)}\n`).join('');
}

function hookLines({ event, scope, mechanism, where, chained, runs, problems }: HookReport): string[] {
  return [
    `${event}: guarded in ${scope === 'global' ? 'all repositories' : 'this repository'} by ${MECHANISMS[mechanism]}: ${where}`,
    ...(runs === undefined ? [] : [`  runs ${runs}`]),
    ...(chained === undefined
      ? []
      : [
          `  and the hook that was there: ${chained.path}${chained.isOn ? '' : ' (not executable, and so off)'}`,
        ]),
    ...problems.map((problem) => `  problem: ${problem}`),
  ];
}
