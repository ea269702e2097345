// Scores a corpus of labelled texts: node scripts/run-ts.mjs bench/corpus.ts FILE.jsonl [--misses]
import { readFileSync } from 'node:fs';
import { atTime } from '../src/detect/age.ts';
import { createBuiltinDetector } from '../src/detect/detector.ts';
import { createWasmKernel } from '../src/detect/kernel/wasm-kernel.ts';
import type { Match } from '../src/detect/types.ts';

interface Row {
  source: string;
  text: string;
  expect: { kind: string; value: string }[];
  negative: boolean;
  suggest?: string;
}

/** Kinds of the corpus that are secrets of their own; accounts, buckets and ARNs are no findings. */
const KINDS = ['access_key_id', 'secret_access_key', 'session_token', 'bedrock', 'mws', 'appsync'];

const [file, ...flags] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node scripts/run-ts.mjs bench/corpus.ts FILE.jsonl [--misses]');
  process.exit(2);
}
const rows: Row[] = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const detector = createBuiltinDetector(createWasmKernel);
const prefilter = createWasmKernel(detector.anchors);
const now = Date.now();

const found = new Map<string, { all: number; shown: number; of: number }>();
const flagged = { tn: [0, 0], policy: [0, 0] };
const misses: string[] = [];

for (const [index, row] of rows.entries()) {
  const suggest = row.suggest ?? 'none';
  const matches = scan(row.text);
  const shown = matches.filter(isShown);
  if (/^tp/.test(suggest)) count(index, row, matches, shown);
  const group = suggest.startsWith('tn')
    ? flagged.tn
    : suggest.startsWith('policy')
      ? flagged.policy
      : undefined;
  if (group === undefined) continue;
  group[1]!++;
  if (shown.length > 0) {
    group[0]!++;
    if (group === flagged.tn)
      misses.push(`flagged #${index} ${row.source}: ${shown.map((match) => match.rule).join(', ')}`);
  }
}

console.log(`${rows.length} cases`);
for (const kind of KINDS) {
  const score = found.get(kind);
  if (score !== undefined)
    console.log(
      `${kind.padEnd(18)} found ${score.all}/${score.of}, shown by default ${score.shown}/${score.of}`,
    );
}
console.log(`negatives flagged  ${flagged.tn.join('/')}`);
console.log(`policy cases shown ${flagged.policy.join('/')}`);
if (flags.includes('--misses')) for (const miss of misses) console.log(miss);

function scan(text: string): Match[] {
  const bytes = Buffer.from(text);
  return detector.detect(bytes, prefilter.find(bytes)).map((match) => atTime(match, now));
}

/** Neither an example, nor something that proves to be no credential, nor allowed by a comment. */
function isShown(match: Match): boolean {
  return !match.example && match.confidence !== 'info' && match.allowedBy === undefined;
}

/** Recall by value: each expected value once per case, whatever it was reported as. */
function count(index: number, row: Row, matches: Match[], shown: Match[]): void {
  for (const { kind, value } of row.expect) {
    if (!KINDS.includes(kind)) continue;
    const score = found.get(kind) ?? { all: 0, shown: 0, of: 0 };
    found.set(kind, score);
    score.of++;
    if (holds(matches, value)) score.all++;
    else misses.push(`missed #${index} ${row.source}: ${kind}`);
    if (holds(shown, value)) score.shown++;
    else if (holds(matches, value)) misses.push(`not shown #${index} ${row.source}: ${kind}`);
  }
}

function holds(matches: Match[], value: string): boolean {
  return matches.some((match) =>
    [match.keyId, match.secret?.reveal(), match.token?.reveal()].includes(value),
  );
}
