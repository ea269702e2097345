import { createReadBuffer } from '../source/source.ts';
import { scanStdin as scanStream } from '../source/stdin.ts';
import type { ScanRun } from './run.ts';

const NAME = '<stdin>';

/** Scans what comes in on standard input. */
export async function scanStdin({ environment, tools, coverage, collector }: ScanRun): Promise<void> {
  const { scanner } = tools();
  const { hits, gaps, bytes } = await scanStream(environment.stdin, NAME, scanner, createReadBuffer());
  for (const hit of hits) collector.add(hit, { source: 'stdin' });
  for (const gap of gaps) coverage.gap(gap);
  coverage.bytes(bytes);
}
