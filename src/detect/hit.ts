import { mask } from '../base/secret.ts';
import { excerptOf } from './excerpt.ts';
import { secretIdOf } from './fingerprint.ts';
import { countLines, lineStart, type TextEncoding, textEncodingOf, unitsIn } from './line.ts';
import type { Hit, Match, Span } from './types.ts';

/**
 * What may leave the thread of each match in one blob: places counted, excerpts with every secret of the blob masked,
 * no secret and no plain digest of one. In the order of the matches.
 */
export function toHits(matches: readonly Match[], bytes: Uint8Array): Hit[] {
  const secretSpans = mergeSpans(matches.flatMap((match) => match.secretSpans));
  const locate = createLocator(bytes);
  const order = [...matches.keys()].sort((a, b) => matches[a]!.span.start - matches[b]!.span.start);
  const hits: Hit[] = new Array(matches.length);
  for (const index of order) {
    const match = matches[index]!;
    const encoding = textEncodingOf(bytes, match.encoding);
    hits[index] = {
      ...withoutSecrets(match),
      ...locate(match.span, encoding),
      excerpt: excerptOf(match.span, secretSpans, bytes, encoding),
    };
  }
  return hits;
}

type Place = Pick<Hit, 'offset' | 'line' | 'column' | 'endLine' | 'endColumn'>;

function withoutSecrets(match: Match): Omit<Hit, keyof Place | 'excerpt'> {
  const {
    rule,
    kind,
    confidence,
    keyId,
    secret,
    token,
    accountId,
    canary,
    example,
    encoding,
    allowedBy,
    details,
  } = match;
  const hidden = secret ?? token;
  return {
    rule,
    kind,
    confidence,
    ...(keyId === undefined ? {} : { keyId }),
    ...(hidden === undefined ? {} : { masked: mask(hidden.reveal()), secretId: secretIdOf(hidden.reveal()) }),
    ...(accountId === undefined ? {} : { accountId }),
    ...(canary ? { canary } : {}),
    ...(example ? { example } : {}),
    encoding,
    ...(allowedBy === undefined ? {} : { allowedBy }),
    ...(details === undefined ? {} : { details }),
  };
}

/**
 * Counts lines and columns of spans that come in ascending order, so that a blob is read once however many there
 * are.
 */
function createLocator(bytes: Uint8Array): (span: Span, encoding: TextEncoding) => Place {
  const known = new Map<TextEncoding, { offset: number; line: number; lineStart: number; column: number }>();
  return (span, encoding) => {
    const from = known.get(encoding) ?? { offset: 0, line: 1, lineStart: 0, column: 1 };
    const start = advance(from, span.start);
    known.set(encoding, start);
    const end = advance(start, span.end);
    return {
      offset: span.start,
      line: start.line,
      column: start.column,
      endLine: end.line,
      endColumn: end.column,
    };

    function advance(at: typeof from, offset: number): typeof from {
      const lines = countLines(bytes, at.offset, offset, encoding);
      if (lines === 0)
        return { ...at, offset, column: at.column + unitsIn(bytes, at.offset, offset, encoding) };
      const first = lineStart(bytes, offset, encoding);
      const column = 1 + unitsIn(bytes, first, offset, encoding);
      return { offset, line: at.line + lines, lineStart: first, column };
    }
  };
}

function mergeSpans(spans: Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else merged.push({ ...span });
  }
  return merged;
}
