import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { SnsPort } from '../../src/aws/sns.ts';
import type { Clock } from '../../src/base/clock.ts';
import { createLogger } from '../../src/base/log.ts';
import { createNotifier } from '../../src/notify/notifier.ts';
import type { Notifier, NotifyEvent } from '../../src/notify/types.ts';
import { planOf, redact } from './parts.ts';

export const NOW = Date.UTC(2026, 10, 26, 9);

/** A secret that is long enough to sign with. */
export const SIGNING_SECRET = 'a secret that only tests know';

let count = 0;

/** An event that is not like any before, unless `parts` says so. */
export function makeEvent(parts: Partial<NotifyEvent> = {}): NotifyEvent {
  count++;
  return {
    kind: 'key-due',
    owner: 'team-a',
    account: '111122223333',
    subject: `ci-${count} AKIA...AB12`,
    at: new Date(NOW),
    dueAt: new Date(NOW + 7 * 86_400_000),
    text: 'The key is 83 days old.',
    command: `keyturn keys rotate ci-${count} --apply`,
    dedupeKey: `key-due ${count}`,
    ...parts,
  };
}

/** Stands still until someone sleeps. */
export function fakeClock(start = NOW): Clock & { set(time: number): void; slept: number[] } {
  let time = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => time,
    sleep: async (ms) => {
      slept.push(ms);
      time += ms;
    },
    set(to) {
      time = to;
    },
  };
}

export interface Notifying {
  notifier: Notifier;
  clock: ReturnType<typeof fakeClock>;
  /** Lines of the log. */
  said: string[];
  stateFile: string;
  /** Another process with the same state: nothing is shared but the file. */
  again(): Promise<Notifier>;
}

export interface NotifyingOptions {
  env?: Record<string, string>;
  timeoutMs?: number;
  connectSns?: (region: string) => Promise<SnsPort>;
  stateFile?: string;
}

/** A notifier with a state of its own, on real sockets. `config` is what stands below `notify:`. */
export async function notifying(config: string, options: NotifyingOptions = {}): Promise<Notifying> {
  const folder = makeStateFolder();
  const stateFile = options.stateFile ?? join(folder, 'notify.json');
  const clock = fakeClock();
  const said: string[] = [];
  const log = createLogger({
    level: 'info',
    format: 'text',
    write: (line) => said.push(line),
    now: clock.now,
  });
  const again = async () =>
    createNotifier({
      plan: await planOf(config, folder),
      stateFile,
      redact,
      tools: {
        env: { SIGNING_SECRET, ...options.env },
        now: Date.now,
        timeoutMs: options.timeoutMs ?? 2_000,
        connectSns: options.connectSns ?? (() => Promise.reject(new Error('no SNS here'))),
      },
      clock,
      log,
    });
  return { notifier: await again(), clock, said, stateFile, again };
}

export function makeStateFolder(files: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-notify-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
