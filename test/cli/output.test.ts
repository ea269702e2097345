import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import { writeReports, writeStream } from '../../src/cli/output.ts';
import { findingOf, resultOf, SAMPLES } from '../report/samples.ts';
import { createFakeIo } from './fake-io.ts';

const { ON_FULL_DISK } = vi.hoisted(() => ({ ON_FULL_DISK: 'on-full-disk.json' }));

// A real full device would be replaced by a file if the code under test went wrong and root ran it.
vi.mock('node:fs/promises', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs/promises')>();
  return {
    ...fs,
    async open(file: string, flags: string, mode?: number) {
      const handle = await fs.open(file, flags, mode);
      if (file.includes(ON_FULL_DISK)) {
        handle.writeFile = () =>
          Promise.reject(Object.assign(new Error('ENOSPC: write'), { code: 'ENOSPC' }));
      }
      return handle;
    },
  };
});

const PLAIN = { color: 'auto' as const };
const hasFullDevice = existsSync('/dev/full');

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'keyturn-output-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function inDirectory(name: string): string {
  return path.join(directory, name);
}

function read(name: string): string {
  return readFileSync(inDirectory(name), 'utf8');
}

/** A stream whose every write ends with `code`. */
function failingStream(code: string): Writable {
  return new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error(`${code}: failed`), { code }));
    },
  });
}

async function failureOf(promise: Promise<void>): Promise<KeyturnError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(KeyturnError);
  return error as KeyturnError;
}

