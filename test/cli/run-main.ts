import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import type { Io } from '../../src/base/io.ts';
import { type MainHooks, main } from '../../src/cli/main.ts';
import type { Finding, ScanResult } from '../../src/report/result.ts';
import type { ScanEnvironment, ScanPlan } from '../../src/scan/plan.ts';

/** A new folder with these files, gone after the test. A name that ends in `/` is a folder. */
export function makeFolder(files: Record<string, string> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'keyturn-cli-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    if (name.endsWith('/')) mkdirSync(path, { recursive: true });
    else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
  }
  return folder;
}

export interface Run {
  status: number;
  stdout: string;
  stderr: string;
  /** What the scan was asked to do; absent when it was not run. */
  plan?: ScanPlan;
  environment?: ScanEnvironment;
}

const STANDING_CLOCK: Clock = { now: () => Date.UTC(2026, 0, 1), sleep: async () => {} };

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  stdin?: string;
  result?: Partial<ScanResult>;
  hooks?: MainHooks;
  /** One that stands still by default. */
  clock?: Clock;
}

/** `main` in this process, with a scan that only records its plan. The home folder is empty. */
export async function runMain(argv: readonly string[], options: RunOptions = {}): Promise<Run> {
  const out = collect();
  const err = collect();
  const io: Io = {
    stdout: out.stream,
    stderr: err.stream,
    stdin: Readable.from([options.stdin ?? '']),
    env: { HOME: '/nonexistent', ...options.env },
    cwd: options.cwd ?? makeFolder(),
    ...(options.clock ?? STANDING_CLOCK),
  };
  const seen: Pick<Run, 'plan' | 'environment'> = {};
  const status = await main(argv, io, {
    runScan: async (plan, environment) => {
      Object.assign(seen, { plan, environment });
      return makeResult(options.result);
    },
    ...options.hooks,
  });
  return { status, stdout: out.text(), stderr: err.text(), ...seen };
}

export function makeResult(parts: Partial<ScanResult> = {}): ScanResult {
  return {
    schemaVersion: 1,
    tool: { name: 'keyturn', version: '0.0.0' },
    complete: true,
    findings: [],
    coverage: {
      files: 1,
      bytes: 100,
      gaps: [],
      notes: [],
      suppressed: { inline: 0, allowFile: 0, baseline: 0, belowConfidence: 0, examples: 0 },
    },
    durationMs: 5,
    ...parts,
  };
}

export function makeFinding(parts: Partial<Finding> = {}): Finding {
  return {
    fingerprint: '0123456789abcdef0123456789abcdef',
    rule: 'aws-access-key-id',
    kind: 'access-key-id',
    confidence: 'medium',
    occurrences: [{ source: 'worktree', path: 'a.txt', line: 1, column: 1, endLine: 1, endColumn: 21 }],
    occurrenceCount: 1,
    ...parts,
  };
}

function collect() {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString() };
}
