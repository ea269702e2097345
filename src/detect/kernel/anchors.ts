import { type AnchorSet, STRUCTURAL } from '../types.ts';

export const ANCHOR_LENGTHS = { least: 3, most: 32 } as const;
/** Room for literals in the kernel's tables. */
export const MOST_ANCHORS = 1024;
/** So that literal, tail and the bytes around stay within the 256 bytes a candidate may span. */
const LONGEST_TAIL = 200;

/** Refuses, with a RangeError, what the kernels' tables cannot hold. Pattern files were checked before, with line and column. */
export function checkAnchors({ anchors }: AnchorSet): void {
  if (anchors.length > MOST_ANCHORS) throw new RangeError(`more than ${MOST_ANCHORS} anchors`);
  for (const { bytes, tag, tail } of anchors) {
    const { least, most } = ANCHOR_LENGTHS;
    if (bytes.length < least || bytes.length > most)
      throw new RangeError(`an anchor has ${least} to ${most} bytes, not ${bytes.length}`);
    if (!Number.isInteger(tag) || tag < 1 || tag >= STRUCTURAL.secretRun)
      throw new RangeError(`anchor tag ${tag} is out of range`);
    if (tail && (!Number.isInteger(tail.min) || tail.min < 0 || tail.min > LONGEST_TAIL)) {
      throw new RangeError(`anchor tail of ${tail.min} bytes is out of range`);
    }
  }
}
