// Proves the walk over packs by a plain scan of the same objects:
//   node scripts/run-ts.mjs bench/differential.ts REPOSITORY [--kernel wasm|twin] [--threads N] [--patterns FILE]
// One side is `scanStore`, which inflates each entry once and looks at what deltas add. The other side gets the list of objects and
// every object's whole content from `git cat-file`, and gives it to the scanner with nothing known about it. Every hit has to be the same in
// every field (places, decoders, archive members, excerpts), and so has every gap of an object. Ends with 1 for any difference.
// A history without leaks proves little: a FILE with a pattern for something frequent makes thousands of hits.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { createDetector } from '../src/detect/detector.ts';
import { createTwinKernel } from '../src/detect/kernel/twin.ts';
import type { Kernel } from '../src/detect/kernel/types.ts';
import { createWasmKernel } from '../src/detect/kernel/wasm-kernel.ts';
import type { Pattern } from '../src/detect/pattern.ts';
import { parsePatternFile } from '../src/detect/pattern-file.ts';
import { PATTERNS } from '../src/detect/patterns.generated.ts';
import type { AnchorSet } from '../src/detect/types.ts';
import { readObjects } from '../src/git/cat-file-stream.ts';
import { openRepository } from '../src/git/repository.ts';
import type { Repository } from '../src/git/types.ts';
import { createBlobScanner } from '../src/scan/blob.ts';
import { scanStore } from '../src/scan/history.ts';
import { createPool } from '../src/scan/pool.ts';
import { createJobs, createTools, type ScanJobs } from '../src/scan/tools.ts';
import { DEFAULT_ARCHIVE_LIMITS } from '../src/source/archive.ts';
import type { ScannedBytes } from '../src/source/source.ts';
import { options } from './measure.ts';

/** What one side found in an object, as text that is equal when the findings are. */
type Findings = Map<string, string[]>;

const TYPES = ['blob', 'commit', 'tag'] as const;

interface Side {
  found: Findings;
  counts: Record<(typeof TYPES)[number], number>;
}

interface PlainJob {
  repository: Repository;
  ids: string[];
  kernel: 'wasm' | 'twin';
  /** Besides the built-in ones. */
  patterns: Pattern[];
}

if (isMainThread) await compare();
else parentPort!.postMessage(await scanPlainly(workerData as PlainJob));

async function compare(): Promise<void> {
  const { positionals, values } = options(
    'bench/differential.ts REPOSITORY [--kernel wasm|twin] [--threads N] [--patterns FILE]',
    {
      kernel: 'wasm',
      threads: '2',
      patterns: '',
    },
  );
  const repository = await openRepository(positionals[0]!);
  const file = values.patterns;
  const patterns = file === '' ? [] : await parsePatternFile(readFileSync(file, 'utf8'), file);
  const walked = await timed('walk over packs', () => walkPacks(repository, patterns));
  const kernel = values.kernel === 'twin' ? 'twin' : 'wasm';
  const plain = await timed(`plain scan (${kernel})`, () =>
    scanInThreads({ repository, kernel, patterns }, Number(values.threads)),
  );

  console.log('\n                  walk       plain');
  for (const type of TYPES) row(`${type}s`, walked.counts[type], plain.counts[type]);
  row('objects with some', walked.found.size, plain.found.size);
  row('hits and gaps', total(walked.found), total(plain.found));

  const countsDiffer = JSON.stringify(walked.counts) !== JSON.stringify(plain.counts);
  const different = differences(walked.found, plain.found);
  for (const line of different) console.log(line);
  console.log(`${different.length} differences${countsDiffer ? ', and the counts of objects differ' : ''}`);
  if (different.length > 0 || countsDiffer) process.exitCode = 1;
}

async function walkPacks(repository: Repository, patterns: Pattern[]): Promise<Side> {
  const setup = { patterns, archive: DEFAULT_ARCHIVE_LIMITS };
  const tools = createTools(setup);
  const pool = createPool<ScanJobs>({
    size: 0,
    workerUrl: undefined,
    workerData: undefined,
    createHandlers: () => createJobs(setup, tools),
  });
  const { store, objects, counts } = await scanStore({ repository, pool, detectorHash: tools.detector.hash });
  const found: Findings = new Map();
  for (const { object, type, hits, gaps } of objects) {
    if (type !== 'tree' && hits.length + gaps.length > 0)
      found.set(store.idOf(object), textOf({ hits, gaps }));
  }
  store.close();
  await pool.close();
  return { found, counts: { blob: counts.blobs, commit: counts.commits, tag: counts.tags } };
}

