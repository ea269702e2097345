import { posix } from 'node:path';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import type { Span } from '../detect/types.ts';
import type { GapEvent, GapReason } from '../report/result.ts';
import { type ByteInput, memoryInput } from './byte-input.ts';
import { type ByteStream, inputStream, RunStream } from './byte-stream.ts';
import { gunzipRuns, inflateRuns, isGzip, type UnpackOutcome } from './gzip.ts';
import { isTarHeader, type TarOutcome, tarEntries } from './tar.ts';
import { isZip, type ZipEntry, type ZipOutcome, zipEntries } from './zip.ts';

/** How far an archive is unpacked. What is beyond is a gap, `archive-limit`. */
export interface ArchiveLimits {
  /** Archives within each other; the outermost counts as 1, and so does a `.tar.gz`. */
  depth: number;
  /** Unpacked bytes of one outermost archive, everything within it included. */
  totalBytes: number;
  /** Unpacked bytes of one member. */
  memberBytes: number;
  /** Unpacked bytes for one packed byte, once more than a megabyte was unpacked. */
  ratio: number;
  /** Members of one outermost archive. */
  members: number;
}

export const DEFAULT_ARCHIVE_LIMITS: ArchiveLimits = {
  depth: 3,
  totalBytes: 512 * 1024 * 1024,
  memberBytes: 64 * 1024 * 1024,
  ratio: 200,
  members: 50_000,
};

const RATIO_FLOOR_BYTES = 1024 * 1024;

interface ArchiveMember {
  /** `inner/file`, or `inner.zip!file` in an archive in the archive. Hostile text, never a place to write to. */
  path: string;
  /** Valid until the next item is asked for. */
  bytes: Uint8Array;
  /** Where they stand in the outermost archive, if not compressed: a hit in there is seen in the archive's own bytes as well. */
  span?: Span;
}

export type ArchiveItem = ArchiveMember | { gap: GapEvent };

/** Whether the bytes are a gzip, zip or tar file, by their content. */
export function isArchive(bytes: Uint8Array): boolean {
  return mayBeArchive(bytes) && kindOf(memoryInput(bytes)) !== undefined;
}

// Perf: asked of every blob there is.
function mayBeArchive(bytes: Uint8Array): boolean {
  const first = bytes[0];
  if (first === 0x1f) return bytes[1] === 0x8b;
  if (first === 0x50 && bytes[1] === 0x4b) return true;
  return bytes[bytes.length - 22] === 0x50 || isTarHeader(bytes);
}

/**
 * Unpacks gzip, zip and tar, archives within archives included, and yields every member's content in memory and one gap for
 * each thing that could not be read or was beyond a limit; what could be read of it is yielded all the same.
 * Gaps are named `name!path`. Yields nothing for what is no archive. Synchronous: history is scanned by loops that are.
 */
export function* expandArchive(
  bytes: Uint8Array,
  name: string,
  limits: ArchiveLimits,
): Generator<ArchiveItem> {
  yield* expandArchiveInput(memoryInput(bytes), name, limits);
}

/** Like `expandArchive`, for a file too large for memory. */
export function* expandArchiveInput(
  input: ByteInput,
  name: string,
  limits: ArchiveLimits,
): Generator<ArchiveItem> {
  const run: Run = { name, limits, bytesLeft: limits.totalBytes, members: 0 };
  yield* expand({ input, origin: 0, path: '', depth: 1 }, run);
}

/**
 * The content of a gzip file that holds one file, run by run, for those who need not have it in memory; undefined for a
 * `.tar.gz` and for what is no gzip. `problem` is called at most once, after the last run.
 */
export function gzipContent(
  input: ByteInput,
  limits: ArchiveLimits,
  problem: (reason: GapReason) => void,
): Generator<Uint8Array> | undefined {
  if (!isGzip(input) || isTarHeader(firstRun(input))) return undefined;
  const run: Run = { name: '', limits, bytesLeft: limits.totalBytes, members: 0 };
  const outcome: Outcome = { position: 0 };
  return withProblem(limited(gunzipRuns(input, outcome), 0, outcome, run), outcome, problem);
}

/** One expansion of an outermost archive. */
interface Run {
  readonly name: string;
  readonly limits: ArchiveLimits;
  bytesLeft: number;
  members: number;
}

/** The outermost archive or one inside. */
interface Container {
  input: ByteInput;
  /** Where it stands in the outermost archive; absent when it had to be unpacked. */
  origin?: number;
  /** Empty for the outermost. */
  path: string;
  depth: number;
}

type ArchiveKind = 'gzip' | 'zip' | 'tar';

function kindOf(input: ByteInput): ArchiveKind | undefined {
  if (isGzip(input)) return 'gzip';
  if (isZip(input)) return 'zip';
  return isTarHeader(input.view(0, 512)) ? 'tar' : undefined;
}

