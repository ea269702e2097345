// What the benchmarks share: options, processes timed to their end, medians, memory of a process and its children.
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

export interface Command {
  command: string;
  args: readonly string[];
  cwd?: string;
  /** Statuses that are no failure. */
  allowed: readonly number[];
}

/** Arguments of a benchmark; without a first one it ends with its usage. All options take a value. */
export function options<Names extends string>(usage: string, defaults: Record<Names, string>) {
  const entries = Object.entries<string>(defaults);
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: Object.fromEntries(entries.map(([name]) => [name, { type: 'string' as const }])),
  });
  if (positionals.length === 0) {
    console.error(`usage: node scripts/run-ts.mjs ${usage}`);
    process.exit(2);
  }
  return { positionals, values: { ...defaults, ...values } as Record<Names, string> };
}

/** A scan as it is timed: nothing of the user's or the repository's configuration, a report for machines. 1 and 2 are findings and gaps. */
export function keyturnScan(cli: string, args: readonly string[]): Command {
  return {
    command: process.execPath,
    args: [cli, 'scan', '--no-config', '--no-project-config', '--format', 'json', ...args],
    allowed: [0, 1, 2],
  };
}

/** What git reads in a benchmark is on this machine: a partial clone fetches nothing. */
const ENVIRONMENT = { ...process.env, GIT_NO_LAZY_FETCH: '1', GIT_PAGER: 'cat' };

/** Milliseconds until the command ends; its output goes nowhere. Rejects when it fails. */
export async function run(command: Command): Promise<number> {
  const started = performance.now();
  await ended(command, start(command));
  return performance.now() - started;
}

/** The most memory a command held, in bytes, with its children at their own highest marks; looked at every few milliseconds. */
export async function peakMemory(command: Command): Promise<number> {
  const child = start(command);
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, peakBytes(child.pid!));
  }, SAMPLE_MS);
  try {
    await ended(command, child);
  } finally {
    clearInterval(timer);
  }
  return peak;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

/** Columns, the first to the left and the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)));
  return rows.map((row) => line(row).join('  ').trimEnd()).join('\n');
}

const SAMPLE_MS = 20;

function start({ command, args, cwd }: Command): ChildProcess {
  return spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: ENVIRONMENT,
    ...(cwd === undefined ? {} : { cwd }),
  });
}

function ended({ command, args, allowed }: Command, child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let message = '';
    child.stderr!.on('data', (chunk: Buffer) => {
      message = (message + chunk).slice(0, 500);
    });
    child.on('error', reject);
    child.on('close', (status, signal) => {
      if (status !== null && allowed.includes(status)) resolve();
      else reject(new Error(`${command} ${args[0]} ended with ${signal ?? status}: ${message.trim()}`));
    });
  });
}

/** Linux keeps the highest mark of each process: no peak falls between two looks, but the last milliseconds of its life. */
function peakBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const own = 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    return childrenOf(pid).reduce((sum, child) => sum + peakBytes(child), own);
  } catch {
    return 0;
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' '))
      .filter((text) => text !== '')
      .map(Number);
  } catch {
    return [];
  }
}
