import { createHash } from 'node:crypto';
import type { Kernel } from '../../src/detect/kernel/types.ts';
import { followChains, planWalk } from '../../src/git/forest.ts';
import { openStore } from '../../src/git/store.ts';
import { ForestWalker, type WalkLimits, type WalkResult } from '../../src/git/walk.ts';
import type { GapEvent } from '../../src/report/result.ts';
import { runGit, type TestRepository } from './repository.ts';

export interface WalkedStore {
  /** `id type size sha1-of-content`, sorted. */
  contents: string[];
  gaps: GapEvent[];
  result: WalkResult;
  commits: string[];
}

export interface WalkSettings {
  limits?: WalkLimits;
  parts?: number;
}

/** Walks a whole store in this thread; of every object the walk finds hot, what it looked like. */
export function walkStore(
  repository: TestRepository,
  kernel: Kernel,
  settings: WalkSettings = {},
): WalkedStore {
  const { store, gaps } = openStore({
    objectDirs: objectDirsOf(repository),
    objectFormat: formatOf(repository),
  });
  store.readHeads(0, store.count);
  const chains = followChains(store);
  const plan = planWalk(store, chains, settings.parts ?? 3, () => true);
  const walked: WalkedStore = {
    contents: [],
    gaps: [...gaps, ...chains.gaps],
    result: noResult(),
    commits: [],
  };
  const record = (object: number, type: string, bytes: Uint8Array) => {
    walked.contents.push(describe(store.idOf(object), type, bytes));
  };
  const walker = new ForestWalker(
    store,
    plan.forest,
    kernel,
    {
      onHot: record,
      onLarge: record,
      onCommit: (object) => walked.commits.push(store.idOf(object)),
      onGap: (gap) => walked.gaps.push(gap),
    },
    settings.limits,
  );
  for (const { from, to } of [...plan.contents, ...plan.trees])
    addResult(walked.result, walker.walk(from, to));
  for (const giant of walked.result.giants) walked.contents.push(`${store.idOf(giant)} giant`);
  store.close();
  walked.contents.sort();
  return walked;
}

/** The same list as git sees the store. */
export function listByGit(repository: TestRepository): string[] {
  const output = repository.gitBytes(['cat-file', '--batch-all-objects', '--batch', '--unordered']);
  const contents: string[] = [];
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(10, at);
    const [id, type, size] = output.toString('latin1', at, end).split(' ');
    const bytes = output.subarray(end + 1, end + 1 + Number(size));
    contents.push(describe(id!, type!, bytes));
    at = end + 1 + Number(size) + 1;
  }
  return contents.sort();
}

export function describe(id: string, type: string, bytes: Uint8Array): string {
  return `${id} ${type} ${bytes.length} ${createHash('sha1').update(bytes).digest('hex')}`;
}

/** A kernel to which every object is hot, so that the walk shows all contents. */
export function seeingEverything(kernel: Kernel): Kernel {
  return new Proxy(kernel, {
    get(target, name) {
      if (name === 'hasCandidate') return () => true;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** The repository's own objects and those of its alternates, one level deep. */
export function objectDirsOf(repository: TestRepository): string[] {
  const own = runGit(repository.path, ['rev-parse', '--path-format=absolute', '--git-path', 'objects'])
    .toString()
    .trim();
  const alternates = runGit(repository.path, ['count-objects', '-v'])
    .toString()
    .matchAll(/^alternate: (.*)$/gm);
  return [own, ...[...alternates].map((match) => match[1]!)];
}

export function formatOf(repository: TestRepository): 'sha1' | 'sha256' {
  return repository.git('rev-parse', '--show-object-format') === 'sha256' ? 'sha256' : 'sha1';
}

function noResult(): WalkResult {
  return { blobs: 0, commits: 0, tags: 0, trees: 0, bytes: 0, giants: [] };
}

function addResult(sum: WalkResult, part: WalkResult): void {
  sum.blobs += part.blobs;
  sum.commits += part.commits;
  sum.tags += part.tags;
  sum.trees += part.trees;
  sum.bytes += part.bytes;
  sum.giants.push(...part.giants);
}
