import type { RangeOptions } from './range.ts';
import { gitStream, inRepository } from './run.ts';
import type { Repository } from './types.ts';

/** One entry of a commit's tree that is like that of none of its parents. */
export interface TreeChange {
  commit: string;
  /** Bytes as latin1 text. */
  path: string;
  /** Octal, e.g. `100644`; `000000` where the commit takes the path away. */
  mode: string;
  /** Zeros where the commit takes the path away. */
  id: string;
  /** What each parent has there; zeros for nothing. */
  before: string[];
}

const FLAGS = [
  '--stdin',
  '-r',
  '-c',
  '--root',
  '--raw',
  '-z',
  '--no-abbrev',
  '--no-renames',
  '--no-ext-diff',
  '--no-textconv',
];

/**
 * What commits change, in their order. Combined raw diffs (`-c`) list what differs from every parent: what a merge takes over from one
 * of them is not its doing, what only the merge itself brings is. Costs what was changed, not what the trees hold.
 */
export async function* treeChanges(
  repository: Repository,
  commits: readonly string[],
  options: RangeOptions,
): AsyncGenerator<TreeChange> {
  if (commits.length === 0) return;
  const input = Buffer.from(commits.map((id) => `${id}\n`).join(''));
  const stream = gitStream(['diff-tree', ...FLAGS], inRepository(repository, { ...options, input }));
  let commit = '';
  let entry: string[] | undefined;
  for await (const field of fields(stream)) {
    if (entry !== undefined) {
      const ids = entry.filter((word) => ID.test(word));
      const mode = entry[ids.length - 1]!.replace(/^:*/, '');
      yield { commit, path: field, mode, id: ids.pop()!, before: ids };
      entry = undefined;
    } else if (field.startsWith(':')) entry = field.split(' ');
    else commit = field.trim();
  }
}

/** Ids and nothing else of a raw line: modes are shorter. */
const ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** NUL-terminated fields, bytes as latin1 text. */
async function* fields(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of stream) {
    const parts = (rest + chunk.toString('latin1')).split('\0');
    rest = parts.pop()!;
    yield* parts;
  }
}
