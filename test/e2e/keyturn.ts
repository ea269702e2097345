import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Finding, ScanResult } from '../../src/report/result.ts';
import { makeKeyId, makeRandom, makeSecret } from '../helpers/credentials.ts';

export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  input?: string | Uint8Array;
  env?: Record<string, string>;
  /** Of `run`; 20 seconds by default. */
  timeoutMs?: number;
}

/** The CLI as it is shipped, bundled into a folder of its own, and run as a process. */
export interface BuiltCli {
  bin: string;
  /** Removed with the rest by `remove`. */
  folder: string;
  /** Arguments after `keyturn`. Neither configuration nor cache of the user. */
  run(args: readonly string[], options?: RunOptions): Ended;
  /** `scan --no-cache -f json ARGS`; what it says on stdout. */
  scan(args: readonly string[], options?: RunOptions): Ended & { result: ScanResult };
  start(args: readonly string[], options?: RunOptions): ChildProcessWithoutNullStreams;
  environment(env?: Record<string, string>): Record<string, string>;
  remove(): void;
}

const LONGEST_RUN_MS = 20_000;

export async function buildCli(): Promise<BuiltCli> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-e2e-'));
  await build({
    entryPoints: { keyturn: 'src/cli/bin.ts', worker: 'src/scan/worker.ts', action: 'src/action/bin.ts' },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    // The AWS SDK as ES modules: only those of their exports that are used, and by their names.
    mainFields: ['module', 'main'],
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    logLevel: 'error',
  });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const bin = join(folder, 'keyturn.js');
  const environment = (env: Record<string, string> = {}) => ({
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    ...env,
  });
  const run = (args: readonly string[], options: RunOptions = {}): Ended => {
    const { status, stdout, stderr, error } = spawnSync(process.execPath, [bin, ...args], {
      cwd: options.cwd ?? folder,
      env: environment(options.env),
      input: options.input ?? '',
      maxBuffer: 1 << 28,
      timeout: options.timeoutMs ?? LONGEST_RUN_MS,
    });
    if (error !== undefined) throw error;
    return { status, stdout: stdout.toString(), stderr: stderr.toString() };
  };
  return {
    bin,
    folder,
    environment,
    run,
    scan(args, options) {
      const ended = run(['scan', '--no-cache', '-f', 'json', ...args], options);
      if (ended.stdout === '') throw new Error(`no report; standard error: ${ended.stderr}`);
      return { ...ended, result: JSON.parse(ended.stdout) as ScanResult };
    },
    start: (args, options = {}) =>
      spawn(process.execPath, [bin, ...args], {
        cwd: options.cwd ?? folder,
        env: environment(options.env),
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Leak {
  keyId: string;
  secret: string;
  /** Lines of an INI file that hold both. */
  text: string;
}

/** The same for the same seed, another for another. */
export function makeLeak(seed: number): Leak {
  const random = makeRandom(seed);
  const keyId = makeKeyId(random);
  const secret = makeSecret(random);
  return { keyId, secret, text: `aws_access_key_id = ${keyId}\naws_secret_access_key = ${secret}\n` };
}

export function findingOf(result: ScanResult, { keyId }: Leak): Finding | undefined {
  return result.findings.find((finding) => finding.keyId === keyId);
}

/** `reason` to count. */
export function gapsOf(result: ScanResult): Record<string, number> {
  return Object.fromEntries(result.coverage.gaps.map(({ reason, count }) => [reason, count]));
}
