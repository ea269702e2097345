import { systemClock } from '../../src/base/clock.ts';
import { createLogger } from '../../src/base/log.ts';
import { createNotifier } from '../../src/notify/notifier.ts';
import type { NotifyEvent } from '../../src/notify/types.ts';
import { planOf, redact } from './parts.ts';

/** One process that delivers the events of its standard input, a JSON list; the crash suite ends it wherever it likes. */
export interface CrashOrder {
  stateFile: string;
  url: string;
  /** In which the events are delivered, a part in each; one by default. */
  rounds?: number;
}

const { stateFile, url, rounds = 1 } = JSON.parse(process.argv[2]!) as CrashOrder;
let input = '';
for await (const chunk of process.stdin) input += chunk;
const events = (JSON.parse(input) as { at: string; dueAt: string }[]).map((event) => ({
  ...event,
  at: new Date(event.at),
  dueAt: new Date(event.dueAt),
})) as NotifyEvent[];
const notifier = createNotifier({
  plan: await planOf('channels:\n  ops: { type: slack, urlFrom: { env: SLACK_URL } }\n'),
  stateFile,
  redact,
  tools: {
    env: { SLACK_URL: url },
    now: Date.now,
    timeoutMs: 5000,
    connectSns: () => Promise.reject(new Error('no SNS here')),
  },
  clock: systemClock,
  log: createLogger({
    level: 'warn',
    format: 'text',
    write: (line) => process.stderr.write(line),
    now: Date.now,
  }),
});
const size = Math.ceil(events.length / rounds);
for (let at = 0; at < events.length; at += size) {
  const results = await notifier.deliver(events.slice(at, at + size));
  if (results.some(({ state }) => state === 'queued' || state === 'dropped')) process.exitCode = 1;
}
