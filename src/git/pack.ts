import { TYPE } from './types.ts';

/** The head of a pack entry: what stands before its zlib stream. */
export interface EntryHead {
  /** `TYPE`; 0 when the bytes are no entry. */
  kind: number;
  /** Of the inflated stream: the object itself, or its delta. */
  size: number;
  /** Bytes before the zlib stream. */
  length: number;
  /** For an offset delta: how far in front of this entry its base starts. */
  baseDistance: number;
  /** For a ref delta: where its base's id starts in `bytes`. */
  baseIdAt: number;
}

/** A size of 2^53 needs 8 bytes, a distance as many, a base's id up to 32. */
export const LONGEST_HEAD = 48;

const PACK_SIGNATURE = 0x5041434b;
export const PACK_HEADER_BYTES = 12;

/**
 * Fills `head` from the entry at `at`; allocation-free because it runs once for every object of a store.
 * `kind` is 0 for types that do not exist and heads that do not end in front of `end`.
 */
export function parseEntryHead(
  bytes: Uint8Array,
  at: number,
  end: number,
  hashBytes: number,
  head: EntryHead,
): void {
  const start = at;
  head.kind = 0;
  if (at >= end) return;
  let byte = bytes[at++]!;
  const kind = (byte >> 4) & 7;
  let size = byte & 15;
  let factor = 16;
  while (byte & 0x80) {
    if (at >= end || factor > Number.MAX_SAFE_INTEGER / 128) return;
    byte = bytes[at++]!;
    size += (byte & 0x7f) * factor;
    factor *= 128;
  }
  if (kind === TYPE.ofsDelta) {
    if (at >= end) return;
    byte = bytes[at++]!;
    let distance = byte & 0x7f;
    while (byte & 0x80) {
      if (at >= end || distance > Number.MAX_SAFE_INTEGER / 256) return;
      byte = bytes[at++]!;
      distance = (distance + 1) * 128 + (byte & 0x7f);
    }
    head.baseDistance = distance;
  } else if (kind === TYPE.refDelta) {
    head.baseIdAt = at;
    at += hashBytes;
    if (at > end) return;
  } else if (kind === 0 || kind === 5) return;
  head.kind = kind;
  head.size = size;
  head.length = at - start;
}

export function emptyHead(): EntryHead {
  return { kind: 0, size: 0, length: 0, baseDistance: 0, baseIdAt: 0 };
}

/** Number of entries a pack's header promises, -1 when the bytes are no pack of version 2 or 3. */
export function packEntryCount(header: Uint8Array): number {
  if (header.length < PACK_HEADER_BYTES) return -1;
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const version = view.getUint32(4);
  if (view.getUint32(0) !== PACK_SIGNATURE || (version !== 2 && version !== 3)) return -1;
  return view.getUint32(8);
}

/** A size as a delta's head holds it, least significant seven bits first. Returns the value and where it ends. */
export function deltaSize(delta: Uint8Array, at: number): { value: number; end: number } | undefined {
  let value = 0;
  let factor = 1;
  while (at < delta.length) {
    const byte = delta[at++]!;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, end: at };
    factor *= 128;
    if (factor > Number.MAX_SAFE_INTEGER / 128) return undefined;
  }
  return undefined;
}

/** Applies a git delta, undefined when it is malformed. For single objects; the walk's own way is `Kernel.applyDelta`. */
export function applyDelta(base: Uint8Array, delta: Uint8Array): Uint8Array | undefined {
  const baseSize = deltaSize(delta, 0);
  const targetSize = baseSize && deltaSize(delta, baseSize.end);
  if (targetSize === undefined || baseSize?.value !== base.length) return undefined;
  const target = Buffer.allocUnsafe(targetSize.value);
  let at = targetSize.end;
  let written = 0;
  while (at < delta.length) {
    const op = delta[at++]!;
    if (op === 0) return undefined;
    if (op < 0x80) {
      if (at + op > delta.length || written + op > target.length) return undefined;
      target.set(delta.subarray(at, at + op), written);
      at += op;
      written += op;
      continue;
    }
    let offset = 0;
    let size = 0;
    for (let bit = 0; bit < 4; bit++) if (op & (1 << bit)) offset += (delta[at++] ?? 0) * 2 ** (8 * bit);
    for (let bit = 0; bit < 3; bit++) if (op & (0x10 << bit)) size += (delta[at++] ?? 0) * 2 ** (8 * bit);
    if (size === 0) size = 0x10000;
    if (at > delta.length || offset + size > base.length || written + size > target.length) return undefined;
    target.set(base.subarray(offset, offset + size), written);
    written += size;
  }
  return written === target.length ? target : undefined;
}
