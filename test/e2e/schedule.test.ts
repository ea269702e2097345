import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NotifyEvent } from '../../src/notify/types.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { keysOf } from '../../src/sandbox/state/keys.ts';
import { makeRepository } from '../helpers/repository.ts';
import { startReceiver } from '../helpers/webhook-receiver.ts';
import { type BuiltCli, buildCli } from './keyturn.ts';

const ACCOUNT = '111122223333';
const OTHER = '222233334444';
const CLOSED_TO_US = '333344445555';
const KEYS =
  'keys: { grace: { mode: after, period: 1h }, limits: { count: 20, percent: 100 }, unusedFor: false }';

let cli: BuiltCli;
let sandbox: Sandbox;
let state: string;
let running: ChildProcessWithoutNullStreams[] = [];

beforeAll(async () => {
  cli = await buildCli();
});
afterAll(() => cli.remove());

beforeEach(async () => {
  const lastUsed = { at: '2h', service: 's3' };
  sandbox = await startSandbox({
    seed: {
      accounts: [
        {
          id: ACCOUNT,
          users: [
            { name: 'ci', keys: [{ created: '120d', lastUsed }] },
            { name: 'frozen', tags: { 'keyturn:pause': 'release 7' }, keys: [{ created: '300d', lastUsed }] },
          ],
        },
        {
          id: OTHER,
          users: [{ name: 'billing', tags: { owner: 'ann' }, keys: [{ created: '70d', lastUsed }] }],
          roles: [{ name: 'keyturn', policies: ['AdministratorAccess'] }],
        },
        { id: CLOSED_TO_US },
      ],
    },
  });
  state = join(cli.folder, `state-${Math.floor(performance.now())}`);
  mkdirSync(join(state, 'keyturn'), { recursive: true });
});
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  running = [];
  await sandbox.close();
  rmSync(state, { recursive: true, force: true });
});

function configure(schedule: string): void {
  writeFileSync(join(cli.folder, 'k.yaml'), `${KEYS}\nschedule:\n${schedule}`);
}

function env(folder = state): Record<string, string> {
  return { ...sandbox.env, XDG_STATE_HOME: folder };
}

/** A scheduler at work, and what it wrote. */
function start(args: readonly string[], folder = state, more: Record<string, string> = {}) {
  const child = cli.start([...args, '--config', 'k.yaml'], { env: { ...env(folder), ...more } });
  running.push(child);
  const lines: Record<string, unknown>[] = [];
  let text = '';
  let plain = '';
  child.stderr.on('data', (chunk: Buffer) => {
    const parts = (text + chunk.toString()).split('\n');
    text = parts.pop()!;
    // What ends a command is said in plain words.
    for (const part of parts)
      if (part.startsWith('{')) lines.push(JSON.parse(part));
      else plain += `${part}\n`;
  });
  const said = (message: string) => lines.find((line) => String(line['message']).includes(message));
  return {
    child,
    lines,
    plain: () => plain,
    until: async (message: string) => {
      while (said(message) === undefined) {
        if (child.exitCode !== null) throw new Error(`ended: ${JSON.stringify(lines)}`);
        await sleep(20);
      }
      return said(message)!;
    },
    ended: async () => {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      return child.exitCode;
    },
  };
}

function readJson(name: string) {
  return JSON.parse(readFileSync(join(state, 'keyturn', name), 'utf8'));
}

function actions(action: string): number {
  return sandbox.control.journal.filter((entry) => entry.action === action && entry.error === undefined)
    .length;
}

