import type { CandidateList } from '../types.ts';

const FIRST_CAPACITY = 64;

/** A `CandidateList` that is kept in order while it is filled: by offset, then by tag, without repetitions. */
export class CandidateBuffer implements CandidateList {
  count = 0;
  offsets = new Int32Array(FIRST_CAPACITY);
  tags = new Uint8Array(FIRST_CAPACITY);

  /** Cheap when candidates come nearly in order, as they do: the search finds them at most some 300 bytes out of place. */
  add(offset: number, tag: number): void {
    let at = this.count;
    while (at > 0 && this.isAfter(at - 1, offset, tag)) at--;
    if (at > 0 && this.offsets[at - 1] === offset && this.tags[at - 1] === tag) return;
    if (this.count === this.offsets.length) this.grow();
    this.offsets.copyWithin(at + 1, at, this.count);
    this.tags.copyWithin(at + 1, at, this.count);
    this.offsets[at] = offset;
    this.tags[at] = tag;
    this.count++;
  }

  private isAfter(at: number, offset: number, tag: number): boolean {
    const other = this.offsets[at]!;
    return other > offset || (other === offset && this.tags[at]! > tag);
  }

  private grow(): void {
    const { offsets, tags } = this;
    this.offsets = new Int32Array(2 * offsets.length);
    this.tags = new Uint8Array(2 * tags.length);
    this.offsets.set(offsets);
    this.tags.set(tags);
  }
}
