import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScanResult } from '../../src/report/result.ts';
import { makeRandom } from '../helpers/credentials.ts';
import { makeRepository, type TestRepository } from '../helpers/repository.ts';
import { type BuiltCli, buildCli, makeLeak } from './keyturn.ts';

/** A scan of this many bytes takes some hundred milliseconds. */
const FILES = 40;
const FILE_BYTES = 2 << 20;
const LEAK = makeLeak(2);
/** Nobody waits so long for an end, not even on a machine that is busy with other things. */
const LONG_MS = 10_000;

let cli: BuiltCli;
let repository: TestRepository;

beforeAll(async () => {
  cli = await buildCli();
  repository = makeRepository();
  const random = makeRandom(3);
  const line = (): string => Array.from({ length: 40 }, () => random().toString(36).slice(2)).join(' ');
  const lines = Array.from({ length: 4000 }, line);
  for (let index = 0; index < FILES; index += 1) {
    let text = `${LEAK.text}file ${index}\n`;
    while (text.length < FILE_BYTES) text += `${lines[Math.floor(random() * lines.length)]}\n`;
    repository.write(`${index}.txt`, text);
  }
  repository.commit('Many');
});
afterAll(() => {
  repository.remove();
  cli.remove();
});

interface Interrupted {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  tookMs: number;
}

/** Waits until the scan has said that it begins, then a while, then sends the signals one after the other. */
async function interrupt(
  args: readonly string[],
  afterMs: number,
  signals: readonly NodeJS.Signals[] = ['SIGINT'],
): Promise<Interrupted> {
  const child = cli.start(['scan', '--no-cache', '--log-level', 'debug', '-j', '2', ...args], {
    cwd: repository.path,
  });
  let stdout = '';
  let stderr = '';
  child.stdin.end();
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  const began = new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk;
      if (stderr.includes('scan')) resolve();
    });
  });
  const ended = new Promise<{ status: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('close', (status, signal) => resolve({ status, signal }));
  });
  const guard = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await began;
  await sleep(afterMs);
  const sentAt = performance.now();
  for (const name of signals) {
    child.kill(name);
    await sleep(20);
  }
  const how = await ended;
  clearTimeout(guard);
  return { ...how, stdout, stderr, tookMs: performance.now() - sentAt };
}

describe('Ctrl-C', () => {
  it.each([
    ['worktree', []],
    ['history', ['--history']],
  ] as const)('in a scan of %s reports what there is until then', async (_, args) => {
    const { status, signal, stdout, stderr, tookMs } = await interrupt([...args, '-f', 'json'], 30);
    expect({ status, signal }).toEqual({ status: 130, signal: null });
    const result = JSON.parse(stdout) as ScanResult;
    expect(result).toMatchObject({ complete: false, interrupted: true });
    expect(stderr).toContain('INCOMPLETE');
    expect(stdout).not.toContain(LEAK.secret);
    expect(tookMs).toBeLessThan(LONG_MS);
  });

  it('at once, before anything is read', async () => {
    const { status, stdout } = await interrupt(['--history', '-f', 'json'], 0);
    expect(status).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ complete: false, interrupted: true });
  });

  it('twice ends at once', async () => {
    const { status, tookMs } = await interrupt(['--history', '-f', 'json'], 250, ['SIGINT', 'SIGINT']);
    expect(status).toBe(130);
    expect(tookMs).toBeLessThan(LONG_MS);
  });

  it('in text says that the scan was interrupted, and never that all is well', async () => {
    const { status, stdout } = await interrupt([], 30, ['SIGTERM']);
    expect(status).toBe(130);
    expect(stdout.toLowerCase()).toContain('interrupted');
  });

  it('while waiting for standard input', async () => {
    const child = cli.start(['scan', '--stdin', '-f', 'json', '--log-level', 'debug']);
    const began = new Promise((resolve) => child.stderr.once('data', resolve));
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk;
    });
    child.stdin.write(`${LEAK.text}and more to come`);
    await began;
    await sleep(500);
    child.kill('SIGINT');
    const guard = setTimeout(() => child.kill('SIGKILL'), 15_000);
    const status = await new Promise((resolve) => child.on('close', resolve));
    clearTimeout(guard);
    expect(status).toBe(130);
    const result = JSON.parse(stdout) as ScanResult;
    expect(result).toMatchObject({ complete: false, interrupted: true });
    expect(result.findings).toHaveLength(1);
  });
});

describe('a reader that goes away', () => {
  it('is no error, and the status still tells', () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-pipe-'));
    const leaks = Array.from({ length: 200 }, (_, index) => makeLeak(1000 + index).text);
    writeFileSync(join(folder, 'many.txt'), leaks.join('\n'));
    for (const format of ['text', 'json', 'csv']) {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
      const line = '"$0" "$1" scan --no-cache -q -f "$2" . | head -1; exit "${PIPESTATUS[0]}"';
      const run = spawnSync('bash', ['-c', line, process.execPath, cli.bin, format], {
        cwd: folder,
        env: cli.environment(),
        encoding: 'utf8',
      });
      expect(run.stderr, format).toBe('');
      expect(run.stdout.split('\n').length, format).toBe(2);
      expect(run.status, format).toBe(1);
    }
    rmSync(folder, { recursive: true, force: true });
  });
});
