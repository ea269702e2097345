/** How a blob's bytes make lines and columns. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

const LF = 10;

/** Bytes of one code unit that ends a line. */
export function unitSize(encoding: TextEncoding): 1 | 2 {
  return encoding === 'utf-8' ? 1 : 2;
}

/** Offset of the first byte of the line that holds `at`. */
export function lineStart(bytes: Uint8Array, at: number, encoding: TextEncoding): number {
  for (let i = Math.min(at, bytes.length) - 1; i >= 0; i--) {
    i = bytes.lastIndexOf(LF, i);
    if (i < 0) return 0;
    const end = endOfLineFeed(bytes, i, encoding);
    if (end > 0 && end <= at) return end;
  }
  return 0;
}

/** Offset of the line feed that ends the line holding `at`, or the length of the bytes. */
export function lineEnd(bytes: Uint8Array, at: number, encoding: TextEncoding): number {
  for (let i = at; i < bytes.length; i++) {
    i = bytes.indexOf(LF, i);
    if (i < 0) return bytes.length;
    const end = endOfLineFeed(bytes, i, encoding);
    if (end > at) return end - unitSize(encoding);
  }
  return bytes.length;
}

/** Where the next line starts when byte `at`, a LF, ends one; -1 when it is half of another UTF-16 unit. */
function endOfLineFeed(bytes: Uint8Array, at: number, encoding: TextEncoding): number {
  if (encoding === 'utf-8') return at + 1;
  if (encoding === 'utf-16le') return at % 2 === 0 && bytes[at + 1] === 0 ? at + 2 : -1;
  return at % 2 === 1 && bytes[at - 1] === 0 ? at + 1 : -1;
}

/** Number of lines that end in [from, to). */
export function countLines(bytes: Uint8Array, from: number, to: number, encoding: TextEncoding): number {
  let count = 0;
  for (let i = bytes.indexOf(LF, from); i >= 0 && i < to; i = bytes.indexOf(LF, i + 1)) {
    if (endOfLineFeed(bytes, i, encoding) > 0) count++;
  }
  return count;
}

/** Length of [from, to) in UTF-16 units once decoded; a byte order mark at the start of the blob counts nothing. */
export function unitsIn(bytes: Uint8Array, from: number, to: number, encoding: TextEncoding): number {
  const start = from === 0 ? Math.min(to, byteOrderMark(bytes, encoding)) : from;
  if (encoding !== 'utf-8') return (to - start) >> 1;
  let units = 0;
  for (let i = start; i < to; ) {
    const size = bytes[i]! < 0x80 ? 1 : sequenceLength(bytes, i);
    units += size === 4 ? 2 : 1;
    i += size;
  }
  return units;
}

/** [from, to) decoded; a byte that is no UTF-8 stands for the Latin-1 character of its number. */
export function decodeText(bytes: Uint8Array, from: number, to: number, encoding: TextEncoding): string {
  const start = from === 0 ? Math.min(to, byteOrderMark(bytes, encoding)) : from;
  const part = Buffer.from(bytes.subarray(start, to));
  if (encoding === 'utf-16be')
    return part
      .subarray(0, part.length & ~1)
      .swap16()
      .toString('utf16le');
  if (encoding === 'utf-16le') return part.toString('utf16le');
  const text = part.toString('utf8');
  return text.includes('\ufffd') ? decodeMixed(part) : text;
}

function decodeMixed(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    const size = sequenceLength(bytes, i);
    text +=
      size === 1 ? String.fromCharCode(bytes[i]!) : Buffer.from(bytes.subarray(i, i + size)).toString('utf8');
    i += size;
  }
  return text;
}

/** Length of the well-formed UTF-8 sequence at `at`; 1 for a byte that starts none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  const size =
    lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 1;
  for (let i = 1; i < size; i++) if ((bytes[at + i] ?? 0) >> 6 !== 2) return 1;
  if (size < 3) return size;
  const second = bytes[at + 1]!;
  const isOverlong = (lead === 0xe0 && second < 0xa0) || (lead === 0xf0 && second < 0x90);
  const isSurrogate = lead === 0xed && second >= 0xa0;
  const isTooLarge = lead === 0xf4 && second >= 0x90;
  return isOverlong || isSurrogate || isTooLarge ? 1 : size;
}

function byteOrderMark(bytes: Uint8Array, encoding: TextEncoding): number {
  if (encoding === 'utf-16le') return bytes[0] === 0xff && bytes[1] === 0xfe ? 2 : 0;
  if (encoding === 'utf-16be') return bytes[0] === 0xfe && bytes[1] === 0xff ? 2 : 0;
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

/** UTF-16 by its byte order mark; without one, a match that had to be decoded from UTF-16 says so. */
export function textEncodingOf(bytes: Uint8Array, decoders: readonly string[]): TextEncoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const outermost = decoders[0];
  return outermost === 'utf-16le' || outermost === 'utf-16be' ? outermost : 'utf-8';
}
