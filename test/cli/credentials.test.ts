import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { createFakeIo } from './fake-io.ts';

describe('keyturn credentials', () => {
  it('prints no secret to a terminal, and does not even ask for it', async () => {
    const io = createFakeIo({ isTTY: true, env: { HOME: '/nonexistent' } });
    expect(await main(['credentials', 'keyturn/ci'], io)).toBe(2);
    expect(io.out()).toBe('');
    expect(io.err()).toContain('this would print a secret access key to the terminal');
  });

  it('does not serve a secret to the one who is to read it', async () => {
    const io = createFakeIo({ env: { HOME: '/nonexistent', KEYTURN_SERVING: 'app/a keyturn/ci' } });
    expect(await main(['credentials', 'keyturn/ci'], io)).toBe(2);
    expect(io.err()).toContain('keyturn would need credentials that are in it');
  });
});