/** Splits what git lists, in the order of the packs, so that each thread's git finds bases in its cache. */
async function scanInThreads(job: Omit<PlainJob, 'ids'>, threads: number): Promise<Side> {
  const ids = listObjects(job.repository);
  const step = Math.ceil(ids.length / threads);
  const sides = await Promise.all(
    Array.from({ length: threads }, (_, index) =>
      inThread({ ...job, ids: ids.slice(index * step, (index + 1) * step) }),
    ),
  );
  const counts = { blob: 0, commit: 0, tag: 0 };
  for (const side of sides) {
    for (const type of TYPES) counts[type] += side.counts[type];
  }
  return { found: new Map(sides.flatMap(({ found }) => [...found])), counts };
}

function listObjects(repository: Repository): string[] {
  const lines = execFileSync(
    'git',
    ['cat-file', '--batch-all-objects', '--unordered', '--batch-check=%(objecttype) %(objectname)'],
    {
      cwd: repository.gitDir,
      encoding: 'latin1',
      maxBuffer: 1 << 30,
      env: { ...process.env, GIT_NO_LAZY_FETCH: '1' },
    },
  ).split('\n');
  return lines.filter((line) => /^(blob|commit|tag) /.test(line)).map((line) => line.split(' ')[1]!);
}

function inThread(job: PlainJob): Promise<Side> {
  return new Promise((resolve, reject) => {
    // This very script, bundled: the thread finds its way by `isMainThread`.
    const worker = new Worker(new URL(import.meta.url), { workerData: job });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

/** The scan without any trick: whole contents, one after the other. */
async function scanPlainly({ repository, ids, kernel, patterns }: PlainJob): Promise<Side> {
  let prefilter: Kernel | undefined;
  const create = kernel === 'twin' ? createTwinKernel : createWasmKernel;
  const kernelFor = (anchors: AnchorSet) => (prefilter ??= create(anchors));
  const detector = createDetector([...PATTERNS, ...patterns], kernelFor);
  const scanner = createBlobScanner(detector, kernelFor(detector.anchors), DEFAULT_ARCHIVE_LIMITS);
  const side: Side = { found: new Map(), counts: { blob: 0, commit: 0, tag: 0 } };
  for await (const object of readObjects(repository, ids)) {
    if (object.type === 'missing' || object.type === 'tree' || object.bytes === undefined) {
      throw new Error(`git lists ${object.id}, but does not hand it out as what it listed`);
    }
    side.counts[object.type]++;
    const result = scanner.scan(object.bytes, undefined, object.id);
    if (result.hits.length + result.gaps.length > 0) side.found.set(object.id, textOf(result));
  }
  return side;
}

function textOf({ hits, gaps }: ScannedBytes): string[] {
  return [...hits, ...gaps].map((item) => JSON.stringify(item)).sort();
}

function differences(walked: Findings, plain: Findings): string[] {
  const lines: string[] = [];
  for (const id of new Set([...walked.keys(), ...plain.keys()])) {
    lines.push(...beyond(walked.get(id), plain.get(id)).map((text) => `only walk:  ${id} ${text}`));
    lines.push(...beyond(plain.get(id), walked.get(id)).map((text) => `only plain: ${id} ${text}`));
  }
  return lines;
}

/** Texts of `some` that `others` has not, or not as often. */
function beyond(some: readonly string[] = [], others: readonly string[] = []): string[] {
  const rest = [...others];
  return some.filter((text) => {
    const at = rest.indexOf(text);
    if (at !== -1) rest.splice(at, 1);
    return at === -1;
  });
}

function total(found: Findings): number {
  return [...found.values()].reduce((sum, texts) => sum + texts.length, 0);
}

function row(name: string, one: number, other: number): void {
  console.log(
    `${name.padEnd(17)} ${String(one).padStart(8)}  ${String(other).padStart(8)}${one === other ? '' : '  <--'}`,
  );
}

async function timed<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
  const started = performance.now();
  const result = await run();
  console.log(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return result;
}
