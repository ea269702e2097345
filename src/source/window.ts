import { isAscii } from 'node:buffer';
import { countLines, lineEnd, lineStart, type TextEncoding, unitSize, unitsIn } from '../detect/line.ts';
import type { Hit } from '../detect/types.ts';
import { isArchive } from './archive.ts';
import { isLfsPointer } from './lfs.ts';
import type { BlobScan, BlobScanner, Note, SourceHit } from './source.ts';

/** Shared by two neighbouring windows. */
const OVERLAP_BYTES = 64 * 1024;
/** How far into the overlap a line may begin with which the next window begins: three quarters of it remain as context. */
const LINE_SEARCH_BYTES = OVERLAP_BYTES / 4;
/** Bytes by which UTF-16 without a mark is known. */
const GUESS_BYTES = 256;

/**
 * Scans a stream of bytes in a buffer of constant size. What fits is scanned as one blob; what does not, in windows that
 * overlap. A hit belongs to the one window in whose share of the bytes it begins, and both windows that see the overlap see
 * at least a quarter of it on either side of the border between their shares, so a hit is neither lost nor found twice.
 */
export class WindowScan {
  /** The stream is an archive and does not fit: it has been scanned as it stands, not its members. */
  isLargeArchive = false;
  readonly #scanner: BlobScanner;
  readonly #name: string;
  readonly #buffer: Uint8Array;
  readonly #hits: SourceHit[] = [];
  /** Bytes in the buffer. */
  #length = 0;
  /** Bytes at the buffer's start that only repeat the byte order mark, without which a later window is not known as UTF-16. */
  #mark = 0;
  #encoding: TextEncoding = 'utf-8';
  /** Where the window's first byte (after the mark) stands in the stream, and the position of the character there. */
  #offset = 0;
  #line = 0;
  #column = 0;
  /** Stream offset where this window's share begins. */
  #shareStart = 0;
  #isFirst = true;

  constructor(scanner: BlobScanner, name: string, buffer: Uint8Array) {
    this.#scanner = scanner;
    this.#name = name;
    this.#buffer = buffer;
  }

  /** Free space: never empty. */
  room(): Uint8Array {
    if (this.#length === this.#buffer.length) this.#advance();
    return this.#buffer.subarray(this.#length);
  }

  /** The first `length` bytes of `room()` now hold what came next. */
  filled(length: number): void {
    this.#length += length;
  }

  /** For bytes that already stand elsewhere. */
  write(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0) {
      const room = this.room();
      const part = rest.subarray(0, room.length);
      room.set(part);
      this.filled(part.length);
      rest = rest.subarray(part.length);
    }
  }

  /** All bytes have come. */
  end(): BlobScan {
    if (!this.#isFirst) return this.endOfPart();
    const window = this.#buffer.subarray(0, this.#length);
    const { hits, gaps } = this.#scanner.scan(window, undefined, this.#name);
    const notes: Note[] = isLfsPointer(window) ? [{ reason: 'lfs-pointer', example: this.#name }] : [];
    return { hits, gaps, notes, bytes: this.#length };
  }

  /** The same for bytes that are not to be taken for an archive even if they all fit. */
  endOfPart(): BlobScan {
    this.#collect(this.#buffer.subarray(0, this.#length), Number.POSITIVE_INFINITY);
    return { hits: this.#hits, gaps: [], notes: [], bytes: this.#offset + this.#length - this.#mark };
  }

  #advance(): void {
    const window = this.#buffer.subarray(0, this.#length);
    if (this.#isFirst) {
      this.#encoding = encodingOf(window);
      this.isLargeArchive = isArchive(window);
    }
    const border = this.#length - OVERLAP_BYTES / 2;
    this.#collect(window, this.#offset + border - this.#mark);

    const encoding = this.#encoding;
    const start = nextStart(window, this.#length - OVERLAP_BYTES, encoding);
    const lines = countLines(window, this.#mark, start, encoding);
    const lineFrom = lines === 0 ? this.#mark : lineStart(window, start, encoding);
    const column = countUnits(window, lineFrom, start, encoding);
    this.#column = lines === 0 ? this.#column + column : column;
    this.#line += lines;
    this.#offset += start - this.#mark;
    this.#shareStart = this.#offset + border - start;

    if (this.#isFirst && hasByteOrderMark(window)) this.#mark = 2;
    this.#isFirst = false;
    this.#buffer.copyWithin(this.#mark, start, this.#length);
    this.#length = this.#mark + this.#length - start;
  }

  #collect(window: Uint8Array, shareEnd: number): void {
    for (const hit of this.#scanner.detect(window)) {
      const offset = this.#offset + hit.offset - this.#mark;
      if (offset >= this.#shareStart && offset < shareEnd) this.#hits.push(this.#moved(hit, offset));
    }
  }

  /** The hit with its place in the whole stream. */
  #moved(hit: Hit, offset: number): SourceHit {
    const { line, column, endLine, endColumn } = hit;
    return {
      ...hit,
      offset,
      line: line + this.#line,
      endLine: endLine + this.#line,
      column: line === 1 ? column + this.#column : column,
      endColumn: endLine === 1 ? endColumn + this.#column : endColumn,
    };
  }
}

/** By the mark, or by the zeros that every second byte of western text is. Good enough to count by: hits are not decided here. */
function encodingOf(bytes: Uint8Array): TextEncoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const zeros = [0, 0];
  for (let at = 0; at < GUESS_BYTES; at++) if (bytes[at] === 0) zeros[at % 2]!++;
  if (zeros[0] === 0 && zeros[1]! > GUESS_BYTES / 4) return 'utf-16le';
  return zeros[1] === 0 && zeros[0]! > GUESS_BYTES / 4 ? 'utf-16be' : 'utf-8';
}

function hasByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0]! >= 0xfe && bytes[0]! + bytes[1]! === 0xfe + 0xff;
}

/** The first beginning of a line near `from`; within a longer line, the next beginning of a character. */
function nextStart(bytes: Uint8Array, from: number, encoding: TextEncoding): number {
  const first = from - (from % unitSize(encoding));
  const start = lineEnd(bytes.subarray(0, first + LINE_SEARCH_BYTES), first, encoding) + unitSize(encoding);
  if (start <= first + LINE_SEARCH_BYTES) return start;
  let character = first;
  if (encoding === 'utf-8') while (character < first + 3 && bytes[character]! >> 6 === 2) character++;
  return character;
}

// Perf: what is one line throughout is mostly ASCII, which is told ten times as fast as characters are counted.
function countUnits(bytes: Uint8Array, from: number, to: number, encoding: TextEncoding): number {
  if (encoding === 'utf-8' && isAscii(bytes.subarray(from, to))) return to - from;
  return unitsIn(bytes, from, to, encoding);
}
