import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  authorship,
  configCommand,
  hookScript,
  huskyBlock,
  insertBlock,
  recordedTarget,
  removeBlock,
} from '../../src/hook/script.ts';
import { HOOK_EVENTS } from '../../src/hook/types.ts';

const path = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !/[\0\r]|@[A-Z]+@/.test(text));
const event = fc.constantFrom(...HOOK_EVENTS);
const TARGET = { node: '/bin/node', script: '/keyturn.js' };

describe('hook scripts', () => {
  it('are in step with hooks/*.sh', () => {
    execFileSync(process.execPath, ['scripts/build-hooks.mjs', '--check']);
  });

  it('hold a path of any characters, and give it back', () => {
    fc.assert(
      fc.property(event, path, path, (of, node, script) => {
        const text = hookScript(
          { event: of, target: { node, script } },
          { besideAs: `${of}.keyturn-chained` },
        );
        expect(recordedTarget(text)).toEqual({ node, script });
        expect(authorship(text)).toBe('own');
      }),
    );
  });

  it('know every edit', () => {
    const text = configCommand({ event: 'pre-push', target: TARGET });
    fc.assert(
      fc.property(fc.nat(text.length), fc.string({ minLength: 1 }), (at, inserted) => {
        expect(authorship(text.slice(0, at) + inserted + text.slice(at))).not.toBe('own');
      }),
    );
    expect(authorship(text.replaceAll('\n', '\r\n'))).toBe('changed');
    expect(authorship('#!/bin/sh\n')).toBe('foreign');
  });

  it.each(HOOK_EVENTS)('%s: a block goes into any file and comes out without a trace', (of) => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '\n', '#!/bin/sh\n', '. _/husky.sh\n') }),
        (before) => {
          const after = insertBlock(before, huskyBlock({ event: of }), of);
          expect(after).not.toBe(before);
          expect(removeBlock(after)).toBe(before);
          expect(insertBlock(after, huskyBlock({ event: of }), of)).toBe(after);
        },
      ),
    );
  });

  it.each(HOOK_EVENTS)('%s: are what a POSIX shell takes', (of) => {
    const texts = [
      hookScript({ event: of, target: TARGET }, { besideAs: 'x' }),
      huskyBlock({ event: of }),
      `${configCommand({ event: of, target: TARGET })} "$@"`,
    ];
    for (const text of texts) execFileSync('sh', ['-n'], { input: text });
  });
});
