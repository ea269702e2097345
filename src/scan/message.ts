import { readFileSync } from 'node:fs';
import { KeyturnError } from '../base/errors.ts';
import { untilScissors } from '../git/commit-message.ts';
import type { ScanRun } from './run.ts';

/** Scans the message of the commit that is being made, without what git drops of its file. */
export async function scanMessage({ plan, tools, coverage, collector }: ScanRun): Promise<void> {
  const bytes = readMessage(plan.messageFile!);
  const text = Buffer.from(untilScissors(bytes.toString('latin1')), 'latin1');
  const { hits, gaps } = tools().scanner.scan(text, undefined, 'message');
  for (const hit of hits) collector.add(hit, { source: 'index', object: { type: 'commit', id: 'message' } });
  for (const gap of gaps) coverage.gap(gap);
  coverage.bytes(bytes.length);
}

function readMessage(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new KeyturnError(`${file}: cannot be read (${code ?? 'unknown error'})`, {
      code: 'unreadable-file',
      hint: 'Git gives a commit-msg hook the file that holds the message.',
      cause: error,
    });
  }
}
