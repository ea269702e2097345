import { type GitOptions, git, gitResult, gitStream, inRepository } from '../git/run.ts';
import type { Repository } from '../git/types.ts';
import type { GapEvent } from '../report/result.ts';
import { ChunkReader } from './chunk-reader.ts';
import { decodePath, toDisplayPath } from './paths.ts';
import type { SourceBlob } from './source.ts';

export interface StagedOptions {
  /** Limits what is yielded; absolute, or relative to the top of the work tree. Everything when empty. */
  paths?: readonly string[];
  /** Told of each blob that cannot be read. */
  onGap: (gap: GapEvent) => void;
  signal?: AbortSignal;
}

/** What a tree without entries is called; git knows it without its being stored. */
const EMPTY_TREE = {
  sha1: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  sha256: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
};

/**
 * The blobs that the index holds beyond HEAD: what a commit made now would bring, and all sides of unresolved conflicts. The content is
 * the index's and not the work tree's; GIT_INDEX_FILE, as git sets it for hooks, is honoured. Each blob is to be read, if
 * at all, before the next is asked for.
 */
export async function* stagedBlobs(
  repository: Repository,
  options: StagedOptions,
): AsyncGenerator<SourceBlob> {
  const run = inRepository(repository, {
    inheritRepository: true,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const entries = await stagedEntries(repository, run, options.paths ?? []);
  if (entries.length === 0) return;

  const input = Buffer.from(entries.map(({ id }) => `${id}\n`).join(''));
  const reader = new ChunkReader(gitStream(['cat-file', '--batch', '--buffer'], { ...run, input }));
  try {
    for (const { path, id } of entries) {
      const size = blobSize(await reader.readLine());
      if (size === undefined) {
        options.onGap({ reason: repository.isPartial ? 'promised-object' : 'missing-object', example: path });
        continue;
      }
      let left = size;
      yield {
        path,
        id,
        size,
        async read(target) {
          const length = left === 0 ? 0 : await reader.read(target.subarray(0, left));
          left -= length;
          return length;
        },
      };
      await reader.skip(left + 1);
    }
  } finally {
    await reader.close();
  }
}

interface StagedEntry {
  path: string;
  id: string;
}

const SUBMODULE = '160000';
const ABSENT = '000000';

async function stagedEntries(
  repository: Repository,
  run: GitOptions,
  paths: readonly string[],
): Promise<StagedEntry[]> {
  const head = await gitResult(['rev-parse', '--verify', '--quiet', 'HEAD^{tree}'], run);
  const tree = head.status === 0 ? head.stdout.toString().trim() : EMPTY_TREE[repository.objectFormat];
  const limit = ['--', ...paths];
  const diff = [
    'diff-index',
    '--cached',
    '--raw',
    '-z',
    '--no-renames',
    '--no-abbrev',
    '--ita-invisible-in-index',
  ];
  const [changed, unmerged] = await Promise.all([
    git(['--literal-pathspecs', ...diff, tree, ...limit], run),
    git(['--literal-pathspecs', 'ls-files', '--unmerged', '--full-name', '-z', ...limit], run),
  ]);
  return [...changedEntries(changed), ...unmergedEntries(unmerged)];
}

/** Records are `:OLDMODE NEWMODE OLDID NEWID STATUS<nul>PATH<nul>`. */
function* changedEntries(output: Buffer): Generator<StagedEntry> {
  const fields = nulFields(output);
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [, mode, , id, status] = fields[index]!.toString().split(' ');
    // An unmerged path has no content of its own, only its stages.
    if (mode === SUBMODULE || mode === ABSENT || status === 'U') continue;
    yield { path: pathOf(fields[index + 1]!), id: id! };
  }
}

/** Records are `MODE ID STAGE<tab>PATH<nul>`. */
function* unmergedEntries(output: Buffer): Generator<StagedEntry> {
  for (const field of nulFields(output)) {
    const tab = field.indexOf(0x09);
    const [mode, id] = field.toString('latin1', 0, tab).split(' ');
    if (mode !== SUBMODULE) yield { path: pathOf(field.subarray(tab + 1)), id: id! };
  }
}

function nulFields(output: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  for (let from = 0, end = output.indexOf(0); end >= 0; from = end + 1, end = output.indexOf(0, from)) {
    fields.push(output.subarray(from, end));
  }
  return fields;
}

function pathOf(bytes: Uint8Array): string {
  return toDisplayPath(decodePath(bytes));
}

/** From `ID TYPE SIZE`; undefined for `ID missing`. */
function blobSize(line: string | undefined): number | undefined {
  const size = line?.split(' ')[2];
  return size === undefined ? undefined : Number(size);
}
