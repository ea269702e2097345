import { EXIT } from '../../base/errors.ts';
import { escapeControl } from '../../report/escape.ts';
import { plural } from '../../report/numbers.ts';
import type { CommandContext } from '../commands.ts';
import type { Check } from '../doctor/check.ts';
import { checkGit, checkNode } from '../doctor/environment.ts';
import { checkRepository } from '../doctor/repository.ts';
import { checkTool } from '../doctor/tool.ts';

export async function doctor(context: CommandContext): Promise<number> {
  const { io, configuration } = context;
  const git = await checkGit();
  const checks = [
    checkNode(process.versions.node),
    git,
    ...(git.verdict === 'fail' ? [] : await checkRepository(io.cwd)),
    ...(await checkTool(context)),
  ];
  const { settings } = configuration;
  if (settings.text('format') === 'json') {
    io.stdout.write(`${JSON.stringify({ schemaVersion: 1, checks }, null, 2)}\n`);
  } else {
    const shown = settings.isOn('quiet') ? checks.filter(({ verdict }) => verdict !== 'ok') : checks;
    io.stdout.write(toText(shown));
    if (!settings.isOn('quiet')) io.stdout.write(`${closing(checks)}\n`);
  }
  return checks.some(({ verdict }) => verdict === 'fail') ? EXIT.findings : EXIT.ok;
}

function toText(checks: readonly Check[]): string {
  return checks
    .flatMap(({ name, verdict, text, mend }) => [
      `${verdict.padEnd(4)}  ${name.padEnd(13)}  ${escapeControl(text)}`,
      ...(mend === undefined ? [] : [`${' '.repeat(21)}-> ${escapeControl(mend)}`]),
    ])
    .map((line) => `${line}\n`)
    .join('');
}

function closing(checks: readonly Check[]): string {
  const count = (verdict: Check['verdict']) => checks.filter((check) => check.verdict === verdict).length;
  const [failed, warned] = [count('fail'), count('warn')];
  if (failed + warned === 0) return 'All is well.';
  return [
    ...(failed > 0 ? [`${plural(failed, 'check')} failed`] : []),
    ...(warned > 0 ? [plural(warned, 'warning')] : []),
  ].join(', ');
}
