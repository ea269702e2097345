import type { Coverage, Gap, GapEvent, GapReason } from '../report/result.ts';

const EXAMPLES_KEPT = 10;

/** Counts what was looked at, and, object by object, what could not be. */
export class CoverageCounter {
  readonly suppressed: Coverage['suppressed'] = {
    inline: 0,
    allowFile: 0,
    baseline: 0,
    belowConfidence: 0,
    examples: 0,
  };
  readonly #counts: Partial<Record<CountedUnit, number>> = {};
  readonly #gaps = new Map<GapReason, Gap>();
  readonly #notes = new Map<string, { reason: string; count: number; examples: string[] }>();
  #bytes = 0;

  count(unit: CountedUnit, by = 1): void {
    this.#counts[unit] = (this.#counts[unit] ?? 0) + by;
  }

  get bytesRead(): number {
    return this.#bytes;
  }

  bytes(by: number): void {
    this.#bytes += by;
  }

  gap(event: GapEvent): void {
    tally(this.#gaps, event.reason, event.example, event.count);
  }

  note(reason: string, example: string): void {
    tally(this.#notes, reason, example);
  }

  /** With `isStrict`, what was not looked at on purpose is a gap too. */
  toCoverage(isStrict: boolean): Coverage {
    const notes = [...this.#notes.values()];
    const gaps = [...this.#gaps.values()];
    return {
      ...this.#counts,
      bytes: this.#bytes,
      gaps: isStrict ? [...gaps, ...notes.map((note): Gap => ({ ...note, reason: 'missing-object' }))] : gaps,
      notes,
      suppressed: this.suppressed,
    };
  }
}

type CountedUnit = 'files' | 'blobs' | 'commits' | 'tags' | 'trees';

function tally<Reason extends string>(
  into: Map<Reason, { reason: Reason; count: number; examples: string[] }>,
  reason: Reason,
  example: string,
  count = 1,
): void {
  let entry = into.get(reason);
  if (entry === undefined) {
    entry = { reason, count: 0, examples: [] };
    into.set(reason, entry);
  }
  entry.count += count;
  if (entry.examples.length < EXAMPLES_KEPT) entry.examples.push(example);
}
