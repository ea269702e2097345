import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openRepository as openGit } from '../../src/git/repository.ts';
import type { Repository } from '../../src/git/types.ts';
import { type HistoryOptions, type HistoryScan, scanStore } from '../../src/scan/history.ts';
import { createPool, type Pool } from '../../src/scan/pool.ts';
import { createJobs, createTools, type ScanJobs, type WorkerSetup } from '../../src/scan/tools.ts';
import { DEFAULT_ARCHIVE_LIMITS } from '../../src/source/archive.ts';
import { makeKeyId, makeRandom, makeSecret, type Random } from '../helpers/credentials.ts';
import { makeRepository, openRepository, type TestRepository } from '../helpers/repository.ts';
import { type BundledWorker, bundleWorker } from '../helpers/worker.ts';

const SETUP: WorkerSetup = { patterns: [], archive: DEFAULT_ARCHIVE_LIMITS };
const tools = createTools(SETUP);

let worker: BundledWorker;
beforeAll(async () => {
  worker = await bundleWorker();
});
afterAll(() => worker.remove());

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function repository(): TestRepository {
  return later(makeRepository());
}

function later(target: TestRepository): TestRepository {
  cleanups.push(() => target.remove());
  return target;
}

function poolOf(size: number, signal?: AbortSignal): Pool<ScanJobs> {
  const pool = createPool<ScanJobs>({
    size,
    workerUrl: size === 0 ? undefined : worker.url,
    workerData: SETUP,
    createHandlers: () => createJobs(SETUP, tools),
    ...(signal === undefined ? {} : { signal }),
  });
  cleanups.push(() => pool.close());
  return pool;
}

async function scan(target: TestRepository, options: Partial<HistoryOptions> = {}): Promise<HistoryScan> {
  const repository = options.repository ?? (await openGit(target.path));
  const pool = options.pool ?? poolOf(0);
  const result = await scanStore({ repository, detectorHash: tools.detector.hash, ...options, pool });
  cleanups.push(() => result.store.close());
  return result;
}

/** Hits by object id, as the scan tells them. */
function found({ objects, store }: HistoryScan): Record<string, string[]> {
  const entries = objects
    .filter(({ hits }) => hits.length > 0)
    .map(({ object, hits }) => [store.idOf(object), hits.map(describeHit)]);
  return Object.fromEntries(entries.sort()) as Record<string, string[]>;
}

function describeHit({
  rule,
  line,
  column,
  secretId,
  keyId,
}: HistoryScan['objects'][number]['hits'][number]): string {
  return [rule, line, column, keyId, secretId].join(' ');
}

/** The plain way: every object through `git cat-file`, scanned whole. */
function foundByGit(target: TestRepository): Record<string, string[]> {
  const entries: [string, string[]][] = [];
  for (const line of target.git('cat-file', '--batch-all-objects', '--batch-check').split('\n')) {
    const [id, type] = line.split(' ');
    if (type === 'tree') continue;
    const { hits } = tools.scanner.scan(target.gitBytes(['cat-file', type!, id!]), undefined, id!);
    if (hits.length > 0) entries.push([id!, hits.map(describeHit)]);
  }
  return Object.fromEntries(entries.sort());
}

/** A file with random edits: credentials and labels come, go, and move about. */
function randomHistory(target: TestRepository, random: Random, versions: number): void {
  const pick = (count: number) => Math.floor(random() * count);
  const keys = Array.from({ length: 6 }, () => makeKeyId(random));
  const secrets = Array.from({ length: 6 }, () => makeSecret(random));
  const pieces = [
    () => keys[pick(6)]!,
    () => secrets[pick(6)]!,
    () => `aws_access_key_id = ${keys[pick(6)]}`,
    () => `aws_secret_access_key = ${secrets[pick(6)]}`,
    () => 'aws_secret_access_key = ',
    () => '"SecretAccessKey": ',
    () => Buffer.from(`AWS_SECRET_ACCESS_KEY=${secrets[pick(6)]}`).toString('base64'),
    () => 'x'.repeat(pick(600)),
    () => '\n'.repeat(1 + pick(3)),
  ];
  let text = Array.from({ length: 120 }, (_, line) => `line ${line} ${random().toString(36)}`).join('\n');
  for (let version = 0; version < versions; version++) {
    for (let edit = 0; edit <= pick(4); edit++) {
      const at = pick(text.length);
      const length = pick(80);
      const kind = pick(16);
      if (kind < 4) text = text.slice(0, at) + text.slice(at + length);
      else if (kind < 7)
        text = text.slice(0, at) + text.slice(pick(text.length)).slice(0, 900) + text.slice(at);
      else text = text.slice(0, at) + pieces[pick(pieces.length)]!() + text.slice(at);
    }
    target.blob(text);
  }
}

