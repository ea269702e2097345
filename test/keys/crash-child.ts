import { connectAws } from '../../src/aws/connect.ts';
import { systemClock } from '../../src/base/clock.ts';
import { openJournal } from '../../src/keys/journal.ts';
import { rotate } from '../../src/keys/rotate.ts';
import { newMemory } from '../../src/keys/session.ts';
import { openSinks } from '../../src/keys/sinks/open.ts';
import { parseSink } from '../../src/keys/sinks/spec.ts';
import { NO_WAIT } from './bench.ts';

/** One process that rotates over HTTP with the SDK's clients; the crash suite ends it wherever it likes. */
export interface CrashOrder {
  user: string;
  retire: string;
  secretName: string;
  journal: string;
  /** As with `--sink`. */
  sinks: string[];
}

const { journal: file, sinks, ...order } = JSON.parse(process.argv[2]!) as CrashOrder;
const aws = await connectAws({ maxAttempts: 3 });
const self = await aws.sts.self();
const journal = openJournal({ file, run: String(process.pid), actor: self.arn, now: Date.now });
const outcome = await rotate(
  {
    aws,
    clock: systemClock,
    journal,
    self,
    order: { ...order, reason: 'crash suite' },
    rules: NO_WAIT,
    pace: {
      settleMs: 200,
      pollMs: 20,
      lockMs: 60_000,
      verify: { times: 2, everyMs: 5, deadlineMs: 10_000 },
      dead: { times: 2, everyMs: 5, deadlineMs: 10_000, waitMs: 20 },
    },
    sinks: openSinks(
      sinks.map((sink) => parseSink(sink, (path) => path)),
      { ...order, accountId: self.accountId },
      { aws, env: process.env },
    ),
    memory: newMemory(),
  },
  { runner: { host: 'here', pid: process.pid, isAlive }, protection: { users: [], tags: [], paths: [] } },
);
process.exitCode = outcome.state === 'done' ? 0 : 1;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
