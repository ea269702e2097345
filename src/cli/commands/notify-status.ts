import { EXIT } from '../../base/errors.ts';
import { type Box, readState } from '../../notify/state-file.ts';
import { escapeControl } from '../../report/escape.ts';
import type { CommandContext } from '../commands.ts';
import { notifyStateFile } from '../open-notifier.ts';

/** What waits for one recipient, and why. */
interface Row {
  channel: string;
  to: readonly string[];
  /** Events that no message is made of yet. */
  waiting: number;
  lastSent?: string;
  /** A message that could not be sent. */
  queued?: { events: number; attempts: number; since: string; next: string; error?: string };
}

/** Reads what runs left; sends nothing. */
export async function notifyStatus({ io, configuration }: CommandContext): Promise<number> {
  const file = notifyStateFile(io.env);
  const { told, boxes } = readState(file);
  const rows = [...boxes.values()].map(toRow);
  if (configuration.settings.text('format') === 'json') {
    const status = { schemaVersion: 1, file, told: told.size, recipients: rows };
    io.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
  } else {
    const lines = rows.length === 0 ? ['Nothing waits, and nothing was sent lately.'] : rows.flatMap(toLines);
    io.stdout.write(`${lines.map(escapeControl).join('\n')}\n`);
  }
  return rows.some(({ queued }) => queued !== undefined) ? EXIT.findings : EXIT.ok;
}

function toRow({ channel, to, held, outgoing, sentAt }: Box): Row {
  return {
    channel,
    to,
    waiting: held.length,
    ...(sentAt !== undefined && { lastSent: timeText(sentAt) }),
    ...(outgoing !== undefined && {
      queued: {
        events: outgoing.events.length,
        attempts: outgoing.attempts,
        since: timeText(outgoing.since),
        next: timeText(outgoing.notBefore),
        ...(outgoing.error !== undefined && { error: outgoing.error }),
      },
    }),
  };
}

function toLines({ channel, to, waiting, lastSent, queued }: Row): string[] {
  const facts = [
    ...(waiting === 0 ? [] : [`${waiting} for the next message`]),
    lastSent === undefined ? 'nothing sent yet' : `last sent ${lastSent}`,
  ];
  const head = `${[channel, ...to].join(' ')}  ${facts.join(', ')}`;
  if (queued === undefined) return [head];
  const { events, attempts, since, next, error } = queued;
  return [
    head,
    `  ${events} not sent since ${since}, after ${attempts} attempt${attempts === 1 ? '' : 's'}; the next from ${next} on`,
    ...(error === undefined ? [] : [`  ${error}`]),
  ];
}

function timeText(time: number): string {
  return new Date(time).toISOString();
}
