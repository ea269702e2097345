import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const VENV = join(import.meta.dirname, '../../../.venv/bin');
const START_MS = 60_000;

/** Python with moto and botocore, as scripts/python-peers.sh installs it; undefined where nobody ran that. */
export const python: string | undefined = existsSync(join(VENV, 'moto_server'))
  ? join(VENV, 'python')
  : undefined;

/** For the name of a suite: what did not run, and why. */
export const notRun = python === undefined ? ' (NOT RUN: no .venv; scripts/python-peers.sh makes it)' : '';

if (python === undefined) process.stderr.write(`conformance of the sandbox${notRun}\n`);

export interface Moto {
  url: string;
  /** From now on signatures and policies count, or no longer. */
  setAuth(isOn: boolean): Promise<void>;
  stop(): void;
}

/** An emulator that is none of ours, with the managed policies of AWS. */
export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(join(VENV, 'moto_server'), ['-H', '127.0.0.1', '-p', String(port)], {
    env: { PATH: process.env['PATH'] ?? '', MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' },
    stdio: 'ignore',
  });
  await untilUp(url, server);
  return {
    url,
    setAuth: async (isOn) => {
      const body = isOn ? '0' : 'inf';
      await fetch(`${url}/moto-api/reset-auth`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'text/plain' },
      });
    },
    stop: () => {
      server.kill();
    },
  };
}

async function untilUp(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && server.exitCode === null) {
    const answer = await fetch(`${url}/moto-api/data.json`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(100);
  }
  server.kill();
  throw new Error('moto did not start');
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
}