function packEverything(target: TestRepository): void {
  const ids = target.git('cat-file', '--batch-all-objects', '--batch-check=%(objectname)');
  // Without names, deltas are found by size: all versions stand close together.
  target.gitBytes(
    ['pack-objects', '-q', '--depth=50', '--window=100', join(target.gitDir, 'objects/pack/pack')],
    `${ids}\n`,
  );
  target.git('prune-packed', '-q');
}

describe('a scan of a store finds what a scan of every object finds', () => {
  it.each([1, 2, 3, 4, 5, 6])('in random histories (%i)', async (seed) => {
    const target = repository();
    randomHistory(target, makeRandom(seed), 60);
    packEverything(target);
    const result = await scan(target);
    expect(found(result)).toEqual(foundByGit(target));
    expect(result.counts.blobs).toBe(
      target.git('cat-file', '--batch-all-objects', '--batch-check').split('\n').length,
    );
    expect(result.gaps).toEqual([]);
  });

  it('in messages, tags, lost objects; with threads as without', async () => {
    const random = makeRandom(7);
    const target = repository();
    randomHistory(target, random, 20);
    target.write('file', `key ${makeKeyId(random)}`);
    target.commit(`message with ${makeKeyId(random)}`, {
      author: { name: `A ${makeKeyId(random)}`, email: 'a@example.com' },
    });
    target.git('tag', '-a', 'v1', '-m', `tag with ${makeKeyId(random)}`);
    packEverything(target);
    target.blob(`loose ${makeKeyId(random)}`);
    const here = await scan(target);
    const expected = foundByGit(target);
    expect(found(here)).toEqual(expected);
    expect(Object.keys(expected).length).toBeGreaterThan(10);
    const types = here.objects.map(({ type }) => type);
    expect(new Set(types)).toEqual(new Set(['blob', 'commit', 'tag']));

    // What is small is done here; a pool that has no way to do so sends it to its threads.
    const pool = poolOf(2);
    const threaded = await scan(target, { pool: { ...pool, runHere: pool.run } });
    expect(found(threaded)).toEqual(expected);
    expect({ ...threaded.counts, bytes: threaded.bytes }).toEqual({ ...here.counts, bytes: here.bytes });
    expect(threaded.provenance?.commits).toEqual(here.provenance?.commits);
  });

  it('in file and folder names', async () => {
    const random = makeRandom(8);
    const [file, folder] = [makeKeyId(random), makeKeyId(random)];
    const target = repository();
    target.write(`${folder}/${file}.txt`, 'x');
    target.write('plain/name.txt', 'x');
    target.commit('names');
    const result = await scan(target);
    const names = result.names.map(({ name, hits }) => [
      Buffer.from(name).toString(),
      hits.map(({ keyId }) => keyId),
    ]);
    expect(names.sort()).toEqual(
      [
        [folder, [folder]],
        [`${file}.txt`, [file]],
      ].sort(),
    );
    expect(result.provenance).toBeDefined();
  });

  it('in a blob that is only streamed', { timeout: 60_000 }, async () => {
    const target = repository();
    const key = makeKeyId(makeRandom(9));
    target.git('config', 'core.compression', '1');
    const id = target.blob(
      Buffer.concat([Buffer.alloc(66 << 20, 'some line of text\n'), Buffer.from(`\n${key}\n`)]),
    );
    const { store, objects, gaps, bytes } = await scan(target);
    expect(objects.map(({ object, hits }) => [store.idOf(object), hits.map(({ keyId }) => keyId)])).toEqual([
      [id, [key]],
    ]);
    expect(gaps).toEqual([]);
    expect(bytes).toBe((66 << 20) + key.length + 2);
  });
});

