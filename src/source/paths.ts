import { isUtf8 } from 'node:buffer';

/*
 * A path is bytes. Inside this room it travels as a string in which a byte that is no UTF-8 is the lone surrogate
 * U+DC00 + byte: the file can be opened by it again, and it survives the way to a worker.
 */
const STRAY_BYTE = /[\udc80-\udcff]/u;
const STRAY_BYTES = /[\udc80-\udcff]/gu;

/** The string that stands for the bytes of a path. */
export function decodePath(bytes: Uint8Array): string {
  const text = asBuffer(bytes).toString();
  return text.includes('\ufffd') ? decodeBytewise(bytes) : text;
}

/** What fs functions open the path by. */
export function toFsPath(path: string): string | Buffer {
  if (!STRAY_BYTE.test(path)) return path;
  const parts: Buffer[] = [];
  let from = 0;
  for (const { index } of path.matchAll(STRAY_BYTES)) {
    parts.push(Buffer.from(path.slice(from, index)), Buffer.of(path.charCodeAt(index) - 0xdc00));
    from = index + 1;
  }
  parts.push(Buffer.from(path.slice(from)));
  return Buffer.concat(parts);
}

/** The path as results name it: bytes that are no UTF-8 as `\xNN`, everything else as it is. */
export function toDisplayPath(path: string): string {
  if (!STRAY_BYTE.test(path)) return path;
  return path.replace(STRAY_BYTES, (stray) => `\\x${(stray.charCodeAt(0) - 0xdc00).toString(16)}`);
}

function decodeBytewise(bytes: Uint8Array): string {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const character = bytes.subarray(at, at + sequenceLength(bytes[at]!));
    if (isUtf8(character)) {
      text += asBuffer(character).toString();
      at += character.length;
    } else {
      text += String.fromCharCode(0xdc00 + bytes[at]!);
      at++;
    }
  }
  return text;
}

function sequenceLength(lead: number): number {
  if (lead < 0xc0) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