function* expand(container: Container, run: Run): Generator<ArchiveItem> {
  const kind = kindOf(container.input);
  if (kind === 'zip') yield* expandZip(container, run);
  else if (kind === 'gzip') yield* expandGzip(container, run);
  else if (kind === 'tar') {
    const isWhole = yield* expandTar(inputStream(container.input), container, run);
    if (!isWhole) yield gapAt(run, container.path, 'unreadable-file');
  }
}

function* expandZip(container: Container, run: Run): Generator<ArchiveItem> {
  const outcome: ZipOutcome = { isDamaged: false };
  for (const entry of zipEntries(container.input, outcome)) {
    const path = pathWithin(container, entry.name);
    if (isUsedUp(run)) return yield gapAt(run, path, 'archive-limit');
    if (isReadable(entry)) yield* expandMember(container, path, zipContent(container.input, entry, run), run);
    else yield gapAt(run, path, 'unreadable-file');
  }
  if (outcome.isDamaged) yield gapAt(run, container.path, 'unreadable-file');
}

function isReadable({ method, isEncrypted, start }: ZipEntry): boolean {
  return start >= 0 && !isEncrypted && (method === 0 || method === 8);
}

function* expandGzip(container: Container, run: Run): Generator<ArchiveItem> {
  const { input, path: outer, depth } = container;
  const inner: Container = { input, path: outer, depth };
  const path = pathWithin(container, gzipMemberName(outer || run.name));
  // Perf: most are small and whole, and even a look at their first bytes costs more than unpacking them this way.
  const whole =
    input.size > LARGEST_AT_ONCE_BYTES || isUsedUp(run)
      ? undefined
      : unpackAtOnce(gunzipSync, input, 0, input.size, run);
  if (whole !== undefined) {
    if (!isTarHeader(whole)) yield* expandMember(container, path, { bytes: whole }, run);
    else if (!(yield* expandTar(inputStream(memoryInput(whole)), inner, run)))
      yield gapAt(run, outer, 'unreadable-file');
    return;
  }
  const outcome: Outcome = { position: 0 };
  const stream = new RunStream(limited(gunzipRuns(input, outcome), 0, outcome, run));
  try {
    if (isTarHeader(stream.peek())) {
      const isWhole = yield* expandTar(stream, inner, run);
      const reason = outcome.reason ?? (isWhole ? undefined : 'unreadable-file');
      if (reason !== undefined) yield gapAt(run, outer, reason);
      return;
    }
    if (isUsedUp(run)) return yield gapAt(run, path, 'archive-limit');
    const bytes = unpackAtOnce(gunzipSync, input, 0, input.size, run);
    const content = bytes === undefined ? streamedContent(stream, outcome, run) : { bytes };
    yield* expandMember(container, path, content, run);
  } finally {
    stream.close();
  }
}

/** False when the archive ends before it should. */
function* expandTar(stream: ByteStream, container: Container, run: Run): Generator<ArchiveItem, boolean> {
  const outcome: TarOutcome = { isDamaged: false };
  for (const entry of tarEntries(stream, outcome)) {
    const path = pathWithin(container, entry.name);
    if (isUsedUp(run)) {
      yield gapAt(run, path, 'archive-limit');
      return true;
    }
    const bytes = entry.read(run.limits.memberBytes);
    const isCut = bytes.length === run.limits.memberBytes && bytes.length < entry.size;
    const content: Content = { bytes, start: entry.start, ...(isCut ? { problem: 'archive-limit' } : {}) };
    yield* expandMember(container, path, content, run);
  }
  return !outcome.isDamaged;
}

/** A member's content, or as much of it as there is and may be. */
interface Content {
  bytes: Uint8Array;
  /** Position in the container, if it is not compressed there. */
  start?: number;
  problem?: GapReason;
}

function* expandMember(
  container: Container,
  path: string,
  content: Content,
  run: Run,
): Generator<ArchiveItem> {
  const { bytes, start, problem } = content;
  const origin = container.origin === undefined || start === undefined ? undefined : container.origin + start;
  const isInner = isArchive(bytes);
  const isTooDeep = isInner && container.depth >= run.limits.depth;
  // An inner archive's own bytes are of no use, but a zip may stand behind a script.
  if (!isInner || isTooDeep || !isArchiveFromStart(bytes)) {
    yield origin === undefined
      ? { path, bytes }
      : { path, bytes, span: { start: origin, end: origin + bytes.length } };
  }
  if (isTooDeep) yield gapAt(run, path, 'archive-limit');
  else if (isInner) yield* expand(innerContainer(container, path, bytes, origin), run);

  // What a limit cuts off a file that is not compressed is still seen in the outermost archive's own bytes.
  const isSeen = origin !== undefined && !isInner && problem === 'archive-limit';
  if (problem !== undefined && !isSeen) yield gapAt(run, path, problem);
}

