import { toHits } from '../detect/hit.ts';
import type { CandidateList, Detector, Hit, Prefilter, Span } from '../detect/types.ts';
import type { GapEvent } from '../report/result.ts';
import { type ArchiveLimits, expandArchive, isArchive } from '../source/archive.ts';
import type { BlobScanner, ScannedBytes, SourceHit } from '../source/source.ts';

/** Composes prefilter, detector and archives into what scans one blob in memory. */
export function createBlobScanner(
  detector: Detector,
  prefilter: Prefilter,
  limits: ArchiveLimits,
): BlobScanner {
  function scan(bytes: Uint8Array, candidates: CandidateList | undefined, name: string): ScannedBytes {
    const own = detect(bytes, candidates);
    return isArchive(bytes) ? scanArchive(bytes, own, name) : { hits: own, gaps: [] };
  }

  function scanArchive(bytes: Uint8Array, own: Hit[], name: string): ScannedBytes {
    const hits: SourceHit[] = [];
    const gaps: GapEvent[] = [];
    const seenInMembers: Span[] = [];
    for (const item of expandArchive(bytes, name, limits)) {
      if ('gap' in item) {
        gaps.push(item.gap);
        continue;
      }
      for (const hit of detect(item.bytes)) hits.push({ ...hit, member: item.path });
      if (item.span !== undefined) seenInMembers.push(item.span);
    }
    const isInMember = ({ offset }: Hit) =>
      seenInMembers.some(({ start, end }) => offset >= start && offset < end);
    return { hits: [...own.filter((hit) => !isInMember(hit)), ...hits], gaps };
  }

  function detect(bytes: Uint8Array, candidates?: CandidateList): Hit[] {
    // Detecting runs the prefilter again on what it decodes, which reuses the list: keep a copy of our own.
    const found = candidates ?? copyOf(prefilter.find(bytes));
    if (found.count === 0) return [];
    const matches = detector.detect(bytes, found);
    return matches.length === 0 ? [] : toHits(matches, bytes);
  }

  return { scan, detect };
}

const NONE: CandidateList = { count: 0, offsets: new Int32Array(0), tags: new Uint8Array(0) };

function copyOf({ count, offsets, tags }: CandidateList): CandidateList {
  return count === 0 ? NONE : { count, offsets: offsets.slice(0, count), tags: tags.slice(0, count) };
}
