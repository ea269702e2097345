import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCall } from '../../../src/keys/migrate/call.ts';
import { readSource } from '../../../src/keys/migrate/read-source.ts';
import { processOf, profileIn } from '../../../src/keys/migrate/rewrite.ts';
import { parseStoredForm } from '../../../src/keys/vault.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';
import { bundleProgram } from '../../helpers/bundle.ts';
import { ACCOUNT } from '../../helpers/sandbox.ts';
import { profileText, REGION } from './bench.ts';
import type { CrashOrder } from './crash-child.ts';

/** Where a process is killed: at its call to AWS of a number, or before a step of its own. */
type Point =
  | { call: number; moment: 'before' | 'before its reply' | 'after its reply' }
  | { step: number; name: string };

const MOST_RUNS = 3;
let root: string;
let child: string;
let sandbox: Sandbox;

beforeAll(async () => {
  ({ folder: root, file: child } = await bundleProgram(
    join(import.meta.dirname, 'crash-child.ts'),
    'migrate-crash',
  ));
  const users = ['ci', 'eve'].map((name) => ({ name, keys: [{ created: '100d' }] }));
  sandbox = await startSandbox({ seed: { accounts: [{ id: ACCOUNT, users }] } });
});
afterAll(async () => {
  await sandbox.close();
  rmSync(root, { recursive: true, force: true });
});

/** Both sources lead to a key that works, in themselves or through a secret that is there. */
function flawsOf(folder: string): string[] {
  const credentials = readFileSync(join(folder, 'credentials'), 'latin1');
  const env = readFileSync(join(folder, '.env'), 'latin1');
  const profile = profileIn(env)?.value;
  return [
    ...(worksIn(credentials, 'ci') ? [] : ['[ci] does not work']),
    ...((profile === undefined ? worksIn(env, undefined) : worksIn(credentials, profile))
      ? []
      : ['.env does not work']),
    ...(credentials.includes('# keep') && env.includes('KEEP=1') ? [] : ['something else was lost']),
  ];
}

function worksIn(text: string, profile: string | undefined): boolean {
  const { keys, secrets } = sandbox.control.world.accounts.get(ACCOUNT)!;
  const place = readSource(text).places.find((one) => one.profile === profile);
  const call = parseCall((profile && processOf(text, profile)?.value) ?? '');
  const versions = call && secrets.get(REGION)?.get(call.secretName)?.versions;
  const current = [...(versions?.values() ?? [])].find(({ stages }) => [...stages].includes('AWSCURRENT'));
  const key = place?.key ?? (current && parseStoredForm(current.value));
  return key !== undefined && keys.get(key.id)?.secret.reveal() === key.secret.reveal();
}

/** Starts from files that hold two keys; returns what went wrong and the steps of the first run. */
async function attempt(name: string, point?: Point): Promise<{ flaws: string[]; steps: string[] }> {
  const { control, url } = sandbox;
  control.reset();
  const folder = join(root, name);
  mkdirSync(folder);
  const [ci, eve] = ['ci', 'eve'].map((user) => control.keysOf(ACCOUNT, user)[0]!);
  writeFileSync(join(folder, 'credentials'), `# keep\n${profileText('ci', ci!)}`);
  writeFileSync(
    join(folder, '.env'),
    `AWS_ACCESS_KEY_ID=${eve!.accessKeyId}\nKEEP=1\nAWS_SECRET_ACCESS_KEY=${eve!.secretAccessKey}\n`,
  );
  const flaws: string[] = [];
  let steps: string[] = [];
  let running: ChildProcess | undefined;
  let isKilled = false;
  control.faults.intercept(({ number }) => {
    if (isKilled || point === undefined || !('call' in point) || number !== point.call) return undefined;
    isKilled = true;
    if (point.moment === 'after its reply')
      return { kind: 'delay', delayMs: 0, onReplied: () => running?.kill('SIGKILL') };
    running?.kill('SIGKILL');
    return { kind: point.moment === 'before' ? 'drop-request' : 'drop-reply' };
  });
  for (let run = 1; run <= MOST_RUNS; run++) {
    const dieAt = run === 1 && point !== undefined && 'step' in point ? { dieAt: point.step } : {};
    const order: CrashOrder = { url, credentials: control.adminOf(ACCOUNT), folder, ...dieAt };
    running = spawn(process.execPath, [child, JSON.stringify(order)], {
      env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said: string[] = ['', ''];
    for (const [i, stream] of [running.stdout!, running.stderr!].entries())
      stream.on('data', (chunk) => {
        said[i] += chunk;
      });
    const [status] = await once(running, 'close');
    if (run === 1) steps = said[0]!.trim().split('\n');
    flaws.push(...flawsOf(folder).map((flaw) => `after run ${run}: ${flaw}`));
    if (status !== 0 && (run === MOST_RUNS || status !== null))
      flaws.push(`run ${run}: ${said[1]!.trim().slice(0, 300)}`);
    if (status === 0) break;
  }
  const left = readdirSync(folder).sort();
  if (left.join() !== '.env,credentials,journal.ndjson') flaws.push(`left behind: ${left.join()}`);
  const whole = left.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
  if ([ci!, eve!].some(({ secretAccessKey }) => whole.includes(secretAccessKey)))
    flaws.push('a secret is still there');
  const secrets = [...(control.world.accounts.get(ACCOUNT)!.secrets.get(REGION)?.values() ?? [])];
  if (secrets.length !== 2 || secrets.some(({ versions }) => versions.size !== 1))
    flaws.push('not one version for each key');
  return { flaws, steps };
}

describe('a move whose process is killed', () => {
  it('leaves sources that work, and comes to the same end', { timeout: 120_000 }, async () => {
    const { flaws, steps } = await attempt('whole');
    expect(flaws).toEqual([]);
    const calls = sandbox.control.journal.map(({ action }) => action);
    expect(calls.filter((action) => action === 'CreateSecret')).toHaveLength(2);
    // The second move makes the same calls. For one that only reads, before and after are one.
    const ofFirst = calls.slice(0, calls.lastIndexOf('CreateSecret') - 1);
    const points: Point[] = [
      ...ofFirst.map((_, i): Point => ({ call: i + 1, moment: 'before' })),
      ...ofFirst.flatMap((action, i): Point[] =>
        action === 'CreateSecret'
          ? [
              { call: i + 1, moment: 'before its reply' },
              { call: i + 1, moment: 'after its reply' },
            ]
          : [],
      ),
      ...steps.map((name, i): Point => ({ step: i + 1, name })),
    ];
    const failures: string[] = [];
    for (const [i, point] of points.entries()) {
      const outcome = await attempt(`point-${i}`, point);
      if (outcome.flaws.length > 0) failures.push(`${JSON.stringify(point)}: ${outcome.flaws.join('; ')}`);
    }
    // biome-ignore lint/suspicious/noConsole: the numbers are the result
    console.info(
      `crash: ${calls.length} calls, ${steps.length} steps, ${points.length} points tried, ${points.length - failures.length} converged`,
    );
    expect(failures).toEqual([]);
  });
});
