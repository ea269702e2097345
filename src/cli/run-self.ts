import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../base/errors.ts';
import type { JobOutcome, JobResult, JobSpec } from '../schedule/types.ts';
import type { CommandContext } from './commands.ts';

/** What a job's command begins with. */
const COMMAND_OF: Partial<Record<JobSpec['name'], readonly string[]>> = {
  sweep: ['scan', '--history'],
  audit: ['audit'],
};

const OUTCOMES: Readonly<Record<number, JobOutcome>> = {
  [EXIT.ok]: 'done',
  [EXIT.findings]: 'attention',
  [EXIT.interrupted]: 'interrupted',
};

/** A job of much work, as a process of its own: it must not keep the others, the signals and the health endpoint waiting. */
export async function runSelf(
  { io, signal }: CommandContext,
  job: JobSpec,
  folder: string,
): Promise<JobResult> {
  const words = [...(COMMAND_OF[job.name] ?? []), '--format', 'json', '--quiet', ...job.arguments];
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
