import { fstatSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT, KeyturnError, UsageError } from '../../base/errors.ts';
import { didYouMean } from '../../base/suggest.ts';
import type { Confidence } from '../../detect/types.ts';
import { commitParents } from '../../git/push.ts';
import { parseRefUpdates } from '../../git/ref-updates.ts';
import { openRepository } from '../../git/repository.ts';
import type { ScanResult } from '../../report/result.ts';
import { reportStop, type StopOptions } from '../../report/stop.ts';
import { verdictLine } from '../../report/summary.ts';
import type { ScanPlan } from '../../scan/plan.ts';
import type { CommandContext } from '../commands.ts';
import { exitStatusOf, isFailing } from '../exit-status.ts';
import { type ReportTarget, writeReports, writeStream } from '../output.ts';
import { performScan } from '../perform-scan.ts';
import { reportTargetsOf } from '../report-targets.ts';
import { toScanPlan } from '../scan-plan.ts';
import { recordSkip } from '../skip-record.ts';
import { type ColorChoice, shouldColor, terminalWidth } from '../terminal.ts';
import { ruleTexts } from './scan.ts';

type HookEvent = StopOptions['event'];

const WHAT: Record<HookEvent, string> = {
  'pre-push': 'this push',
  'pre-receive': 'this push',
  'pre-commit': 'this commit',
  'commit-msg': 'this commit',
};

export async function hookRun(context: CommandContext): Promise<number> {
  const [name = '', ...args] = context.args;
  const event = checkEvent(name);
  const input = await readInput(event, context);
  if (isSkipped(context)) {
    await recordSkip(event, input, context);
    return EXIT.ok;
  }
  try {
    return await runHook(event, args, input, context);
  } catch (error) {
    throw error instanceof KeyturnError ? stopped(event, error) : error;
  }
}

async function runHook(
  event: HookEvent,
  args: readonly string[],
  input: string,
  context: CommandContext,
): Promise<number> {
  const { settings } = context.configuration;
  const plan = await toHookPlan(event, args, input, context);
  if (plan.push?.updates.every(({ id }) => id === undefined)) {
    context.log.info('nothing is sent');
    return EXIT.ok;
  }
  const targets = reportTargetsOf(settings);
  const result = await performScan(plan, context);
  context.log.debug('scanned', { bytes: result.coverage.bytes, milliseconds: result.durationMs });
  const failOn = settings.text('fail-on') as Confidence;
  await report(event, result, plan, failOn, targets, context);
  return exitStatusOf(result, { failOn, exitZero: false, strict: plan.strict });
}

async function report(
  event: HookEvent,
  result: ScanResult,
  plan: ScanPlan,
  failOn: Confidence,
  targets: readonly ReportTarget[],
  context: CommandContext,
): Promise<void> {
  const { io, configuration, log, signal } = context;
  const color = configuration.settings.text('color') as ColorChoice;
  const rules = await ruleTexts(result, plan, context);
  // Whoever reads `git push --porcelain` reads standard output: what people are told goes to standard error, as git's own does.
  const asked = targets.filter(({ format, file }) => format !== 'text' || file !== undefined);
  if (asked.length > 0) await writeReports(result, asked, io, { color, rules });
  if (asked.length === targets.length) {
    log.info(verdictLine(result));
    return;
  }
  const width = terminalWidth(io.stderr);
  const chunks = reportStop(result, {
    color: shouldColor(color, io.stderr, io.env),
    finishedAt: io.now(),
    rules,
    ...(width === undefined ? {} : { width }),
    event,
    what: WHAT[event],
    isStopping: (finding) => isFailing(finding, failOn),
    parents: await parentsOf(result, plan, signal),
    tips: plan.push?.updates.flatMap(({ id }) => id ?? []) ?? [],
  });
  await writeStream(io.stderr, chunks);
}

async function parentsOf({ findings }: ScanResult, { mode, cwd }: ScanPlan, signal: AbortSignal) {
  const commits = new Set(
    findings.flatMap(({ occurrences }) => occurrences.flatMap(({ commit }) => commit?.id ?? [])),
  );
  if (mode !== 'push' || commits.size === 0) return new Map<string, string[]>();
  const options = { inheritRepository: true, signal };
  return commitParents(await openRepository(cwd, options), [...commits].slice(0, 100), options);
}

async function toHookPlan(
  event: HookEvent,
  args: readonly string[],
  input: string,
  context: CommandContext,
): Promise<ScanPlan> {
  const { cwd } = context.io;
  const plan = { ...(await toScanPlan({ ...context, args: [] })), jobs: 1 };
  if (event === 'pre-commit') return { ...plan, mode: 'staged' };
  if (event === 'commit-msg') {
    const [file] = args;
    if (file === undefined) {
      throw new UsageError('commit-msg: no file given', {
        hint: 'Git gives the hook the file that holds the message: keyturn hook run commit-msg "$@".',
      });
    }
    return { ...plan, mode: 'message', messageFile: resolve(cwd, file) };
  }
  const { objectFormat } = await openRepository(cwd, { inheritRepository: true, signal: context.signal });
  const updates = parseRefUpdates(input, event, objectFormat);
  if (event === 'pre-receive') return { ...plan, mode: 'push', push: { updates } };
  const [name, url = name] = args;
  if (name === undefined || url === undefined) {
    throw new UsageError('pre-push: neither a remote nor a URL given', {
      hint: 'Git gives the hook both: keyturn hook run pre-push "$@".',
    });
  }
  return { ...plan, mode: 'push', push: { updates, remote: { name, url } } };
}

function checkEvent(name: string): HookEvent {
  if (Object.hasOwn(WHAT, name)) return name as HookEvent;
  const names = Object.keys(WHAT);
  throw new UsageError(`${JSON.stringify(name)} is no hook that keyturn has${didYouMean(name, names)}`, {
    hint: `One of ${names.join(', ')}.`,
  });
}

/** All of standard input, also when nothing will be done with it: git would take an early end for a failure. */
async function readInput(event: HookEvent, { io }: CommandContext): Promise<string> {
  if (event !== 'pre-push' && event !== 'pre-receive') return '';
  if (isDevice(io.stdin)) {
    throw new UsageError(`${event}: standard input does not come from git, so what is pushed is not known`, {
      hint: 'Git starts this hook. To scan by hand: keyturn scan --range origin/main..HEAD.',
    });
  }
  const chunks: Buffer[] = [];
  for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('latin1');
}

/** A terminal or /dev/null: started by hand, or by something that keeps the hook's input to itself. */
function isDevice(stdin: CommandContext['io']['stdin']): boolean {
  if (stdin.isTTY) return true;
  const { fd } = stdin as { fd?: unknown };
  return typeof fd === 'number' && fstatSync(fd).isCharacterDevice();
}

function isSkipped({ io, log }: CommandContext): boolean {
  const value = io.env['KEYTURN_SKIP'];
  if (value === undefined || value === '' || value === '0') return false;
  if (value === '1') return true;
  log.warn('KEYTURN_SKIP is neither 1 nor 0: it is not heeded');
  return false;
}

function stopped(event: HookEvent, error: KeyturnError): KeyturnError {
  return new KeyturnError(`stopped ${WHAT[event]}, which could not be scanned: ${error.message}`, {
    code: error.code,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  });
}
