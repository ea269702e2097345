import { existsSync } from 'node:fs';
import { VERSION } from '../base/version.ts';
import type { ScanResult } from '../report/result.ts';
import { HitCollector } from './collector.ts';
import { CoverageCounter } from './coverage.ts';
import { allowedPaths, filterFindings } from './filters.ts';
import { markHeld, toFindings } from './findings.ts';
import type { ScanEnvironment, ScanMode, ScanPlan } from './plan.ts';
import { createPool, findWorkerScript, type Pool } from './pool.ts';
import { createJobs, createTools, type ScanJobs, setUpWorkers, type ThreadTools } from './tools.ts';

/** One scan under way: what its sources share. */
export interface ScanRun {
  readonly plan: ScanPlan;
  readonly environment: ScanEnvironment;
  readonly pool: Pool<ScanJobs>;
  readonly coverage: CoverageCounter;
  readonly collector: HitCollector;
  /** This thread's own; made when first asked for. */
  tools(): ThreadTools;
  progress(phase: string, done: number, total?: number): void;
}

/** Loaded when used: a scan of files needs nothing of what reads object stores. */
const SOURCES: Record<ScanMode, () => Promise<(run: ScanRun) => Promise<void>>> = {
  worktree: async () => (await import('./worktree.ts')).scanWorkTrees,
  history: async () => (await import('./objects.ts')).scanObjectStores,
  staged: async () => (await import('./staged.ts')).scanStaged,
  range: async () => (await import('./range.ts')).scanRange,
  stdin: async () => (await import('./stdin.ts')).scanStdin,
  push: async () => (await import('./push.ts')).scanPush,
  message: async () => (await import('./message.ts')).scanMessage,
};

/** Carries out a plan. Interrupted, it returns what it has. Throws for what cannot be scanned at all. */
export async function runScan(plan: ScanPlan, environment: ScanEnvironment): Promise<ScanResult> {
  const startedAt = environment.now();
  const coverage = new CoverageCounter();
  const collector = new HitCollector(coverage, allowedPaths(plan.allowLists), startedAt);
  const setup = await setUpWorkers(plan);
  let ownTools: ThreadTools | undefined;
  const tools = () => (ownTools ??= createTools(setup));
  const pool = createPool<ScanJobs>({
    size: plan.jobs > 1 ? plan.jobs : 0,
    workerUrl: findWorkerScript(),
    workerData: setup,
    createHandlers: () => createJobs(setup, tools()),
    signal: environment.signal,
  });
  const run: ScanRun = {
    plan,
    environment,
    pool,
    coverage,
    collector,
    tools,
    progress(phase, done, total) {
      const bytes = coverage.bytesRead;
      environment.onProgress({ phase, done, bytes, ...(total === undefined ? {} : { total }) });
    },
  };

  try {
    // Perf: where no scan of history has left anything, the threads will be needed; they are up by the time the indexes are read.
    if (plan.mode === 'history' && (plan.cacheDir === undefined || !existsSync(plan.cacheDir))) pool.warmUp();
    const scanSource = await SOURCES[plan.mode]();
    await scanSource(run);
  } catch (error) {
    if (!environment.signal.aborted) throw error;
  } finally {
    await pool.close();
  }

  const found = toFindings(collector.located);
  if (collector.held.length > 0) markHeld(found, toFindings(collector.held));
  const findings = filterFindings(found, plan, coverage.suppressed);
  const isInterrupted = environment.signal.aborted;
  const covered = coverage.toCoverage(plan.strict);
  return {
    schemaVersion: 1,
    tool: { name: 'keyturn', version: VERSION },
    complete: covered.gaps.length === 0 && !isInterrupted,
    ...(isInterrupted ? { interrupted: true } : {}),
    findings,
    coverage: covered,
    durationMs: Math.round(environment.now() - startedAt),
  };
}