function innerContainer(
  { depth }: Container,
  path: string,
  bytes: Uint8Array,
  origin: number | undefined,
): Container {
  return { input: memoryInput(bytes), path, depth: depth + 1, ...(origin === undefined ? {} : { origin }) };
}

/** True for all but a zip that was found by its end. */
function isArchiveFromStart(bytes: Uint8Array): boolean {
  return (bytes[0] === 0x50 && bytes[1] === 0x4b) || !isZip(memoryInput(bytes));
}

function zipContent(input: ByteInput, entry: ZipEntry, run: Run): Content {
  const { method, start, size } = entry;
  const packedSize = entry.compressedSize ?? input.size - start;
  if (method === 0) {
    const bytes = input.view(start, Math.min(packedSize, run.limits.memberBytes, run.bytesLeft));
    run.bytesLeft -= bytes.length;
    if (bytes.length === packedSize) return { bytes, start };
    return { bytes, start, problem: start + packedSize > input.size ? 'unreadable-file' : 'archive-limit' };
  }
  const bytes = unpackAtOnce(inflateRawSync, input, start, packedSize, run, size);
  if (bytes !== undefined) return { bytes };
  const outcome: Outcome = { position: start };
  const stream = new RunStream(limited(inflateRuns(input, start, outcome), start, outcome, run));
  try {
    return streamedContent(stream, outcome, run);
  } finally {
    stream.close();
  }
}

/** The fast way, about three times as fast: undefined for whatever is damaged or beyond a limit. */
function unpackAtOnce(
  unpack: typeof gunzipSync,
  input: ByteInput,
  start: number,
  packedSize: number,
  run: Run,
  statedSize = 0,
): Uint8Array | undefined {
  const { memberBytes, ratio } = run.limits;
  const most = Math.min(memberBytes, run.bytesLeft, Math.max(RATIO_FLOOR_BYTES, packedSize * ratio));
  if (packedSize > memberBytes || statedSize > most) return undefined;
  try {
    const chunkSize = Math.min(Math.max(statedSize, packedSize * 2, 1024), most, LARGEST_CHUNK_BYTES);
    const bytes = unpack(input.view(start, packedSize), { maxOutputLength: most, chunkSize });
    run.bytesLeft -= bytes.length;
    return bytes;
  } catch {
    return undefined;
  }
}

const LARGEST_CHUNK_BYTES = 4 * 1024 * 1024;
/** Packed bytes of what is unpacked into memory before it is known whether it is a tar file. */
const LARGEST_AT_ONCE_BYTES = 1024 * 1024;

function streamedContent(stream: RunStream, outcome: Outcome, run: Run): Content {
  const { memberBytes } = run.limits;
  const taken = stream.take(memberBytes + 1);
  const bytes = taken.subarray(0, memberBytes);
  const problem = taken.length > memberBytes ? 'archive-limit' : outcome.reason;
  return { bytes, ...(problem === undefined ? {} : { problem }) };
}

interface Outcome extends UnpackOutcome {
  /** Why the runs ended early. */
  reason?: GapReason;
}

/** Ends the runs where a limit is reached. */
function* limited(
  runs: Iterable<Uint8Array>,
  start: number,
  outcome: Outcome,
  run: Run,
): Generator<Uint8Array> {
  let unpacked = 0;
  for (const bytes of runs) {
    unpacked += bytes.length;
    run.bytesLeft -= bytes.length;
    yield bytes;
    const isBomb = unpacked > RATIO_FLOOR_BYTES && unpacked > (outcome.position - start) * run.limits.ratio;
    if (isBomb || run.bytesLeft <= 0) {
      outcome.reason = 'archive-limit';
      return;
    }
  }
  if (outcome.problem !== undefined) outcome.reason = 'unreadable-file';
}

function* withProblem(
  runs: Iterable<Uint8Array>,
  outcome: Outcome,
  problem: (reason: GapReason) => void,
): Generator<Uint8Array> {
  yield* runs;
  if (outcome.reason !== undefined) problem(outcome.reason);
}

function firstRun(input: ByteInput): Uint8Array {
  for (const run of gunzipRuns(input, { position: 0 })) return run.slice(0, 512);
  return new Uint8Array(0);
}

/** Counts a member in; true when there may be no more. */
function isUsedUp(run: Run): boolean {
  run.members++;
  return run.members > run.limits.members || run.bytesLeft <= 0;
}

function pathWithin({ path }: Container, name: string): string {
  return path === '' ? name : `${path}!${name}`;
}

/** gzip names its content itself, if at all, by what it was called long ago; what is left of the file's own name says more. */
export function gzipMemberName(path: string): string {
  const name = posix.basename(path.slice(path.lastIndexOf('!') + 1));
  return name.replace(/\.gz$/i, '') || name;
}

function gapAt(run: Run, path: string, reason: GapReason): { gap: GapEvent } {
  return { gap: { reason, example: path === '' ? run.name : `${run.name}!${path}` } };
}
