import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Io } from '../base/io.ts';

/** Where a file is kept that has to outlive a run. */
export function stateFile(env: Io['env'], name: string): string {
  const state = env['XDG_STATE_HOME'] ?? join(env['HOME'] ?? homedir(), '.local/state');
  return join(state, 'keyturn', name);
}
