import { createTwinKernel } from '../../src/detect/kernel/twin.ts';
import { CommitCollector, joinCommitRows } from '../../src/git/commits.ts';
import { followChains, planWalk } from '../../src/git/forest.ts';
import { type Attribution, attributeHits, type ObjectProvenance } from '../../src/git/provenance.ts';
import { readRefs } from '../../src/git/refs.ts';
import { openRepository } from '../../src/git/repository.ts';
import { joinSkeleton } from '../../src/git/skeleton.ts';
import { openStore, type Store } from '../../src/git/store.ts';
import { createTreeCollector } from '../../src/git/trees.ts';
import { type CommitTable, TYPE } from '../../src/git/types.ts';
import { ForestWalker } from '../../src/git/walk.ts';

export interface History {
  store: Store;
  commits: CommitTable;
  attribution: Attribution;
  /** Places of the object with this id. */
  placesOf(id: string): ObjectProvenance[];
  /** Trees that came as a delta of another. */
  deltas: number;
}

/** Walks a real repository with one thread and asks for the provenance of `hits` (ids) and of names that contain `hitName`. */
export async function attribute(path: string, hits: readonly string[], hitName?: string): Promise<History> {
  const repository = await openRepository(path);
  const { store } = openStore(repository);
  store.readHeads(0, store.count);
  const plan = planWalk(store, followChains(store), 1, (type) => type !== TYPE.blob);
  const hitObjects = hits.map((id) => store.find(id)).filter((object) => object >= 0);
  const kernel = createTwinKernel({ anchors: [] });
  const collector = createTreeCollector({
    store,
    kernel,
    hits: hitObjects,
    ...(hitName === undefined
      ? {}
      : { isHitName: (bytes, start, end) => Buffer.from(bytes.subarray(start, end)).includes(hitName) }),
  });
  const rows = new CommitCollector(store);
  let deltas = 0;
  const walker = new ForestWalker(store, plan.forest, kernel, {
    onHot: () => {},
    onLarge: () => {},
    onGap: () => {},
    onCommit: (...commit) => rows.add(...commit),
    onTree: (...tree) => {
      if (tree[3] >= 0) deltas += 1;
      collector.visit(...tree);
    },
  });
  for (const { from, to } of [...plan.contents, ...plan.trees]) walker.walk(from, to);
  const commits = joinCommitRows([rows.finish()]);
  const skeleton = joinSkeleton([collector.finish()], store.count);
  const refs = await readRefs(repository);
  const attribution = attributeHits({ store, commits, skeleton, refs, hits: hitObjects });
  store.close();
  return {
    store,
    commits,
    attribution,
    placesOf: (id) => attribution.objects.get(store.find(id))?.places ?? [],
    deltas,
  };
}
