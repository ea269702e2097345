import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../base/errors.ts';
import type { JobOutcome, JobResult, JobSpec } from '../schedule/types.ts';
import { entranceOf } from './accounts-run.ts';
import type { CommandContext } from './commands.ts';
import type { CommandName } from './options.ts';
import { givenOptions } from './resume.ts';

/** What a job's command is, and begins with. */
const COMMAND_OF: Partial<Record<JobSpec['name'], { command: CommandName; words: readonly string[] }>> = {
  sweep: { command: 'scan', words: ['--history'] },
  audit: { command: 'audit', words: [] },
};

const OUTCOMES: Readonly<Record<number, JobOutcome>> = {
  [EXIT.ok]: 'done',
  [EXIT.findings]: 'attention',
  [EXIT.interrupted]: 'interrupted',
};

/** A job of much work, as a process of its own: it must not keep the others, the signals and the health endpoint waiting. */
export async function runSelf(context: CommandContext, job: JobSpec, folder: string): Promise<JobResult> {
  const { io, signal } = context;
  const words = wordsOf(context, job);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const report = join(folder, `${job.name}.json`);
  const next = `${report}.next`;
  const output = openSync(next, 'w', 0o600);
  const child = spawn(process.execPath, [process.argv[1]!, ...words], {
    cwd: io.cwd,
    env: { ...io.env },
    stdio: ['ignore', output, 'pipe'],
  });
  closeSync(output);
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2_000);
  });
  const stop = () => child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  try {
    const status = await new Promise<number>((done, fail) => {
      child.on('error', fail);
      child.on('close', (code) => done(code ?? EXIT.interrupted));
    });
    // The report of the run before stays where this one made none.
    if (statSync(next).size > 0) renameSync(next, report);
    else rmSync(next);
    const lastLine = said.trim().split('\n').at(-1) ?? '';
    const outcome = OUTCOMES[status] ?? 'failed';
    const detail = outcome === 'failed' && lastLine !== '' ? `: ${lastLine}` : '';
    return {
      outcome,
      text: `keyturn ${words.join(' ')} ended with ${status}${detail}; see ${report}`,
      accounts: [],
      events: [],
    };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** An audit is of the accounts that all jobs are about, unless its arguments say otherwise. */
function wordsOf(context: CommandContext, { name, arguments: own }: JobSpec): string[] {
  const { command, words } = COMMAND_OF[name]!;
  const isOver =
    name === 'audit' &&
    entranceOf(context.configuration).ids !== undefined &&
    !own.some((word) => word.startsWith('--accounts'));
  return [
    command,
    ...words,
    ...givenOptions(context, command),
    ...(isOver ? ['--accounts', 'config'] : []),
    '--format',
    'json',
    '--quiet',
    ...own,
  ];
}
