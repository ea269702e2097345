/** What a delta's head says, and where its instructions start. */
interface Head {
  baseSize: number;
  targetSize: number;
  end: number;
}

/** One instruction: `length` bytes of the base from `from`, or of the delta itself from `from`. */
interface Step {
  isCopy: boolean;
  from: number;
  length: number;
}

const LONGEST_COPY = 0x10000;

export function readHead(delta: Uint8Array): Head | undefined {
  const base = readSize(delta, 0);
  const target = base && readSize(delta, base.end);
  return base && target && { baseSize: base.size, targetSize: target.size, end: target.end };
}

/** A little-endian number of 7 bits a byte; five bytes and 31 bits at most. */
function readSize(delta: Uint8Array, start: number): { size: number; end: number } | undefined {
  let size = 0;
  for (let i = 0; i < 5; i++) {
    const byte = delta[start + i];
    if (byte === undefined) return undefined;
    size += (byte & 0x7f) * 2 ** (7 * i);
    if (size > 0x7fffffff) return undefined;
    if (byte < 0x80) return { size, end: start + i + 1 };
  }
  return undefined;
}

/** The delta's instructions, or undefined if it is malformed, reads outside its base or makes another size than it says. */
export function readSteps(delta: Uint8Array, baseLength: number): Step[] | undefined {
  const head = readHead(delta);
  if (head === undefined || head.baseSize !== baseLength) return undefined;
  const steps: Step[] = [];
  let made = 0;
  for (let at = head.end; at < delta.length; ) {
    const code = delta[at++]!;
    if (code === 0) return undefined;
    const step = { isCopy: code >= 0x80, from: at, length: code };
    if (step.isCopy) {
      let [from, length] = [0, 0];
      for (let bit = 0; bit < 7; bit++) {
        if ((code & (1 << bit)) === 0) continue;
        const byte = delta[at++];
        if (byte === undefined) return undefined;
        if (bit < 4) from += byte * 2 ** (8 * bit);
        else length += byte * 2 ** (8 * (bit - 4));
      }
      step.from = from;
      step.length = length === 0 ? LONGEST_COPY : length;
      if (from + step.length > baseLength) return undefined;
    } else {
      at += code;
      if (at > delta.length) return undefined;
    }
    made += step.length;
    if (made > head.targetSize) return undefined;
    steps.push(step);
  }
  return made === head.targetSize ? steps : undefined;
}

export function applySteps(steps: Step[], base: Uint8Array, delta: Uint8Array): Uint8Array[] {
  return steps.map(({ isCopy, from, length }) => (isCopy ? base : delta).subarray(from, from + length));
}

export function condenseSteps(
  steps: Step[],
  base: Uint8Array,
  delta: Uint8Array,
  context: number,
): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let made = 0;
  for (const { isCopy, from, length } of steps) {
    const bytes = (isCopy ? base : delta).subarray(from, from + length);
    const kept = isCopy ? condenseCopy(bytes, Math.max(0, context - made), context) : [bytes];
    made = kept.reduce((sum, part) => sum + part.length, made);
    parts.push(...kept);
  }
  return parts;
}

const CUT = Uint8Array.of(0x0a, 0x0a);
/** What a candidate may have beside a run: a literal, and the bytes that decide whether its end is one. */
const LITERAL = 32;
const AROUND = 8;
const RUN = /[A-Za-z0-9+/\-_%\\]/;

function condenseCopy(bytes: Uint8Array, head: number, context: number): Uint8Array[] {
  const first = Math.max(head, edgeAfter(bytes, context));
  const last = edgeBefore(bytes, context);
  if (bytes.length <= 2 * (LITERAL + AROUND) + 2 || first + last + CUT.length >= bytes.length) return [bytes];
  return [bytes.subarray(0, first), CUT, bytes.subarray(bytes.length - last)];
}

/** How many of the first bytes a candidate can reach that starts in front of them: a literal and the run behind it. */
function edgeAfter(bytes: Uint8Array, context: number): number {
  let edge = LITERAL;
  while (edge < Math.min(bytes.length, context) && isRun(bytes[edge]!)) edge++;
  return Math.min(edge + AROUND, context);
}

/** How many of the last bytes a candidate can start in that ends behind them: the run before the end, and a literal before that. */
function edgeBefore(bytes: Uint8Array, context: number): number {
  let run = 0;
  while (run < Math.min(bytes.length, context) && isRun(bytes[bytes.length - 1 - run]!)) run++;
  return Math.min(run + LITERAL + AROUND, context);
}

function isRun(byte: number): boolean {
  return RUN.test(String.fromCharCode(byte));
}
