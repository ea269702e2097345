import { latin1 } from '../bytes.ts';
import type { Decoded } from '../decode/decoded.ts';
import { credentialLabel, LABEL_REACH, readLabel } from '../label.ts';
import type { Part } from '../part.ts';
import { isNamedSecret } from './secret.ts';

/** What may stand before and after a value that was encoded by itself. */
const BLANK = /^[\s"']*$/;

/**
 * Gives parts that were encoded by themselves, as the values of a Kubernetes Secret are, the label that stands
 * before the encoded run in `outer`. A secret that nothing proves, in a text of its own that holds more than it, is
 * dropped.
 */
export function labelFromOutside(parts: readonly Part[], decoded: Decoded, outer: Uint8Array): Part[] {
  if (decoded.isOverlay) return [...parts];
  const isFirst = (part: Part) => BLANK.test(latin1(decoded.bytes, 0, part.start));
  const isAlone = (part: Part) =>
    isFirst(part) && BLANK.test(latin1(decoded.bytes, part.end, decoded.bytes.length));
  return parts.flatMap((part) => {
    if (part.label !== undefined || !isFirst(part)) return part.isProven ? [part] : [];
    if (!part.isProven && !isAlone(part)) return [];
    const label = credentialLabel(readLabel(latin1(outer, decoded.start - LABEL_REACH, decoded.start)));
    if (part.role !== 'secret') return [{ ...part, label }];
    const isProven = part.isProven || isNamedSecret(label, outer, decoded);
    return [{ ...part, label, isProven, confidence: isProven && !part.example ? 'medium' : part.confidence }];
  });
}
