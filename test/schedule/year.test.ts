import { describe, expect, it } from 'vitest';
import { simulateYear } from './year.ts';

describe('a schedule, unattended', () => {
  it.each([1, 2])(
    'keeps every key young, every program at work and every secret, whatever happens (%d)',
    async (seed) => {
      // bench/year.ts runs the whole year over 20 accounts.
      const { violations, counts, oldest } = await simulateYear({
        seed,
        accounts: 2,
        usersPerAccount: 8,
        days: 210,
        chances: { throttled: 0.002, lostReply: 0.002, kill: 0.001 },
      });
      expect(violations).toEqual([]);
      // It did something, and something was done to it.
      expect(counts['times the runner was killed']).toBeGreaterThan(5);
      expect(counts['keys made']).toBeGreaterThan(20);
      expect(counts['keys deleted']).toBeGreaterThan(20);
      expect(counts['due times missed and caught up']).toBeGreaterThan(5);
      expect(oldest.ever).toBeGreaterThan(79);
    },
  );
});
