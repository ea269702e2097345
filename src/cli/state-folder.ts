import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Io } from '../base/io.ts';

/** Where what runs must know of each other is kept, for this user: by the XDG rules. */
export function stateFolder(env: Io['env']): string {
  return join(env['XDG_STATE_HOME'] ?? join(env['HOME'] ?? homedir(), '.local/state'), 'keyturn');
}
