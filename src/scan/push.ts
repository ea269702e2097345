import { join } from 'node:path';
import { readObjects } from '../git/cat-file-stream.ts';
import { decodePath } from '../git/provenance.ts';
import { type Outgoing, outgoingObjects, replacedBlobs, treeBlobs } from '../git/push.ts';
import { placesIn, type RangeOptions, type RangePlace, readCommitInfos } from '../git/range.ts';
import { openRepository } from '../git/repository.ts';
import { treeChanges } from '../git/tree-changes.ts';
import type { Repository } from '../git/types.ts';
import { type FoundObject, LARGEST_OBJECT_BYTES, searchObjects, toPlace } from './range.ts';
import type { ScanRun } from './run.ts';

/** Scans what a push sends: blobs, commits, tags, file names and names of refs. */
export async function scanPush(run: ScanRun): Promise<void> {
  const { plan, environment } = run;
  const push = plan.push!;
  const options = { inheritRepository: true, signal: environment.signal };
  const repository = await openRepository(plan.cwd, options);
  searchRefNames(run);
  const outgoing = await outgoingObjects(repository, push, options);
  const sent = await listSent(repository, outgoing, options);
  const found = await searchObjects(run, repository, sent.ids(), (id) => {
    if (repository.isPartial && outgoing.holdsPromised) run.coverage.note('promised by the remote', id);
    else
      run.coverage.gap({ reason: repository.isPartial ? 'promised-object' : 'missing-object', example: id });
  });
  await searchNames(run, repository, sent.pathCommits, options);
  await locate(run, repository, outgoing, sent, found, options);
  if (run.collector.located.length > 0) await searchHeld(run, repository, outgoing, options);
}

interface Sent {
  /** All that is to be read, as it becomes known: commits first, so that their reading does not wait for the trees. */
  ids(): AsyncGenerator<string>;
  /** Filled as `ids` goes on: every path (bytes as latin1 text) with the first commit that brings it; none for a tree without commits. */
  pathCommits: Map<string, string | undefined>;
  /** Blobs of trees that a ref points at. */
  loose: Map<string, string>;
}

async function listSent(
  repository: Repository,
  { commits, others }: Outgoing,
  options: RangeOptions,
): Promise<Sent> {
  const pathCommits: Sent['pathCommits'] = new Map();
  const loose: Sent['loose'] = new Map();
  for (const { id } of others.filter(({ type }) => type === 'tree')) {
    for (const blob of await treeBlobs(repository, id, options)) {
      loose.set(blob.id, blob.path);
      pathCommits.set(blob.path, undefined);
    }
  }
  async function* ids(): AsyncGenerator<string> {
    const known = new Set<string>([...commits, ...loose.keys()]);
    for (const { id, type } of others) if (type !== 'tree') known.add(id);
    yield* known;
    for await (const { id, mode, path, commit } of treeChanges(repository, commits, options)) {
      if (mode === SUBMODULE || mode === ABSENT) continue;
      if (!pathCommits.has(path)) pathCommits.set(path, commit);
      if (known.has(id)) continue;
      known.add(id);
      yield id;
    }
  }
  return { ids, pathCommits, loose };
}

const SUBMODULE = '160000';
const ABSENT = '000000';

async function locate(
  run: ScanRun,
  repository: Repository,
  { commits, others }: Outgoing,
  { loose }: Sent,
  found: readonly FoundObject[],
  options: RangeOptions,
): Promise<void> {
  if (found.length === 0) return;
  const ids = found.map(({ id }) => id);
  const { places, gaps } = await placesIn(repository, commits, ids, options);
  for (const gap of gaps) run.coverage.gap(gap);
  for (const { id, type, hits } of found) {
    const loosePath = loose.get(id);
    const own = loosePath === undefined ? {} : { path: decodePath(loosePath) };
    for (const place of places.get(id) ?? [own as Partial<RangePlace>]) {
      const file = place.path && join(repository.workTree ?? repository.gitDir, place.path);
      const ref = others.find((other) => other.id === id)?.ref;
      const refs = ref === undefined ? {} : { refs: [run.tools().maskSecrets(ref)] };
      for (const hit of hits) run.collector.add(hit, { ...toPlace(run, id, type, place), ...refs }, file);
    }
  }
}

/** Names of files are sent, too. */
async function searchNames(
  run: ScanRun,
  repository: Repository,
  pathCommits: Sent['pathCommits'],
  options: RangeOptions,
): Promise<void> {
  const paths = [...pathCommits.keys()];
  const hits = searchLines(run, paths);
  const commits = new Set(hits.flatMap(({ index }) => pathCommits.get(paths[index]!) ?? []));
  const infos = await readCommitInfos(repository, commits, options);
  for (const { index, hit } of hits) {
    const path = paths[index]!;
    const commit = infos.get(pathCommits.get(path) ?? '');
    const shown = decodePath(path);
    const place = { path: shown, ...(commit === undefined ? {} : { commit }) };
    run.collector.add(
      hit,
      toPlace(run, undefined, 'tree', place),
      join(repository.workTree ?? repository.gitDir, shown),
    );
  }
}

function searchRefNames(run: ScanRun): void {
  const refs = run.plan.push!.updates.filter(({ id }) => id !== undefined).map(({ ref }) => ref);
  for (const { index, hit } of searchLines(run, refs)) {
    const name = run.tools().maskSecrets(refs[index]!);
    run.collector.add(hit, { source: 'range', object: { type: 'ref', id: name }, refs: [name] });
  }
}

/** Searches names in one go; a hit stands in line 1 of its own. */
function searchLines(run: ScanRun, names: readonly string[]) {
  if (names.length === 0) return [];
  const text = names.map((name) => name.replaceAll('\n', ' ')).join('\n');
  const { hits } = run.tools().scanner.scan(Buffer.from(text, 'latin1'), undefined, 'names');
  return hits.map((hit) => ({ index: hit.line - 1, hit: { ...hit, line: 1, endLine: 1 } }));
}

/** What changed files held before, here and at the tips that a forced push throws away: the receiver has it, and knows it. */
async function searchHeld(
  run: ScanRun,
  repository: Repository,
  { commits, heldTips }: Outgoing,
  options: RangeOptions,
): Promise<void> {
  const blobs = await replacedBlobs(repository, commits, options);
  const paths = [...new Set(run.collector.located.flatMap(({ place }) => place.path ?? []))];
  for (const tip of paths.length === 0 ? [] : heldTips.slice(0, HELD_TIPS)) {
    for (const { id } of await treeBlobs(repository, tip, options, paths.slice(0, HELD_PATHS))) blobs.add(id);
  }
  if (blobs.size === 0) return;
  const { scanner } = run.tools();
  for await (const object of readObjects(repository, blobs, { ...options, maxBytes: LARGEST_OBJECT_BYTES })) {
    if (object.type !== 'blob' || object.bytes === undefined) continue;
    for (const hit of scanner.scan(object.bytes, undefined, object.id).hits) {
      run.collector.held.push({ hit, place: { source: 'range' } });
    }
  }
}

/** Enough for any push that people make; beyond, a credential that the receiver has stops the push all the same. */
const HELD_TIPS = 20;
const HELD_PATHS = 500;
