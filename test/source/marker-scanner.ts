import { countLines, lineStart, textEncodingOf, unitsIn } from '../../src/detect/line.ts';
import type { Hit } from '../../src/detect/types.ts';
import { DEFAULT_ARCHIVE_LIMITS, expandArchive, isArchive } from '../../src/source/archive.ts';
import type { FileReader } from '../../src/source/file.ts';
import { type BlobScanner, createReadBuffer, type SourceHit } from '../../src/source/source.ts';

/** Something to find: `MARK` and four digits. */
export function marker(number: number): string {
  return `MARK${String(number).padStart(4, '0')}`;
}

/** Finds markers, in UTF-8 and UTF-16; `keyId` is the marker. Stands for the detector, whose tests are its own. */
export function createMarkerScanner(limits = DEFAULT_ARCHIVE_LIMITS): BlobScanner {
  function detect(bytes: Uint8Array): Hit[] {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    return [...text.matchAll(/M\0?A\0?R\0?K(?:\0?[0-9]){4}/g)].map((match) =>
      toHit(bytes, match.index, match[0]),
    );
  }

  return {
    detect,
    scan(bytes, _candidates, name) {
      const result: { hits: SourceHit[]; gaps: ReturnType<BlobScanner['scan']>['gaps'] } = {
        hits: detect(bytes),
        gaps: [],
      };
      if (!isArchive(bytes)) return result;
      for (const item of expandArchive(bytes, name, limits)) {
        if ('gap' in item) {
          result.gaps.push(item.gap);
          continue;
        }
        const { span, path } = item;
        if (span !== undefined)
          result.hits = result.hits.filter(
            (hit) => hit.member !== undefined || hit.offset < span.start || hit.offset >= span.end,
          );
        for (const hit of detect(item.bytes)) result.hits.push({ ...hit, member: path });
      }
      return result;
    },
  };
}

export function createMarkerReader(options: Partial<FileReader> = {}): FileReader {
  return {
    scanner: createMarkerScanner(),
    buffer: createReadBuffer(),
    archive: DEFAULT_ARCHIVE_LIMITS,
    ...options,
  };
}

function toHit(bytes: Uint8Array, offset: number, text: string): Hit {
  const encoding = text.includes('\0') ? textEncodingOf(bytes, ['utf-16le']) : 'utf-8';
  const line = 1 + countLines(bytes, 0, offset, encoding);
  const column = 1 + unitsIn(bytes, lineStart(bytes, offset, encoding), offset, encoding);
  return {
    rule: 'marker',
    kind: 'marker',
    confidence: 'high',
    keyId: text.replaceAll('\0', ''),
    encoding: [],
    offset,
    line,
    column,
    endLine: line,
    endColumn: column + 8,
    excerpt: { text: '', from: 0, to: 0 },
  };
}