describe('what is not there', () => {
  function withLostBlob(): { target: TestRepository; blob: string } {
    const target = repository();
    target.write('a/lost.txt', 'it will be lost');
    target.write('kept.txt', 'kept');
    target.commit('both');
    const blob = target.git('rev-parse', 'HEAD:a/lost.txt');
    rmSync(join(target.gitDir, 'objects', blob.slice(0, 2), blob.slice(2)), { force: true });
    return { target, blob };
  }

  it('is a gap that names it', async () => {
    const { target, blob } = withLostBlob();
    expect((await scan(target)).gaps).toEqual([{ reason: 'missing-object', example: blob }]);
  });

  it('is promised in a partial clone', async () => {
    const { target, blob } = withLostBlob();
    const repository: Repository = { ...(await openGit(target.path)), isPartial: true };
    expect((await scan(target, { repository })).gaps).toEqual([{ reason: 'promised-object', example: blob }]);
  });

  it('is counted beyond what is named', async () => {
    const target = repository();
    for (let index = 0; index < 25; index++) target.write(`file-${index}`, `content ${index}`);
    target.commit('files');
    for (let index = 0; index < 25; index++) {
      const id = target.git('rev-parse', `HEAD:file-${index}`);
      rmSync(join(target.gitDir, 'objects', id.slice(0, 2), id.slice(2)), { force: true });
    }
    const { gaps } = await scan(target);
    expect(gaps.length).toBe(10);
    expect(gaps.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(25);
  });

  it('is a parent or a tree as well', async () => {
    const target = repository();
    target.write('file', '1');
    const parent = target.commit('one');
    target.write('file', '2');
    target.commit('two');
    const tree = target.git('rev-parse', 'HEAD^{tree}');
    for (const id of [parent, tree])
      rmSync(join(target.gitDir, 'objects', id.slice(0, 2), id.slice(2)), { force: true });
    const { gaps } = await scan(target);
    expect(gaps).toEqual([parent, tree].sort().map((example) => ({ reason: 'missing-object', example })));
  });

  it('is no news at the border of a shallow clone, nor for submodules and the empty tree', async () => {
    const origin = repository();
    for (const version of ['1', '2', '3']) {
      origin.write('file', version);
      origin.commit(version);
    }
    origin.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},module`);
    origin.git('commit', '-q', '-m', 'module');
    const empty = origin.git('commit-tree', '-m', 'empty', '4b825dc642cb6eb9a060e54bf8d69288fbee4904');
    origin.git('branch', 'empty', empty);
    const path = join(dirname(origin.path), `${origin.path.split('/').at(-1)}-shallow`);
    origin.git('clone', '-q', '--depth=1', '--no-single-branch', `file://${origin.path}`, path);
    const { gaps } = await scan(later(openRepository(path)));
    expect(new Set(gaps.map(({ reason }) => reason))).toEqual(new Set(['shallow']));
  });
});

