import { decodeText, lineEnd, lineStart, type TextEncoding, unitSize } from './line.ts';
import type { Excerpt, Span } from './types.ts';

/** Characters shown around the hit, about: what is masked or marked itself comes on top. */
const SHOWN_BEFORE = 60;
const SHOWN_AFTER = 80;
const STARS = '************';
const ELLIPSIS = '…';
/** A span longer than this is shown by its start. */
const LONGEST_SPAN = 100;

/**
 * The line on which `span` starts, cut to its neighbourhood, with everything in `secretSpans` (ascending, disjoint)
 * masked. Control characters stay as they are: reports escape them.
 */
export function excerptOf(
  span: Span,
  secretSpans: readonly Span[],
  bytes: Uint8Array,
  encoding: TextEncoding,
): Excerpt {
  const unit = unitSize(encoding);
  const first = lineStart(bytes, span.start, encoding);
  const last = Math.max(span.start, withoutCarriageReturn(bytes, lineEnd(bytes, span.start, encoding), unit));
  const end = Math.min(span.end, last);
  const shown: Span = {
    start: characterBoundary(bytes, Math.max(first, span.start - SHOWN_BEFORE * unit), first, unit),
    end: characterBoundary(
      bytes,
      Math.min(last, Math.min(end, span.start + LONGEST_SPAN * unit) + SHOWN_AFTER * unit),
      last,
      unit,
    ),
  };
  const text = new MaskedText(bytes, secretSpans, encoding);
  const before = (shown.start > first ? ELLIPSIS : '') + text.between(shown.start, span.start);
  const marked = text.between(span.start, Math.min(end, shown.end));
  const after = text.between(Math.min(end, shown.end), shown.end) + (shown.end < last ? ELLIPSIS : '');
  return { text: before + marked + after, from: before.length, to: before.length + marked.length };
}

class MaskedText {
  readonly #bytes: Uint8Array;
  readonly #secrets: readonly Span[];
  readonly #encoding: TextEncoding;

  constructor(bytes: Uint8Array, secrets: readonly Span[], encoding: TextEncoding) {
    this.#bytes = bytes;
    this.#secrets = secrets;
    this.#encoding = encoding;
  }

  /** [from, to) decoded, each secret in it as stars, however little of it lies inside. */
  between(from: number, to: number): string {
    let text = '';
    let at = from;
    for (const secret of this.#secretsIn(from, to)) {
      if (secret.start > at) text += this.#decode(at, secret.start);
      text += STARS;
      at = Math.min(to, secret.end);
    }
    return at < to ? text + this.#decode(at, to) : text;
  }

  #secretsIn(from: number, to: number): Span[] {
    let low = 0;
    for (let high = this.#secrets.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (this.#secrets[middle]!.end <= from) low = middle + 1;
      else high = middle;
    }
    const inside: Span[] = [];
    for (; low < this.#secrets.length && this.#secrets[low]!.start < to; low++)
      inside.push(this.#secrets[low]!);
    return inside;
  }

  #decode(from: number, to: number): string {
    return decodeText(this.#bytes, from, to, this.#encoding);
  }
}

function withoutCarriageReturn(bytes: Uint8Array, end: number, unit: 1 | 2): number {
  const isReturn = unit === 1 ? bytes[end - 1] === 13 : bytes[end - 2]! + bytes[end - 1]! === 13;
  return isReturn ? end - unit : end;
}

/** The nearest character boundary at or before `at`, so that no UTF-8 sequence is cut in two. */
function characterBoundary(bytes: Uint8Array, at: number, limit: number, unit: 1 | 2): number {
  if (unit === 2 || at === limit) return at;
  let boundary = at;
  while (boundary > 0 && at - boundary < 3 && bytes[boundary]! >> 6 === 2) boundary--;
  return boundary;
}
