import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage } from '../base/errors.ts';
import { findRepository } from '../git/repository.ts';
import type { CommandContext } from './commands.ts';

/** In the git folder that all linked work trees share. */
const RECORD_NAME = 'keyturn-skips.ndjson';

/** Says and records that a hook let something pass unseen: when, which hook, and which objects. Neither URLs nor names, which may hold secrets. */
export async function recordSkip(event: string, input: string, { io, log }: CommandContext): Promise<void> {
  const objects = [...new Set(input.match(/\b(?:[0-9a-f]{64}|[0-9a-f]{40})\b/g) ?? [])].filter(
    (id) => !/^0+$/.test(id),
  );
  const line = JSON.stringify({ time: new Date(io.now()).toISOString(), event, objects });
  try {
    const repository = await findRepository(io.cwd, { inheritRepository: true });
    if (repository === undefined) throw new Error('not a git repository');
    appendFileSync(join(repository.commonDir, RECORD_NAME), `${line}\n`, { mode: 0o600 });
    log.error(`KEYTURN_SKIP=1: ${event} was not scanned; recorded in ${RECORD_NAME} of the git folder`);
  } catch (error) {
    log.error(
      `KEYTURN_SKIP=1: ${event} was not scanned, and that could not be recorded: ${errorMessage(error)}`,
    );
  }
}
