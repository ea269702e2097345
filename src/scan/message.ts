import { readFileSync } from 'node:fs';
import { KeyturnError } from '../base/errors.ts';
import { commentPrefix, withoutDropped } from '../git/commit-message.ts';
import { openRepository } from '../git/repository.ts';
import type { ScanRun } from './run.ts';

/** Scans the message of the commit that is being made, without what git drops of its file. */
export async function scanMessage({ plan, environment, tools, coverage, collector }: ScanRun): Promise<void> {
  const bytes = readMessage(plan.messageFile!);
  const options = { inheritRepository: true, signal: environment.signal };
  const repository = await openRepository(plan.cwd, options);
  const prefix = plan.hasEditor ? await commentPrefix(repository, options) : undefined;
  const text = Buffer.from(withoutDropped(bytes.toString('latin1'), prefix), 'latin1');
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
