import type { Io } from '../base/io.ts';
import { escapeControl } from '../report/escape.ts';
import { formatBytes, formatCount, formatDuration } from '../report/numbers.ts';
import { clipToWidth } from '../report/width.ts';
import { terminalWidth } from './terminal.ts';

/** How far a run is. `done`, `total` and `bytes` count from the phase's start. */
export interface ProgressState {
  /** What is being done, e.g. `reading objects`. */
  phase: string;
  done: number;
  total?: number;
  /** What `done` counts, e.g. `objects`. */
  unit?: string;
  bytes?: number;
}

export interface Progress {
  /** May be called as often as there is news; how often something is drawn is not the caller's concern. */
  update(state: ProgressState): void;
  /** Takes the line away before anything else is written to the terminal; the next update draws it again. */
  clear(): void;
}

/** Draws no more often than this. */
const INTERVAL_MS = 100;
/** A time left that is guessed from less than this would jump about. */
const GUESS_AFTER_MS = 1_000;
const ERASE_LINE = '\r\x1b[K';

/** One updating line on standard error when that is a terminal; silent otherwise, and where a CI system pretends to be one. */
export function createProgress(io: Pick<Io, 'stderr' | 'env' | 'now'>, isWanted = true): Progress {
  const isAnimated = isWanted && io.stderr.isTTY === true && io.env['TERM'] !== 'dumb' && !io.env['CI'];
  return isAnimated ? createLineProgress(io) : SILENT_PROGRESS;
}

const SILENT_PROGRESS: Progress = { update() {}, clear() {} };

/** A line per phase, for logs. `write` gets whole lines. */
export function createPlainProgress(write: (line: string) => void): Progress {
  let phase: string | undefined;
  return {
    update(state) {
      if (state.phase === phase) return;
      phase = state.phase;
      write(`${escapeControl(state.phase)}\n`);
    },
    clear() {},
  };
}

/** Collects every state, for tests. */
export function createRecordedProgress(): Progress & { readonly states: ProgressState[] } {
  const states: ProgressState[] = [];
  return { states, update: (state) => void states.push(state), clear() {} };
}

function createLineProgress(io: Pick<Io, 'stderr' | 'now'>): Progress {
  let phase: string | undefined;
  let phaseStart = 0;
  let lastDrawn = Number.NEGATIVE_INFINITY;
  let isDrawn = false;
  return {
    update(state) {
      const now = io.now();
      const isNewPhase = state.phase !== phase;
      if (isNewPhase) {
        phase = state.phase;
        phaseStart = now;
      }
      if (!isNewPhase && now - lastDrawn < INTERVAL_MS) return;
      lastDrawn = now;
      isDrawn = true;
      // The last column stays empty: a terminal would wrap, and the erase would then miss half of the line.
      const room = (terminalWidth(io.stderr) ?? 80) - 1;
      io.stderr.write(
        `${ERASE_LINE}${clipToWidth(escapeControl(formatProgress(state, now - phaseStart)), room)}`,
      );
    },
    clear() {
      if (isDrawn) io.stderr.write(ERASE_LINE);
      isDrawn = false;
      lastDrawn = Number.NEGATIVE_INFINITY;
    },
  };
}

/** `reading objects  12,408 of 20,000 objects (62%)  345 MB/s  about 3 s left`. */
export function formatProgress(state: ProgressState, elapsedMs: number): string {
  const { phase, done, total, unit, bytes } = state;
  const share = total !== undefined && total > 0 ? Math.min(1, done / total) : undefined;
  const count = total === undefined ? formatCount(done) : `${formatCount(done)} of ${formatCount(total)}`;
  const parts = [phase];
  if (done > 0 || total !== undefined) {
    const percent = share === undefined ? '' : ` (${Math.floor(share * 100)}%)`;
    parts.push(`${count}${unit === undefined ? '' : ` ${unit}`}${percent}`);
  }
  if (bytes !== undefined && bytes > 0 && elapsedMs > 0)
    parts.push(`${formatBytes((bytes * 1000) / elapsedMs)}/s`);
  if (share !== undefined && share > 0 && share < 1 && elapsedMs >= GUESS_AFTER_MS) {
    parts.push(
      `about ${formatDuration(Math.max(1000, Math.round((elapsedMs * (1 - share)) / share / 1000) * 1000))} left`,
    );
  }
  return parts.join('  ');
}
