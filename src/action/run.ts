import { appendFileSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EXIT, errorMessage, KeyturnError, UsageError } from '../base/errors.ts';
import type { Io } from '../base/io.ts';
import { main } from '../cli/main.ts';
import { escapeMarkdown, reportMarkdown } from '../report/markdown.ts';
import type { ScanResult } from '../report/result.ts';
import type { RunScan } from '../scan/plan.ts';
import { deepenCheckout, readCheckout } from './checkout.ts';
import { annotation, createDefusedStream } from './commands.ts';
import { isFromOutside, namedChange, type Wanted, wantedFor } from './event.ts';
import { type Inputs, readInputs } from './inputs.ts';
import { planFor, WHOLE_CHECKOUT } from './plan.ts';

/** What the steps after this one can ask for, as action.yml lists it. */
interface Outputs {
  /** Absent when nothing was scanned: that is not zero. */
  findings?: number;
  complete: boolean;
  /** Path of the report; absent when there is none. */
  sarif?: string;
}

/** One run of the action: reads its inputs and the event from `io.env`, scans, and returns the exit status of `keyturn scan`. */
export async function runAction(io: Io, signal: AbortSignal): Promise<number> {
  try {
    return await scanEvent(io, signal);
  } catch (error) {
    if (!(error instanceof KeyturnError)) throw error;
    const message = [errorMessage(error), error.hint].filter((part) => part !== undefined).join('. ');
    return giveUp(io, message);
  }
}

async function scanEvent(io: Io, signal: AbortSignal): Promise<number> {
  const inputs = readInputs(io.env);
  const cwd = resolve(io.cwd, inputs.workingDirectory ?? '.');
  const { wanted, isOutside } = readWanted(inputs, io.env);
  if (inputs.deepen && wanted.what !== 'nothing') await deepenCheckout(cwd, wanted);
  const plan = planFor(wanted, await readCheckout(cwd, wanted));
  if (plan.scan === undefined) {
    if (!plan.isFine) return giveUp(io, `${plan.why}: ${plan.mend}`);
    io.stdout.write(annotation('notice', `nothing to scan: ${plan.why}`));
    tell(io, { findings: 0, complete: true }, `Nothing to scan: ${escapeMarkdown(plan.why)}.\n`);
    return EXIT.ok;
  }

  const sarif = resolve(cwd, inputs.sarif ?? join(io.env['RUNNER_TEMP'] || cwd, 'keyturn.sarif'));
  const usesProject = inputs.projectConfig === 'auto' ? !isOutside : inputs.projectConfig;
  const argv = [
    'scan',
    ...plan.scan,
    ...inputs.options,
    ...(usesProject ? [] : ['--no-project-config']),
    '--format=github',
    `--output=sarif=${sarif}`,
  ];
  const stderr = createDefusedStream(io.stderr);
  let result: ScanResult | undefined;
  const runScan: RunScan = async (scanPlan, environment) => {
    const { runScan: run } = await import('../scan/run.ts');
    result = await run(scanPlan, environment);
    return result;
  };
  io.stdout.write(`keyturn: ${plan.scan.join(' ')} (${plan.why})\n`);
  const status = await main(argv, { ...io, stderr, cwd }, { signal, runScan });
  stderr.flush();
  if (result === undefined)
    return giveUp(
      io,
      stderr
        .said()
        .trim()
        .replace(/^keyturn: /, ''),
    );

  const isCut = result.coverage.gaps.some(({ reason }) => reason === 'shallow');
  if (isCut) io.stdout.write(annotation('error', `The checkout is shallow: ${WHOLE_CHECKOUT}`));
  const page = [
    ...reportMarkdown(result, { color: false, finishedAt: io.now() }),
    `\nScanned with \`${plan.scan[0]}\`: ${escapeMarkdown(plan.why)}.\n`,
    ...(isCut ? [`\nThe checkout is shallow: ${WHOLE_CHECKOUT}.\n`] : []),
  ].join('');
  tell(io, { findings: result.findings.length, complete: result.complete, sarif }, page);
  return status;
}

function readWanted(inputs: Inputs, env: Io['env']): { wanted: Wanted; isOutside: boolean } {
  const event = {
    name: env['GITHUB_EVENT_NAME'] ?? '',
    payload: readPayload(env['GITHUB_EVENT_PATH']),
    ref: env['GITHUB_REF'] ?? '',
    sha: env['GITHUB_SHA'] ?? '',
  };
  const isOutside = isFromOutside(event);
  if (inputs.history) return { wanted: { what: 'everything', why: 'asked for by input' }, isOutside };
  if (inputs.base === undefined) return { wanted: wantedFor(event), isOutside };
  const wanted = namedChange(inputs.base, inputs.head ?? 'HEAD');
  if (wanted === undefined)
    throw new UsageError('inputs base and head: expected a branch, a tag or a commit');
  return { wanted, isOutside };
}

function readPayload(path: string | undefined): unknown {
  if (path === undefined || path === '')
    throw new UsageError('GITHUB_EVENT_PATH is not set: this runs in GitHub Actions');
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError('GITHUB_EVENT_PATH: the event cannot be read', { cause: error });
  }
}

/** Nothing was scanned, which is never called clean. */
function giveUp(io: Io, message: string): number {
  io.stdout.write(annotation('error', message));
  tell(io, { complete: false }, `**Not scanned:** ${escapeMarkdown(message)}\n`);
  return EXIT.error;
}

/** Outputs for the next steps, and the page of this one. */
function tell({ env }: Io, { findings, complete, sarif }: Outputs, page: string): void {
  const lines = [
    ...(findings === undefined ? [] : [`findings=${findings}`]),
    `complete=${complete}`,
    ...(sarif === undefined ? [] : [`sarif=${sarif}`]),
  ];
  append(env['GITHUB_OUTPUT'], `${lines.join('\n')}\n`);
  append(env['GITHUB_STEP_SUMMARY'], `## Keyturn\n\n${page}`);
}

function append(file: string | undefined, text: string): void {
  if (file !== undefined && file !== '') appendFileSync(file, text);
}