describe('a cached result', () => {
  function cacheDir(): string {
    const dir = mkdtempSync(join(tmpdir(), 'keyturn-cache-'));
    cleanups.push(() => rmSync(dir, { recursive: true }));
    return dir;
  }

  /** A pool that notes how many parts of which job it did. */
  function watched(pool: Pool<ScanJobs>): { pool: Pool<ScanJobs>; done: string[] } {
    const done: string[] = [];
    const run: Pool<ScanJobs>['runHere'] = (name, args) => {
      done.push(name);
      return pool.runHere(name, args);
    };
    return { pool: { ...pool, run, runHere: run }, done };
  }

  async function rescan(target: TestRepository, dir: string, options: Partial<HistoryOptions> = {}) {
    const { pool, done } = watched(poolOf(0));
    return { result: await scan(target, { cacheDir: dir, ...options, pool }), done };
  }

  function filled(): { target: TestRepository; random: Random } {
    const random = makeRandom(10);
    const target = repository();
    randomHistory(target, random, 20);
    target.write('file', makeKeyId(random));
    target.commit('one');
    packEverything(target);
    return { target, random };
  }

  it('stands for the scan', async () => {
    const { target } = filled();
    const dir = cacheDir();
    const first = await rescan(target, dir);
    const again = await rescan(target, dir, { isProvenanceKnown: () => true });
    expect(again.done).toEqual([]);
    expect(found(again.result)).toEqual(found(first.result));
    expect(again.result.counts).toEqual(first.result.counts);
    expect(again.result.gaps).toEqual([]);
  });

  it('leaves provenance to be collected', async () => {
    const { target } = filled();
    const dir = cacheDir();
    const first = await rescan(target, dir);
    const again = await rescan(target, dir);
    expect(again.done).not.toContain('contents');
    expect(again.result.provenance?.commits).toEqual(first.result.provenance?.commits);
    expect(again.result.provenance?.trees.length).toBe(first.result.provenance?.trees.length);
    expect(again.result.counts).toEqual(first.result.counts);
  });

  it('is joined with what is new', async () => {
    const { target, random } = filled();
    const dir = cacheDir();
    await rescan(target, dir);
    target.write('new', makeKeyId(random));
    target.commit('two');
    const plain = await scan(target);
    const again = await rescan(target, dir);
    expect(found(again.result)).toEqual(found(plain));
    expect(again.result.counts).toEqual(plain.counts);
    expect(again.result.bytes).toBeLessThan(plain.bytes);
    target.git('repack', '-dq');
    await rescan(target, dir);
    const third = await rescan(target, dir, { isProvenanceKnown: () => true });
    expect(third.done).toEqual([]);
    expect(found(third.result)).toEqual(found(plain));
    expect(third.result.counts).toEqual(plain.counts);
  });

  it('of one pack holds what another one held as well', async () => {
    const { target } = filled();
    const dir = cacheDir();
    const folder = join(target.gitDir, 'objects/pack');
    const larger = readdirSync(folder).map((name) => join(folder, name));
    const blob = target.git('rev-parse', 'HEAD:file');
    target.gitBytes(['pack-objects', '-q', join(folder, 'pack')], `${blob}\n`);
    await rescan(target, dir);
    for (const file of larger) rmSync(file, { force: true });
    // The small pack's result was made beside the large one: it is made anew, and holds the key.
    const { result } = await rescan(target, dir);
    expect(Object.keys(found(result))).toEqual([blob]);
  });

  it('is not that of other patterns', async () => {
    const { target } = filled();
    const dir = cacheDir();
    await rescan(target, dir);
    expect((await rescan(target, dir, { detectorHash: 'other' })).done).toContain('contents');
  });

  it('holds no secret', async () => {
    const random = makeRandom(11);
    const target = repository();
    const secret = makeSecret(random);
    target.blob(`aws_access_key_id = ${makeKeyId(random)}\naws_secret_access_key = ${secret}\n`);
    packEverything(target);
    const dir = cacheDir();
    const { result } = await rescan(target, dir);
    expect(result.objects.flatMap(({ hits }) => hits).some(({ secretId }) => secretId !== undefined)).toBe(
      true,
    );
    const files = readdirSync(dir);
    expect(files.length).toBe(1);
    for (const file of files) expect(readFileSync(join(dir, file)).includes(secret)).toBe(false);
  });

  it('is not kept of a store with gaps', async () => {
    const { target } = filled();
    const dir = cacheDir();
    target.write('lost', 'lost');
    target.commit('lost');
    const id = target.git('rev-parse', 'HEAD:lost');
    rmSync(join(target.gitDir, 'objects', id.slice(0, 2), id.slice(2)), { force: true });
    await rescan(target, dir);
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe('a scan that is interrupted', () => {
  it('ends and says so', async () => {
    const target = repository();
    randomHistory(target, makeRandom(12), 10);
    const controller = new AbortController();
    controller.abort(new Error('interrupted'));
    const result = await scan(target, { signal: controller.signal, pool: poolOf(0, controller.signal) });
    expect(result.isInterrupted).toBe(true);
    expect(result.objects).toEqual([]);
  });

  it('keeps what it has', async () => {
    const target = repository();
    randomHistory(target, makeRandom(13), 30);
    target.write('file', 'so that there are trees, which come last');
    target.commit('one');
    packEverything(target);
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error('interrupted'));
    const options = { signal: controller.signal, pool: poolOf(0, controller.signal), onProgress };
    const result = await scan(target, options);
    expect(result.isInterrupted).toBe(true);
    expect(found(result)).toEqual(foundByGit(target));
    expect(result.provenance).toBeUndefined();
  });
});

it('tells how far it has come', async () => {
  const target = repository();
  randomHistory(target, makeRandom(14), 10);
  const steps: { done: number; total?: number }[] = [];
  const { store } = await scan(target, { onProgress: (progress) => steps.push(progress) });
  expect(steps.at(-1)).toMatchObject({ phase: 'objects', done: store.count, total: store.count });
});