describe('reports', () => {
  it('go to several places in one run', async () => {
    const io = createFakeIo({ cwd: directory });
    const targets = [
      { format: 'compact' as const },
      { format: 'json' as const, file: 'a.json' },
      { format: 'sarif' as const, file: inDirectory('a.sarif') },
    ];
    await writeReports(SAMPLES.full, targets, io, PLAIN);
    expect(io.out()).toContain('infra/prod settings.tf:12:19: high');
    expect(JSON.parse(read('a.json')).findings).toHaveLength(6);
    expect(JSON.parse(read('a.sarif')).runs).toHaveLength(1);
    expect(readdirSync(directory).sort()).toEqual(['a.json', 'a.sarif']);
  });

  it('go to standard output for -', async () => {
    const io = createFakeIo({ cwd: directory });
    await writeReports(SAMPLES.none, [{ format: 'json', file: '-' }], io, PLAIN);
    expect(JSON.parse(io.out()).findings).toEqual([]);
  });

  it('are coloured on a terminal and never in a file', async () => {
    const io = createFakeIo({ cwd: directory, isTTY: true });
    await writeReports(SAMPLES.full, [{ format: 'text' }, { format: 'text', file: 'a.txt' }], io, {
      color: 'always',
    });
    expect(io.out()).toContain('\x1b[1m');
    expect(read('a.txt')).not.toContain('\x1b');
  });

  it.each([
    [
      [{ format: 'text' as const }, { format: 'json' as const }],
      'two reports for standard output: text and json',
    ],
    [
      [
        { format: 'text' as const, file: 'a' },
        { format: 'json' as const, file: './a' },
      ],
      'two reports for one file: ./a',
    ],
  ])('refuse to share a place (%#)', async (targets, message) => {
    const io = createFakeIo({ cwd: directory });
    expect((await failureOf(writeReports(SAMPLES.none, targets, io, PLAIN))).message).toBe(message);
    expect(io.out()).toBe('');
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('a report in a file', () => {
  const write = (file: string) =>
    writeReports(SAMPLES.none, [{ format: 'compact', file }], createFakeIo({ cwd: directory }), PLAIN);
  const written = 'keyturn: no credentials found\n';

  it('replaces the old one and keeps its mode', async () => {
    writeFileSync(inDirectory('report'), 'an old report that is longer than the new one, by far');
    chmodSync(inDirectory('report'), 0o640);
    await write('report');
    expect(read('report')).toBe(written);
    expect(statSync(inDirectory('report')).mode & 0o777).toBe(0o640);
  });

  it('is written behind a link', async () => {
    writeFileSync(inDirectory('real'), 'old');
    symlinkSync('real', inDirectory('link'));
    await write('link');
    expect(read('real')).toBe(written);
    expect(readdirSync(directory).sort()).toEqual(['link', 'real']);
  });

  it('is not there at all, nor is anything else, when it could not be completed', async () => {
    writeFileSync(inDirectory('report'), 'old');
    const broken = { ...resultOf([findingOf()]), findings: [findingOf({ occurrences: [] })] };
    await expect(
      writeReports(broken, [{ format: 'json', file: 'report' }], createFakeIo({ cwd: directory }), PLAIN),
    ).rejects.toThrow('has no occurrence');
    expect(read('report')).toBe('old');
    expect(readdirSync(directory)).toEqual(['report']);
  });

  it('says why it cannot be written', async () => {
    mkdirSync(inDirectory('folder'));
    writeFileSync(inDirectory('file'), '');
    expect((await failureOf(write('folder'))).message).toBe('cannot write folder: it is a directory');
    expect((await failureOf(write('none/report'))).message).toBe(
      'cannot write none/report: the directory does not exist',
    );
    expect((await failureOf(write('file/report'))).message).toBe(
      'cannot write file/report: a part of the path is no directory',
    );
  });

  it.skipIf(process.getuid?.() === 0)(
    'says when it may not be written (skipped: root may write anywhere)',
    async () => {
      mkdirSync(inDirectory('closed'), { mode: 0o500 });
      expect((await failureOf(write('closed/report'))).message).toBe(
        'cannot write closed/report: permission denied',
      );
    },
  );

  it('says when the disk is full, leaves the old one alone, and costs no other report', async () => {
    const io = createFakeIo({ cwd: directory });
    writeFileSync(inDirectory(ON_FULL_DISK), 'old');
    const targets = [
      { format: 'json' as const, file: ON_FULL_DISK },
      { format: 'csv' as const, file: 'a.csv' },
      { format: 'compact' as const },
    ];
    const error = await failureOf(writeReports(SAMPLES.full, targets, io, PLAIN));
    expect(error.message).toBe(`cannot write ${ON_FULL_DISK}: no space left on the device`);
    expect(read(ON_FULL_DISK)).toBe('old');
    expect(read('a.csv')).toContain('aws-access-key-pair');
    expect(io.out()).toContain('INCOMPLETE');
    expect(readdirSync(directory).sort()).toEqual(['a.csv', ON_FULL_DISK]);
  });

  it.skipIf(process.platform === 'win32')(
    'goes through a pipe that has a name, which stays a pipe',
    async () => {
      execFileSync('sh', ['-c', 'mkfifo "$0"', inDirectory('pipe')]);
      const reader = promisify(execFile)('cat', [inDirectory('pipe')], { timeout: 10_000 });
      await write('pipe');
      expect(statSync(inDirectory('pipe')).isFIFO()).toBe(true);
      expect((await reader).stdout).toBe(written);
      expect(readdirSync(directory)).toEqual(['pipe']);
    },
  );

  it('names each of several that failed', async () => {
    const targets = [
      { format: 'json' as const, file: 'x/a' },
      { format: 'csv' as const, file: 'y/b' },
    ];
    const error = await failureOf(
      writeReports(SAMPLES.none, targets, createFakeIo({ cwd: directory }), PLAIN),
    );
    expect(error.message).toBe(
      'cannot write x/a: the directory does not exist; cannot write y/b: the directory does not exist',
    );
  });
});

describe('standard output', () => {
  it('ends quietly when its reader has gone', async () => {
    const io = createFakeIo({ cwd: directory, stdout: failingStream('EPIPE') });
    await writeReports(SAMPLES.full, [{ format: 'text' }, { format: 'json', file: 'a.json' }], io, PLAIN);
    expect(existsSync(inDirectory('a.json'))).toBe(true);
  });

  it('fails when the disk behind it is full', async () => {
    const io = createFakeIo({ stdout: failingStream('ENOSPC') });
    const error = await failureOf(writeReports(SAMPLES.none, [{ format: 'text' }], io, PLAIN));
    expect(error.message).toBe('cannot write standard output: no space left on the device');
  });

  it('is written no faster than it is read', async () => {
    const waiting: (() => void)[] = [];
    const slow = new Writable({
      write(_chunk, _encoding, done) {
        waiting.push(done);
      },
    });
    let made = 0;
    function* chunks(): Generator<string> {
      for (; made < 100; made++) yield 'x'.repeat(1_000);
    }
    const finished = writeStream(slow, chunks());
    await nextTurn();
    expect(made).toBe(0);
    waiting.shift()!();
    await nextTurn();
    await nextTurn();
    expect(made).toBe(1);
    slow.destroy();
    await finished;
  });

  describe('of a process', () => {
    const script = () => inDirectory('run.mjs');

    beforeEach(async () => {
      const source = path.join(import.meta.dirname, '../../src/cli/output.ts');
      await build({
        stdin: {
          contents: `
            import { writeReports } from ${JSON.stringify(source)};
            const occurrence = { source: 'worktree', path: 'a', line: 1, column: 1, endLine: 1, endColumn: 2 };
            const finding = { fingerprint: '0', rule: 'r', kind: 'k', confidence: 'high', occurrences: [occurrence], occurrenceCount: 1 };
            const suppressed = { inline: 0, allowFile: 0, baseline: 0, belowConfidence: 0, examples: 0 };
            const result = {
              schemaVersion: 1, tool: { name: 'keyturn', version: '0' }, complete: true, durationMs: 1,
              findings: Array(20000).fill(finding), coverage: { bytes: 1, gaps: [], notes: [], suppressed },
            };
            const io = { stdout: process.stdout, stderr: process.stderr, stdin: process.stdin, env: {}, cwd: process.cwd(), now: Date.now, sleep: async () => {} };
            try {
              await writeReports(result, [{ format: 'json' }], io, { color: 'auto' });
              process.exitCode = 7;
            } catch (error) {
              process.stderr.write(error.message + '\\n');
              process.exitCode = 2;
            }`,
          resolveDir: directory,
        },
        bundle: true,
        format: 'esm',
        platform: 'node',
        outfile: script(),
        logLevel: 'silent',
      });
    });

    it('outlives a closed pipe', async () => {
      const child = spawn(process.execPath, [script()], { stdio: ['ignore', 'pipe', 'pipe'] });
      let complaints = '';
      child.stderr.on('data', (data) => {
        complaints += data;
      });
      child.stdout.once('data', () => child.stdout.destroy());
      const status = await new Promise((resolve) => child.on('close', resolve));
      expect({ status, complaints }).toEqual({ status: 7, complaints: '' });
    });

    it('loses nothing in a pipe', async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [script()], { maxBuffer: 1e9 }).catch(
        (error) => error,
      );
      expect(JSON.parse(stdout).findings).toHaveLength(20_000);
    });

    it.skipIf(!hasFullDevice)('says when the disk is full (needs /dev/full)', async () => {
      const failed = await promisify(execFile)('sh', [
        '-c',
        `"$0" "$1" > /dev/full`,
        process.execPath,
        script(),
      ]).catch((error) => error);
      expect(failed).toMatchObject({
        code: 2,
        stderr: 'cannot write standard output: no space left on the device\n',
      });
    });
  });
});
