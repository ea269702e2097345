import type { Clock } from '../../base/clock.ts';
import type { Streak } from '../types.ts';

/** `again`: this answer says nothing either way. */
type Answer = 'yes' | 'no' | 'again';

/**
 * Asks until `times` answers in a row were yes: AWS agrees with itself late, and takes back what it said. Returns the last answer that
 * said something when the deadline comes first.
 */
export async function streakOf(
  { times, everyMs, deadlineMs }: Streak,
  clock: Clock,
  signal: AbortSignal | undefined,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const end = clock.now() + deadlineMs;
  let last: Answer = 'again';
  for (let streak = 0; ; ) {
    const answer = await ask();
    if (answer !== 'again') last = answer;
    streak = answer === 'yes' ? streak + 1 : 0;
    if (streak >= times) return 'yes';
    if (clock.now() + everyMs > end || signal?.aborted === true) return last === 'yes' ? 'again' : last;
    await clock.sleep(everyMs, signal);
  }
}
