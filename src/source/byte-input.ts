import { readSync } from 'node:fs';

/** Bytes with random access: memory, or a file too large for it. */
export interface ByteInput {
  readonly size: number;
  /**
   * The bytes from `position` on, fewer than `length` where the input ends. From memory it is a view that lasts;
   * from a file it may be overwritten by the next call.
   */
  view(position: number, length: number): Uint8Array;
}

export function memoryInput(bytes: Uint8Array): ByteInput {
  return { size: bytes.length, view: (position, length) => bytes.subarray(position, position + length) };
}

/** Small reads at nearby places, as a zip's directory asks for, are served from one larger read. */
const READ_AHEAD_BYTES = 64 * 1024;

/** An open file of `size` bytes. What has been cut off since then reads as missing; errors are thrown as fs throws them. */
export function fileInput(fd: number, size: number): ByteInput {
  const ahead = new Uint8Array(READ_AHEAD_BYTES);
  let start = 0;
  let end = 0;

  function view(position: number, length: number): Uint8Array {
    const wanted = Math.max(0, Math.min(length, size - position));
    if (wanted > READ_AHEAD_BYTES) {
      const bytes = new Uint8Array(wanted);
      return bytes.subarray(0, readFully(fd, bytes, position));
    }
    if (position < start || position + wanted > end) {
      start = position;
      end = position + readFully(fd, ahead, position);
    }
    return ahead.subarray(position - start, Math.min(end - start, position - start + wanted));
  }

  return { size, view };
}

function readFully(fd: number, target: Uint8Array, position: number): number {
  let filled = 0;
  while (filled < target.length) {
    const length = readSync(fd, target, filled, target.length - filled, position + filled);
    if (length === 0) break;
    filled += length;
  }
  return filled;
}
