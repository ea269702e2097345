import { createReadBuffer } from '../source/source.ts';
import { scanStdin as scanStream } from '../source/stdin.ts';
import type { ScanRun } from './run.ts';

const NAME = '<stdin>';

/** Scans what comes in on standard input. */
export async function scanStdin({ environment, tools, coverage, collector }: ScanRun): Promise<void> {
  const { scanner } = tools();
  const input = untilStopped(environment.stdin, environment.signal);
  const { hits, gaps, bytes } = await scanStream(input, NAME, scanner, createReadBuffer());
  for (const hit of hits) collector.add(hit, { source: 'stdin' });
  for (const gap of gaps) coverage.gap(gap);
  coverage.bytes(bytes);
}

/** An interrupted stream ends there: what came until then is scanned. */
async function* untilStopped(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
