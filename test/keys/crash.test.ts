import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { bundleProgram } from '../helpers/bundle.ts';
import { ACCOUNT, flawsAtEnd, keyInParameter, keysIn, SECRET, watch, watchSinks } from './bench.ts';
import type { CrashOrder } from './crash-child.ts';

/** Where a process is killed with SIGKILL, by the number of its call to AWS. */
const MOMENTS = ['before the call', 'after the call, before its reply', 'after the reply'] as const;
/** The same, by the number of its call to the command that is a sink. */
const COMMAND_MOMENTS = ['before the command', 'after the command'] as const;

interface Point {
  action: string;
  number: number;
  moment: (typeof MOMENTS)[number] | (typeof COMMAND_MOMENTS)[number];
}

const PARAMETER = '/ci/aws';

/** Counts how often it is called, and kills who calls it at the call that it is told. */
const COMMAND = `#!/bin/sh
cd "$SINK_FOLDER"
echo "$1" >> calls
number=$(wc -l < calls)
[ "$SINK_KILL" = "$number before the command" ] && kill -9 $PPID && exit 1
case "$1" in
  write) cat > new && mv new key ;;
  read) if [ -e key ]; then cat key; fi ;;
esac
[ "$SINK_KILL" = "$number after the command" ] && kill -9 $PPID
exit 0
`;

/** Runs that a killed rotation may take to come to its end. */
const MOST_RUNS = 3;
/** Sandboxes at a time, each with its own process. */
const LANES = 2;

let folder: string;
let child: string;

beforeAll(async () => {
  ({ folder, file: child } = await bundleProgram(join(import.meta.dirname, 'crash-child.ts'), 'crash'));
  writeFileSync(join(folder, 'sink.sh'), COMMAND);
  chmodSync(join(folder, 'sink.sh'), 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Lane {
  sandbox: Sandbox;
  journal: string;
  /** Of the command that is a sink. */
  sinkFolder: string;
}

async function openLane(number: number): Promise<Lane> {
  const sandbox = await startSandbox({
    seed: {
      accounts: [
        {
          id: ACCOUNT,
          users: [{ name: 'ci', keys: [{ created: '100d' }] }],
          secrets: [{ name: SECRET, keyOf: 'ci' }],
        },
      ],
      settings: { keyLiveDelayMs: 40, keyDeadDelayMs: 40, flapMs: 20 },
    },
  });
  return {
    sandbox,
    journal: join(folder, `journal-${number}.ndjson`),
    sinkFolder: join(folder, `sink-${number}`),
  };
}

/** Starts from the seed; the process is killed at `kill`, and started again until it says that it is done. */
async function attempt({ sandbox, journal, sinkFolder }: Lane, kill?: Point): Promise<string[]> {
  const { control } = sandbox;
  control.reset();
  rmSync(journal, { force: true });
  rmSync(sinkFolder, { recursive: true, force: true });
  mkdirSync(sinkFolder);
  const account = control.world.accounts.get(ACCOUNT)!;
  const old = keysIn(account)[0]!.id;
  const flaws = new Set<string>();
  let running: ChildProcess | undefined;
  let isKilled = false;
  control.faults.intercept(({ number }) => {
    const used = new Set([...account.keys.values()].filter(({ lastUsed }) => lastUsed).map(({ id }) => id));
    for (const flaw of [...watch({ account, old }, used), ...watchSinks({ account, old }, held())])
      flaws.add(`before call ${number}: ${flaw}`);
    if (isKilled || number !== kill?.number || !isOneOf(MOMENTS, kill.moment)) return undefined;
    isKilled = true;
    if (kill.moment === 'after the reply')
      return { kind: 'delay', delayMs: 0, onReplied: () => running?.kill('SIGKILL') };
    running?.kill('SIGKILL');
    return { kind: kill.moment === 'before the call' ? 'drop-request' : 'drop-reply' };
  });
  function held(): (string | undefined)[] {
    const file = join(sinkFolder, 'key');
    const ofCommand = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).AccessKeyId : undefined;
    return [keyInParameter(account, PARAMETER), ofCommand];
  }

  for (let run = 1; run <= MOST_RUNS; run++) {
    const sinks = [`ssm:${PARAMETER}`, `command:${join(folder, 'sink.sh')}`];
    const order: CrashOrder = { user: 'ci', retire: old, secretName: SECRET, journal, sinks };
    running = spawn(process.execPath, [child, JSON.stringify(order)], {
      env: {
        ...sandbox.env,
        PATH: process.env['PATH'],
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        SINK_FOLDER: sinkFolder,
        ...(kill !== undefined &&
          isOneOf(COMMAND_MOMENTS, kill.moment) && { SINK_KILL: `${kill.number} ${kill.moment}` }),
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    running.stderr!.on('data', (chunk) => {
      said += chunk;
    });
    const [status] = await once(running, 'close');
    if (status === 0)
      return [...flaws, ...flawsAtEnd({ account, old }), ...watchSinks({ account, old }, held())];
    if (status !== null && run === MOST_RUNS) flaws.add(`status ${status}: ${said.trim().slice(-300)}`);
  }
  return [...flaws, 'it did not come to its end'];
}

function isOneOf<T extends string>(all: readonly T[], one: string): one is T {
  return (all as readonly string[]).includes(one);
}

describe('a rotation whose process is killed', () => {
  it('comes to the same end from every call', { timeout: 900_000 }, async () => {
    const lanes = await Promise.all(Array.from({ length: LANES }, (_, i) => openLane(i)));
    const first = lanes[0]!;
    expect(await attempt(first)).toEqual([]);
    const calls = first.sandbox.control.journal.map(({ action }) => action);
    expect(calls).toContain('CreateAccessKey');

    expect(calls).toContain('PutParameter');
    const verbs = readFileSync(join(first.sinkFolder, 'calls'), 'utf8').trim().split('\n');
    expect(verbs).toContain('write');

    const points: Point[] = [
      ...calls.flatMap((action, i) => MOMENTS.map((moment) => ({ action, number: i + 1, moment }))),
      ...verbs.flatMap((action, i) => COMMAND_MOMENTS.map((moment) => ({ action, number: i + 1, moment }))),
    ];
    const left = [...points];
    const failures: string[] = [];
    await Promise.all(
      lanes.map(async (lane) => {
        for (let point = left.shift(); point !== undefined; point = left.shift()) {
          const flaws = await attempt(lane, point);
          const secrets = [...lane.sandbox.control.keysOf(ACCOUNT, 'ci')].map((key) => key.secretAccessKey);
          const written = existsSync(lane.journal) ? readFileSync(lane.journal, 'utf8') : '';
          if (secrets.some((secret) => written.includes(secret))) flaws.push('a secret is in the journal');
          if (flaws.length > 0)
            failures.push(`${point.moment} of call ${point.number}, ${point.action}: ${flaws.join('; ')}`);
        }
      }),
    );
    await Promise.all(lanes.map(({ sandbox }) => sandbox.close()));
    // biome-ignore lint/suspicious/noConsole: the numbers are the result
    console.info(
      `crash: ${calls.length} calls to AWS and ${verbs.length} to a command, ${points.length} points tried, ${points.length - failures.length} converged`,
    );
    expect(failures).toEqual([]);
  });
});
