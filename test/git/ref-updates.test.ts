import { describe, expect, it } from 'vitest';
import { parseRefUpdates } from '../../src/git/ref-updates.ts';

const ONE = '1'.repeat(40);
const TWO = '2'.repeat(40);
const ZERO = '0'.repeat(40);

describe('parseRefUpdates', () => {
  it('reads every line of a push, from the right', () => {
    const text = `main@{1 day ago} ${ONE} refs/heads/main ${TWO}\n(delete) ${ZERO} refs/heads/old ${ONE}\nHEAD ${ONE} refs/tags/v1 ${ZERO}\n`;
    expect(parseRefUpdates(text, 'pre-push', 'sha1')).toEqual([
      { ref: 'refs/heads/main', id: ONE, heldId: TWO },
      { ref: 'refs/heads/old', heldId: ONE },
      { ref: 'refs/tags/v1', id: ONE },
    ]);
  });

  it('reads pre-receive, which has old before new', () => {
    expect(parseRefUpdates(`${ONE} ${TWO} refs/heads/main\n`, 'pre-receive', 'sha1')).toEqual([
      { ref: 'refs/heads/main', id: TWO, heldId: ONE },
    ]);
  });

  it('refuses ids of the other hash (leaktk: 40 digits only)', () => {
    const long = '0'.repeat(64);
    const text = `main ${'1'.repeat(64)} refs/heads/main ${long}\n`;
    expect(parseRefUpdates(text, 'pre-push', 'sha256')).toEqual([
      { ref: 'refs/heads/main', id: '1'.repeat(64) },
    ]);
    expect(() => parseRefUpdates(text, 'pre-push', 'sha1')).toThrow('line 1');
  });
});
