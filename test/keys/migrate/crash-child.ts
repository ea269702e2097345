import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMigration, type Place } from './bench.ts';

/** One process that moves keys over HTTP; the crash suite kills it at a call, or it kills itself at a step. */
export interface CrashOrder extends Place {
  /** The number of the step before which to die. */
  dieAt?: number;
}

const order = JSON.parse(process.argv[2]!) as CrashOrder;
const { migrate, credentialsFile } = await createMigration(order);
const env = join(order.folder, '.env');
let steps = 0;
let sources = [credentialsFile, env];
await migrate({
  plan: { files: [credentialsFile, env], profileForEnv: 'app' },
  tools: {
    onStep: (step) => {
      process.stdout.write(`${step}\n`);
      if (step === 'remove the backup') sources = sources.slice(1);
      if (++steps !== order.dieAt) return;
      // Half of a file, as a crash in the middle of writing it leaves.
      if (/^(?:write|rewrite)/.test(step)) writeFileSync(`${sources[0]}.keyturn-new`, '[c', { mode: 0o600 });
      process.kill(process.pid, 'SIGKILL');
    },
  },
});
