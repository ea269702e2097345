import { describe, expect, it } from 'vitest';
import { createClock } from '../../src/sandbox/clock.ts';

describe('the clock', () => {
  it('runs with its host, wherever it was turned to', () => {
    let host = 1000;
    const clock = createClock(() => host);
    expect(clock.now()).toBe(1000);
    clock.advance(50);
    host = 1010;
    expect(clock.now()).toBe(1060);
    clock.set(5);
    host = 1011;
    expect(clock.now()).toBe(6);
  });

  it('starts where it is told to', () => {
    expect(createClock(() => 7, 100).now()).toBe(100);
  });

  it('stands still when frozen, can be turned then, and runs on from there', () => {
    let host = 0;
    const clock = createClock(() => host);
    clock.freeze();
    host = 100;
    expect(clock.now()).toBe(0);
    clock.advance(5);
    expect(clock.now()).toBe(5);
    clock.run();
    host = 101;
    expect(clock.now()).toBe(6);
  });
});
