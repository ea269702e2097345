import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { errorMessage, KeyturnError, UsageError } from '../base/errors.ts';
import type { Io, OutputStream } from '../base/io.ts';
import type { ReportFormat } from '../report/formats.ts';
import { REPORTERS } from '../report/index.ts';
import type { ReportOptions, RuleText } from '../report/reporter.ts';
import type { ScanResult } from '../report/result.ts';
import { type ColorChoice, shouldColor, terminalWidth } from './terminal.ts';

/** One report of a run; to standard output when there is no file. */
export interface ReportTarget<Format extends string = ReportFormat> {
  format: Format;
  /** Relative to `io.cwd`; `-` is standard output. */
  file?: string;
}

export interface WriteOptions {
  color: ColorChoice;
  rules?: ReadonlyMap<string, RuleText>;
}

/** What is gathered before a write: reports come in pieces of a line. */
const CHUNK_LENGTH = 64 * 1024;

/** Writes every report of a scan, as `writeAll` does. */
export async function writeReports(
  result: ScanResult,
  targets: readonly ReportTarget[],
  io: Io,
  { color, rules }: WriteOptions,
): Promise<void> {
  const known = rules === undefined ? {} : { rules };
  await writeAll(targets, io, color, (format, options) =>
    REPORTERS[format](result, { ...options, ...known }),
  );
}

/**
 * Writes every report of a run. Files come first, each complete under its name or not there at all, then standard output.
 * One that cannot be written does not keep the others from being written: what failed is thrown at the end, as one
 * KeyturnError that names it. A reader who goes away (EPIPE) is no error.
 */
export async function writeAll<Format extends string>(
  targets: readonly ReportTarget<Format>[],
  io: Io,
  color: ColorChoice,
  report: (format: Format, options: ReportOptions) => Iterable<string>,
): Promise<void> {
  const files = targets.filter(isFileTarget);
  const streamed = targets.filter((target) => !isFileTarget(target));
  checkTargets(files, streamed, io.cwd);
  const shared = { finishedAt: io.now() };
  const width = terminalWidth(io.stdout);
  const onScreen = {
    ...shared,
    color: shouldColor(color, io.stdout, io.env),
    ...(width !== undefined && { width }),
  };

  const failures: KeyturnError[] = [];
  for (const { format, file } of files) {
    const chunks = chunksOf(report(format, { ...shared, color: false }));
    await writeFileReport(path.resolve(io.cwd, file), chunks).catch((error: unknown) => {
      failures.push(cannotWrite(file, error));
    });
  }
  for (const { format } of streamed) {
    await writeStream(io.stdout, chunksOf(report(format, onScreen))).catch((error: unknown) => {
      failures.push(cannotWrite('standard output', error));
    });
  }
  throwFailures(failures);
}

function isFileTarget<Format extends string>(
  target: ReportTarget<Format>,
): target is Required<ReportTarget<Format>> {
  return target.file !== undefined && target.file !== '-';
}

function checkTargets(
  files: readonly Required<ReportTarget<string>>[],
  streamed: readonly ReportTarget<string>[],
  cwd: string,
): void {
  if (streamed.length > 1) {
    const formats = streamed.map(({ format }) => format).join(' and ');
    throw new UsageError(`two reports for standard output: ${formats}`, {
      hint: 'Give one of them a file: --output FORMAT=FILE.',
    });
  }
  const seen = new Set<string>();
  for (const { file } of files) {
    const absolute = path.resolve(cwd, file);
    if (seen.has(absolute)) throw new UsageError(`two reports for one file: ${file}`);
    seen.add(absolute);
  }
}

function* chunksOf(pieces: Iterable<string>): Generator<string> {
  let pending = '';
  for (const piece of pieces) {
    pending += piece;
    if (pending.length < CHUNK_LENGTH) continue;
    yield pending;
    pending = '';
  }
  if (pending !== '') yield pending;
}

/** A regular file is replaced as a whole; a device, a pipe or a socket is written to as it stands. */
async function writeFileReport(file: string, chunks: Iterable<string>): Promise<void> {
  const existing = await stat(file).catch(() => undefined);
  if (existing?.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
  if (existing !== undefined && !existing.isFile()) return writeInPlace(file, chunks);
  // Behind a link, the file is replaced and not the link.
  const target = existing === undefined ? file : await realpath(file);
  await replaceFile(target, existing?.mode ?? 0o666, chunks);
}

async function writeInPlace(file: string, chunks: Iterable<string>): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for (const chunk of chunks) await handle.writeFile(chunk);
  } finally {
    await handle.close();
  }
}

async function replaceFile(target: string, mode: number, chunks: Iterable<string>): Promise<void> {
  const temporary = path.join(
    path.dirname(target),
    `.${path.basename(target)}.${randomBytes(6).toString('hex')}.tmp`,
  );
  const handle = await open(temporary, 'wx', mode & 0o777);
  try {
    try {
      for (const chunk of chunks) await handle.writeFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Writes to a stream at the speed of its reader: the next chunk is made when the last one is out. Ends quietly when the
 * reader has gone; rejects on every other error.
 */
export async function writeStream(stream: OutputStream, chunks: Iterable<string>): Promise<void> {
  // The stream reports an error twice, to the write and as an event, which would end the process if nobody listened.
  if (!stream.listeners('error').includes(ignoreError)) stream.on('error', ignoreError);
  for (const chunk of chunks) {
    if (!(await writeChunk(stream, chunk))) return;
  }
}

/** False when there is nobody left to read. */
function writeChunk(stream: OutputStream, chunk: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    // A stream that is closed while it writes never calls back.
    const onClose = () => resolve(false);
    stream.once('close', onClose);
    stream.write(chunk, (error) => {
      stream.off('close', onClose);
      if (error === undefined || error === null) resolve(true);
      else if (isGone(error)) resolve(false);
      else reject(error);
    });
  });
}

function isGone(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED' || code === 'ERR_STREAM_WRITE_AFTER_END';
}

function ignoreError(): void {}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is no directory',
  ENOENT: 'the directory does not exist',
  ENAMETOOLONG: 'the name is too long',
};

/** What the system refused becomes a foreseen error; anything else is a defect of ours and goes on as it is. */
function cannotWrite(what: string, error: unknown): KeyturnError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  const reason = REASONS[code] ?? errorMessage(error);
  return new KeyturnError(`cannot write ${what}: ${reason}`, { code: 'cannot-write', cause: error });
}

function throwFailures(failures: readonly KeyturnError[]): void {
  const [first] = failures;
  if (first === undefined) return;
  if (failures.length === 1) throw first;
  const message = failures.map((failure) => failure.message).join('; ');
  throw new KeyturnError(message, { code: 'cannot-write', cause: new AggregateError(failures) });
}