describe('keyturn schedule', () => {
  it('refuses a configuration by file, line and column', () => {
    const samples: [string, string][] = [
      ['  jobs: { apply: { cron: "0 3 * * *" } }\n', 'k.yaml:3:18: the job apply changes accounts'],
      ['  jobs: { report: { cron: "61 3 * * *" } }\n', 'k.yaml:3:27: "61 3 * * *": 61 is an invalid'],
      [
        '  jobs: { report: { cron: "0 3 1 * 1" } }\n',
        'k.yaml:3:27: "0 3 1 * 1" gives a day of the month and',
      ],
      ['  timezone: Europe/Berlim\n', 'k.yaml:3:13: "Europe/Berlim" is no time zone such as'],
      ['  jobs: { report: {} }\n', 'k.yaml:3:19: the job report has no cron'],
      [
        '  jobs: { raport: { cron: "0 3 * * *" } }\n',
        'k.yaml:3:11: unknown key "raport"; did you mean "report"?',
      ],
      ['  warn: [soon]\n', 'k.yaml:3:10: "soon" is no length of time'],
    ];
    for (const [schedule, message] of samples) {
      configure(schedule);
      const { status, stderr } = cli.run(['schedule', 'next', '--config', 'k.yaml']);
      expect([status, stderr.split('\n')[0]]).toEqual([2, expect.stringContaining(message)]);
    }
  });

  it('takes no schedule from a repository that one merely stands in', () => {
    const folder = join(cli.folder, 'repo');
    mkdirSync(join(folder, '.git'), { recursive: true });
    writeFileSync(join(folder, 'keyturn.yaml'), 'schedule:\n  jobs: { report: { cron: "0 3 * * *" } }\n');
    const { status, stderr } = cli.run(['schedule', 'next'], { cwd: folder });
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining('keyturn.yaml:1:1: schedule cannot be set by'),
    ]);
  });

  it('shows the next runs, and prints the unit for what starts them', () => {
    configure('  timezone: Europe/Berlin\n  jobs: { report: { cron: "30 3 * * 1" } }\n');
    const next = cli.run(['schedule', 'next', '-n', '2', '--config', 'k.yaml']).stdout;
    expect(next).toMatch(/^Mon \d{4}-\d\d-\d\d 03:30 Europe\/Berlin {2}report\nMon .*03:30/);
    const print = (kind: string) => cli.run(['schedule', 'print', `--${kind}`, '--config', 'k.yaml']);
    expect(print('systemd').stdout).toContain('schedule run --config');
    expect(print('kubernetes').stdout).toContain('timeZone: "Europe/Berlin"');
    expect(print('cron').stdout).toContain('30 3 * * 1 keyturn schedule once report');
    const github = print('github');
    expect(github.stdout).toContain("- cron: '30 3 * * 1'");
    expect(github.stderr).toContain('GitHub reads these times as UTC');
  });

  it('runs a job once: keys are replaced, who is paused is left alone', async () => {
    configure('  allowChanges: true\n  jobs: { apply: { cron: "0 3 * * *" } }\n');
    const { child, ended } = start(['schedule', 'once', 'apply', '-f', 'json', '--log-format', 'json']);
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    expect(await ended()).toBe(0);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ job: 'apply', outcome: 'done' });
    expect(result.accounts[0].counts).toEqual({ 'waiting-grace': 1, paused: 1 });
    expect(result.events.map(({ kind }: { kind: string }) => kind)).toEqual(['key-rotated']);
    expect(actions('CreateAccessKey')).toBe(1);
    writeFileSync(join(state, 'keyturn/pause'), 'audit week\n');
    const paused = start(['schedule', 'once', 'apply', '--log-format', 'json']);
    expect(await paused.ended()).toBe(0);
    expect(paused.lines[0]!['message']).toContain('pause: audit week; nothing was changed');
  });

  it('finishes the step in flight on SIGTERM, and the next start goes on', async () => {
    configure('  allowChanges: true\n  jobs: { apply: { cron: "* * * * *" } }\n');
    // The minute of the last run is long gone: the first round has something to catch up with.
    const due = new Date(Date.now() - 3_600_000).toISOString();
    const past = { at: due, run: 'x', job: 'apply', event: 'scheduled', due, cron: '* * * * * UTC' };
    writeFileSync(join(state, 'keyturn/schedule.ndjson'), `${JSON.stringify(past)}\n`);
    const first = start(['schedule', 'run']);
    const begun = await first.until('apply begins');
    expect(begun['missed']).toBeGreaterThan(50);
    while (actions('CreateAccessKey') === 0) await sleep(5);
    first.child.kill('SIGTERM');
    expect(await first.ended()).toBe(0);
    expect(first.lines.at(-1)!['message']).toBe('stopped');
    expect(readJson('health.json')).toMatchObject({ ready: false, reason: 'stopping' });
    // Whatever was made is stored: nothing is left half done that the next start would have to throw away.
    expect(actions('PutSecretValue')).toBeGreaterThanOrEqual(actions('CreateAccessKey'));
    const second = start(['schedule', 'run']);
    await second.until('apply: ');
    second.child.kill('SIGINT');
    expect(await second.ended()).toBe(0);
    expect(actions('CreateAccessKey')).toBe(1);
    expect(actions('DeleteAccessKey')).toBe(0);
  });

  it('serves its health on loopback, and takes a new configuration whole or not at all', async () => {
    configure('  health: { port: 0 }\n  jobs: { report: { cron: "0 3 * * *" } }\n');
    const runner = start(['schedule', 'run']);
    const url = String((await runner.until('health is served'))['url']);
    await runner.until('report begins');
    const get = async (path: string) => {
      const response = await fetch(url + path);
      return { status: response.status, text: await response.text() };
    };
    expect(await get('/healthz')).toMatchObject({
      status: 200,
      text: expect.stringContaining('"healthy":true'),
    });
    expect((await get('/readyz')).status).toBe(200);
    expect((await get('/metrics')).text).toContain('# TYPE keyturn_job_next_run_timestamp_seconds gauge');
    expect((await get('/else')).status).toBe(404);
    configure('  health: { port: 0 }\n  jobs: { report: { cron: "0 3 * *" } }\n');
    runner.child.kill('SIGHUP');
    const refused = await runner.until('refused the new configuration');
    expect(refused['message']).toContain('k.yaml:4:27: "0 3 * *" has not five fields');
    configure('  health: { port: 0 }\n  jobs: { report: { cron: "0 4 * * *" } }\n');
    await runner.until('took the new configuration');
    expect((await get('/readyz')).text).toContain('T04:00:00.000Z');
    runner.child.kill('SIGTERM');
    expect(await runner.ended()).toBe(0);
  });

  it('audits with the command for that, in a process of its own', async () => {
    configure(
      '  jobs: { audit: { cron: "0 3 * * *", arguments: [--check, root-keys, --check, keys-rotated] } }\n',
    );
    const { ended } = start(['schedule', 'once', 'audit', '--log-format', 'json']);
    expect(await ended()).toBe(1);
    expect(readJson('audit.json')).toMatchObject({ account: { id: ACCOUNT }, complete: true });
  });

  it('audits every account that the jobs are about, by the same configuration', async () => {
    const all = '  jobs: { audit: { cron: "0 3 * * *", arguments: [--check, keys-rotated] } }\n';
    const except = `{ check: keys-rotated, account: "${ACCOUNT}", owner: ops, reason: meant, expires: 2099-12-31 }`;
    configure(
      `${all}accounts: { ids: ["${ACCOUNT}", "${OTHER}"], role: keyturn }\naudit: { exceptions: [${except}] }\n`,
    );
    const { ended } = start(['schedule', 'once', 'audit', '--log-format', 'json']);
    expect(await ended()).toBe(0);
    expect(readJson('audit.json')).toMatchObject({
      complete: true,
      accounts: [
        { id: ACCOUNT, state: 'read' },
        { id: OTHER, state: 'read' },
      ],
      results: [
        { account: { id: ACCOUNT }, status: 'FAIL', exception: { owner: 'ops' } },
        { account: { id: ACCOUNT } },
        { account: { id: OTHER }, status: 'PASS' },
      ],
    });
  });

  it('is killed again and again, next to another scheduler, and every key is replaced once', async () => {
    configure('  allowChanges: true\n  jobs: { apply: { cron: "0 3 * * *" } }\n');
    const other = join(state, 'other-host');
    let kills = 0;
    for (let round = 0; round < 4; round++) {
      const one = start(['schedule', 'once', 'apply', '--log-format', 'json']);
      const two = start(['schedule', 'once', 'apply', '--log-format', 'json'], other);
      await sleep(900 + 700 * round);
      if (one.child.kill('SIGKILL')) kills++;
      if (round < 2 && two.child.kill('SIGKILL')) kills++;
      await Promise.all([one.ended(), two.ended()]);
    }
    expect(kills).toBeGreaterThan(2);
    const last = start(['schedule', 'once', 'apply', '--log-format', 'json']);
    expect([0, 1]).toContain(await last.ended());
    const account = sandbox.control.world.accounts.get(ACCOUNT)!;
    const keys = keysOf(account, 'ci');
    expect(keys.map(({ status }) => status)).toEqual(['Active', 'Active']);
    const versions = account.secrets.get('us-east-1')!.get('keyturn/ci')!.versions.values();
    const current = [...versions].find(({ stages }) => stages.has('AWSCURRENT'));
    expect(JSON.parse(current!.value.reveal())).toMatchObject({ AccessKeyId: keys[1]!.id });
  });

  it('works in every account that is configured, tells owners, and never takes a denial for good', async () => {
    const receiver = await startReceiver();
    writeFileSync(
      join(cli.folder, 'k.yaml'),
      `${KEYS.replace('1h', '10d')}
accounts: { ids: ["${ACCOUNT}", "${OTHER}", "${CLOSED_TO_US}"], role: keyturn }
notify:
  channels: { ops: { type: webhook, url: "${receiver.url}/hook", secretFrom: { env: HOOK_SECRET } } }
schedule:
  warn: [30d, 3d]
  jobs: { report: { cron: "0 3 * * *" } }
`,
    );
    const secret = { HOOK_SECRET: `whsec_${randomBytes(32).toString('base64')}` };
    const once = () => start(['schedule', 'once', 'report', '--log-format', 'json'], state, secret);
    const report = once();
    // What is known is told, and what is not known is no success.
    expect(await report.ended()).toBe(2);
    const { events } = JSON.parse(receiver.received[0]!.body);
    expect(events.map(({ kind, account }: NotifyEvent) => `${kind} ${account}`).sort()).toEqual([
      `account-failed ${CLOSED_TO_US}`,
      `key-due ${OTHER}`,
    ]);
    expect(events.find(({ kind }: NotifyEvent) => kind === 'key-due')).toMatchObject({
      owner: 'ann',
      subject: expect.stringMatching(/^billing AKIA\.\.\.\w{4}$/),
      command: 'keyturn keys rotate billing --apply',
    });
    expect(readJson(`keys-${OTHER}.json`).keys[0].principal.name).toBe('billing');
    // Told once.
    expect(await once().ended()).toBe(2);
    expect(receiver.received).toHaveLength(1);
  });

  it('scans in a process of its own, and keeps the last report there was', async () => {
    const repository = makeRepository();
    repository.write('a.txt', 'nothing here\n');
    repository.commit('first');
    const sweep = (target: string) => {
      configure(`  jobs: { sweep: { cron: "0 22 * * 6", arguments: ["${target}"] } }\n`);
      return start(['schedule', 'once', 'sweep', '--log-format', 'json']).ended();
    };
    expect(await sweep(repository.path)).toBe(0);
    expect(await sweep(join(cli.folder, 'nowhere'))).toBe(2);
    expect(readJson('sweep.json')).toMatchObject({ complete: true, coverage: { commits: 1 } });
    repository.remove();
  });

  it('changes nothing by a clock that is wrong', async () => {
    configure('  allowChanges: true\n  jobs: { apply: { cron: "0 3 * * *" } }\n');
    sandbox.control.settings.clockSkewMs = -40 * 86_400_000;
    const run = start(['schedule', 'once', 'apply', '--log-format', 'json']);
    expect(await run.ended()).toBe(2);
    expect(actions('CreateAccessKey') + actions('UpdateAccessKey')).toBe(0);
    expect(run.plain()).toContain('the clock of this machine is 40 days ahead of that of AWS');
  });
});
