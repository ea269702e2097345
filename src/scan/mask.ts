import type { Detector, Prefilter } from '../detect/types.ts';

const STARS = '************';
/** Nothing that is a secret is shorter. */
const SHORTEST_SECRET = 16;

/** The text with every secret in it as stars: for names and messages that are shown beside a finding. */
export function maskSecrets(text: string, detector: Detector, prefilter: Prefilter): string {
  if (text.length < SHORTEST_SECRET) return text;
  const bytes = Buffer.from(text);
  const { count, offsets, tags } = prefilter.find(bytes);
  if (count === 0) return text;
  const candidates = { count, offsets: offsets.slice(0, count), tags: tags.slice(0, count) };
  const spans = detector.detect(bytes, candidates).flatMap((match) => match.secretSpans);
  let masked = '';
  let at = 0;
  for (const { start, end } of spans.sort((one, other) => one.start - other.start)) {
    if (start >= at) masked += bytes.toString('utf8', at, start) + STARS;
    at = Math.max(at, end);
  }
  return masked + bytes.toString('utf8', at);
}
