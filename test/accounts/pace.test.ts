import { afterEach, describe, expect, it } from 'vitest';
import { forEachAccount } from '../../src/accounts/for-each.ts';
import { createPace } from '../../src/accounts/pace.ts';
import { closeSandboxes } from '../helpers/sandbox.ts';
import { openOrganization, selectIn } from './organization.ts';

afterEach(closeSandboxes);

/** A clock that stands still until someone sleeps. */
function testClock() {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
}

describe('createPace', () => {
  it('lets through so many a second and saves nothing up', async () => {
    const clock = testClock();
    const pace = createPace(4, clock);
    const times: number[] = [];
    for (let call = 0; call < 4; call++) {
      await pace();
      times.push(clock.now());
    }
    await clock.sleep(10_000);
    for (let call = 0; call < 3; call++) {
      await pace();
      times.push(clock.now());
    }
    expect(times).toEqual([0, 250, 500, 750, 10_750, 11_000, 11_250]);
  });

  it('is waited for before every attempt in every account', async () => {
    const sandbox = await openOrganization(4);
    let asked = 0;
    const pace = async () => {
      asked++;
    };
    const selection = await selectIn(sandbox, {}, { pace, maxAttempts: 3 });
    sandbox.control.faults.add({ kind: 'unavailable', action: 'GetAccountSummary' });
    await forEachAccount(selection, ({ iam }) => iam.accountSummary(), {
      purpose: 'test',
      now: sandbox.control.clock.now,
    });
    expect(asked).toBe(sandbox.control.journal.length);
    expect(asked).toBe(1 + 1 + 3 + 4 + 1);
  });
});
