/** The sandbox's time: that of the host plus an offset, or standing still. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  set(to: number): void;
  advance(milliseconds: number): void;
  /** Stops where it is; `set` and `advance` still move it. */
  freeze(): void;
  /** Runs on from where it stands. */
  run(): void;
}

export function createClock(hostNow: () => number, start?: number): Clock {
  let offset = start === undefined ? 0 : start - hostNow();
  let frozenAt: number | undefined;
  const now = () => frozenAt ?? hostNow() + offset;
  const set = (to: number) => {
    if (frozenAt === undefined) offset = to - hostNow();
    else frozenAt = to;
  };
  return {
    now,
    set,
    advance: (milliseconds) => set(now() + milliseconds),
    freeze: () => {
      frozenAt = now();
    },
    run: () => {
      const from = now();
      frozenAt = undefined;
      set(from);
    },
  };
}
