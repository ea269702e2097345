import { gunzipSync } from 'node:zlib';
import type { Decoded } from './decoded.ts';

/** A bomb is cut off here; Helm releases and user data stay far below. */
const LARGEST = 16 * 1024 * 1024;

/**
 * Unpacks a layer that is a gzip stream, as Helm releases and EC2 user data hold inside base64. Positions inside a
 * compressed stream mean nothing outside: every one maps to the whole. Undefined when the bytes are no gzip stream
 * or unpack to too much.
 */
export function decodeGzip(bytes: Uint8Array): Decoded | undefined {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return undefined;
  try {
    const unpacked = gunzipSync(bytes, { maxOutputLength: LARGEST });
    const whole = { start: 0, end: bytes.length };
    return { encoding: 'gzip', isOverlay: false, bytes: unpacked, ...whole, toOuter: () => ({ ...whole }) };
  } catch {
    return undefined;
  }
}
