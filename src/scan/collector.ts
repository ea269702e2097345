import { atTime } from '../detect/age.ts';
import type { SourceHit } from '../source/source.ts';
import type { CoverageCounter } from './coverage.ts';
import type { LocatedHit, Place } from './findings.ts';

/** Gathers hits with their places, and leaves out, counted, what an inline comment or a path entry allows. */
export class HitCollector {
  readonly located: LocatedHit[] = [];
  /** What the receiver of a push has already. */
  readonly held: LocatedHit[] = [];
  readonly #coverage: CoverageCounter;
  readonly #isAllowedPath: (absolutePath: string) => boolean;
  readonly #now: number;

  /** `now` in milliseconds since 1970: what has expired by then is `info`. */
  constructor(coverage: CoverageCounter, isAllowedPath: (absolutePath: string) => boolean, now: number) {
    this.#now = now;
    this.#coverage = coverage;
    this.#isAllowedPath = isAllowedPath;
  }

  /** `file` is the absolute path that allow entries are held against; absent for what is no file. */
  add(hit: SourceHit, place: Place, file?: string): void {
    if (hit.allowedBy !== undefined) this.#coverage.suppressed.inline++;
    else if (file !== undefined && this.#isAllowedPath(file)) this.#coverage.suppressed.allowFile++;
    else
      this.located.push({
        hit: atTime(hit, this.#now),
        place: hit.member === undefined ? place : inMember(place, hit.member),
      });
  }
}

function inMember(place: Place, member: string): Place {
  return { ...place, path: `${place.path ?? ''}!${member}` };
}
