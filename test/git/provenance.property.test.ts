import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeRepository, type TestRepository } from '../helpers/repository.ts';
import { attribute } from './history.ts';

interface CommitPlan {
  /** Numbers of earlier commits, made valid with a modulo. */
  parents: number[];
  /** A path and the content it gets; undefined deletes it. */
  changes: { path: number; content: number | undefined }[];
}

interface Plan {
  commits: CommitPlan[];
  branches: number[];
  tags: number[];
  isPacked: boolean;
}

/** Several folders with enough files for their trees to be stored as deltas, nested, and names that are file and folder in turn. */
const PATHS = [
  ...Array.from({ length: 24 }, (_, index) => `src/module-${index}.ts`),
  ...Array.from({ length: 24 }, (_, index) => `src/vendor/copy/module-${index}.ts`),
  ...Array.from({ length: 12 }, (_, index) => `top-${index}`),
  'src/vendor',
  'top-0/file',
  'a',
  'a/b',
  'a/b/c',
  'src',
];
const CONTENTS = 12;

const commitPlan = fc.record<CommitPlan>({
  parents: fc.array(fc.nat(), { maxLength: 3 }),
  changes: fc.array(
    fc.record({
      path: fc.nat(PATHS.length - 1),
      content: fc.option(fc.nat(CONTENTS - 1), { nil: undefined, freq: 3 }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
});

const plan = fc.record<Plan>({
  commits: fc.array(commitPlan, { minLength: 4, maxLength: 14 }),
  branches: fc.array(fc.nat(), { maxLength: 3 }),
  tags: fc.array(fc.nat(), { maxLength: 2 }),
  isPacked: fc.boolean(),
});

it('agrees with listing every commit of a random history', { timeout: 300_000 }, async () => {
  let deltas = 0;
  await fc.assert(
    fc.asyncProperty(plan, async (planned) => {
      const repo = makeRepository({ bare: true });
      try {
        const commits = build(repo, planned);
        const blobs = Array.from({ length: CONTENTS }, (_, content) => repo.blob(contentOf(content)));
        if (planned.isPacked) repo.git('repack', '-q', '-a', '-d', '-f', '-k', '--depth=50', '--window=50');
        const history = await attribute(repo.path, blobs);
        deltas += history.deltas;
        const actual = Object.fromEntries(
          blobs.map((blob) => [
            blob,
            history
              .placesOf(blob)
              .filter(({ path }) => path !== undefined)
              .map(({ path, commit, refs, ...rest }) => ({ path, commit: commit?.id, refs, ...rest }))
              .sort(byPath),
          ]),
        );
        expect(actual).toEqual(listEverything(repo, planned, commits, blobs));
      } finally {
        repo.remove();
      }
    }),
    { numRuns: 25 },
  );
  expect(deltas, 'trees that came as deltas').toBeGreaterThan(50);
});

function contentOf(content: number): string {
  return `content ${content}\n`;
}

function parentsOf({ commits }: Plan, commit: number): number[] {
  return commit === 0 ? [] : [...new Set(commits[commit]!.parents.map((parent) => parent % commit))];
}

/** Builds the commits; the first has every file. Returns their ids. */
function build(repo: TestRepository, planned: Plan): string[] {
  const lines: string[] = [];
  planned.commits.forEach(({ changes }, commit) => {
    const parents = parentsOf(planned, commit);
    lines.push(`commit refs/build/${commit}`, `mark :${commit + 1}`);
    lines.push(`committer a <a@example.com> ${1_700_000_000 + commit} +0000`, 'data 1', 'x');
    lines.push(...parents.map((parent, index) => `${index === 0 ? 'from' : 'merge'} :${parent + 1}`));
    if (parents.length === 0)
      lines.push(...PATHS.slice(0, 60).flatMap((path, index) => modify(path, index % 9)));
    for (const { path, content } of changes) {
      if (content === undefined) lines.push(`D ${PATHS[path]}`);
      else lines.push(...modify(PATHS[path]!, content));
    }
    lines.push('');
  });
  repo.gitBytes(['fast-import', '--quiet'], `${lines.join('\n')}\n`);
  const ids = planned.commits.map((_, commit) => repo.git('rev-parse', `refs/build/${commit}`));
  for (const commit of ids.keys()) repo.git('update-ref', '-d', `refs/build/${commit}`);
  for (const [index, tip] of planned.branches.entries()) {
    repo.git('update-ref', `refs/heads/b${index}`, ids[tip % ids.length]!);
  }
  for (const [index, tip] of planned.tags.entries()) {
    repo.git('tag', '-a', '-m', 'x', `t${index}`, ids[tip % ids.length]!);
  }
  return ids;
}

function modify(path: string, content: number): string[] {
  const text = contentOf(content);
  return [`M 100644 inline ${path}`, `data ${text.length}`, text];
}

/** The oracle: flat listings of every commit, and nothing clever. */
function listEverything(
  repo: TestRepository,
  planned: Plan,
  ids: readonly string[],
  blobs: readonly string[],
) {
  const listings = ids.map(
    (id) => new Set(repo.git('ls-tree', '-r', '--format=%(objectname) %(path)', id).split('\n')),
  );
  const ancestors = ids.map((_, commit) => ancestorsOf(planned, commit));
  const refs = [
    ...planned.branches.map((tip, index) => ({ name: `refs/heads/b${index}`, tip, word: 'branch' })),
    ...planned.tags.map((tip, index) => ({ name: `refs/tags/t${index}`, tip, word: 'tag' })),
  ];
  const result: Record<string, object[]> = Object.fromEntries(blobs.map((blob) => [blob, []]));
  for (const entry of new Set(listings.flatMap((listing) => [...listing]))) {
    const [blob, path] = [entry.slice(0, entry.indexOf(' ')), entry.slice(entry.indexOf(' ') + 1)];
    if (result[blob] === undefined) continue;
    const bringing = ids
      .map((_, commit) => commit)
      .filter((commit) => listings[commit]!.has(entry))
      .filter((commit) => !parentsOf(planned, commit).some((parent) => listings[parent]!.has(entry)));
    const reaching = refs.filter(({ tip }) =>
      bringing.some((commit) => ancestors[tip % ids.length]!.has(commit)),
    );
    const isReached = (commit: number) => refs.some(({ tip }) => ancestors[tip % ids.length]!.has(commit));
    const best = bringing.find(isReached) ?? bringing[0]!;
    const words = [...new Set(reaching.map(({ word }) => word))];
    result[blob].push({
      path,
      commit: ids[best],
      refs: reaching.map(({ name }) => name),
      reachable: reaching.length > 0,
      where: words.length > 0 ? words : ['dangling'],
      atHead: false,
    });
  }
  for (const places of Object.values(result)) places.sort(byPath);
  return result;
}

function ancestorsOf(planned: Plan, commit: number, seen = new Set<number>()): Set<number> {
  if (!seen.has(commit)) {
    seen.add(commit);
    for (const parent of parentsOf(planned, commit)) ancestorsOf(planned, parent, seen);
  }
  return seen;
}

function byPath(left: object, right: object): number {
  const [one, other] = [left, right].map((place) => (place as { path: string }).path) as [string, string];
  return one < other ? -1 : one > other ? 1 : 0;
}
