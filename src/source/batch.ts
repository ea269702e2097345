import type { GapEvent } from '../report/result.ts';
import { type FileReader, scanFile, scanLink } from './file.ts';
import { toDisplayPath } from './paths.ts';
import type { BlobScan, Note, SourceHit } from './source.ts';
import type { WorkTree } from './worktree.ts';

/** Some files of a work tree, as they go to a worker: two long strings are cloned faster than many short ones. */
export interface FileBatch {
  root: string;
  /** See `FileGroup`. */
  repository?: string;
  /** Paths joined by NUL, links last. */
  paths: string;
  links: number;
}

export interface BatchScan {
  /** Files with hits; `path` as results name it. */
  found: { path: string; repository?: string; hits: SourceHit[] }[];
  gaps: GapEvent[];
  notes: Note[];
  /** What was read. */
  files: number;
  bytes: number;
}

/** Hands out a listing in batches of at most `size` files, one by one, so that threads balance themselves; undefined at its end. */
export function queueFiles(tree: WorkTree): (size: number) => FileBatch | undefined {
  let group = 0;
  let from = 0;
  return function take(size) {
    for (; group < tree.groups.length; group++, from = 0) {
      const { files, links, repository } = tree.groups[group]!;
      const to = Math.min(files.length + links.length, from + size);
      if (to === from) continue;
      const batch = {
        root: tree.root,
        ...(repository === undefined ? {} : { repository }),
        paths: [
          ...files.slice(from, to),
          ...links.slice(Math.max(0, from - files.length), Math.max(0, to - files.length)),
        ].join('\0'),
        links: Math.min(to - from, Math.max(0, to - files.length)),
      };
      from = to;
      return batch;
    }
    return undefined;
  };
}

export function countFiles(tree: WorkTree): number {
  return tree.groups.reduce((sum, { files, links }) => sum + files.length + links.length, 0);
}

/** Reads and scans the files of a batch. */
export function scanBatch(batch: FileBatch, reader: FileReader): BatchScan {
  const result: BatchScan = { found: [], gaps: [], notes: [], files: 0, bytes: 0 };
  const { root, repository } = batch;
  const paths = batch.paths.split('\0');
  const firstLink = paths.length - batch.links;
  for (let index = 0; index < paths.length; index++) {
    const path = paths[index]!;
    const name = toDisplayPath(path);
    const scan = (index < firstLink ? scanFile : scanLink)(`${root}/${path}`, name, reader);
    if (scan !== undefined) add(scan, name);
  }
  return result;

  function add({ hits, gaps, notes, bytes }: BlobScan, path: string): void {
    if (hits.length > 0)
      result.found.push({ path, hits, ...(repository === undefined ? {} : { repository }) });
    if (gaps.length > 0) result.gaps.push(...gaps);
    if (notes.length > 0) result.notes.push(...notes);
    result.files++;
    result.bytes += bytes;
  }
}
