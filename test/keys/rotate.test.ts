import { describe, expect, it } from 'vitest';
import { createBench, flawsAtEnd, keysIn } from './bench.ts';

describe('rotate', () => {
  it.each(['holds-key', 'absent', 'other'] as const)('replaces a key whose secret: %s', async (secret) => {
    const bench = createBench({ secret });
    const outcome = await bench.run();
    expect(outcome).toMatchObject({ state: 'done' });
    expect(flawsAtEnd(bench)).toEqual([]);
    expect(keysIn(bench.account).map(({ status }) => status)).toEqual(['Inactive', 'Active']);
  });
});
