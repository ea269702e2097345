import { spawn } from 'node:child_process';
import { errorMessage, KeyturnError } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';
import { parseStoredForm, type StoredKey, storedForm } from '../vault.ts';
import type { Sink } from './sink.ts';

export interface CommandSinkOptions {
  /** Program and arguments; `write` or `read` and the user's name are put after them. No shell is between. */
  command: readonly string[];
  user: string;
  /** Of the child; nothing is added to it. */
  env: Readonly<Record<string, string | undefined>>;
  /** Ends the child. */
  signal?: AbortSignal;
  timeoutMs?: number;
}

const TIMEOUT_MS = 60_000;
/** What `read` gives back is some 120 bytes; of what is said on standard error, the end is shown. */
const MOST_BYTES = 64 * 1024;
const SHOWN = 200;

/**
 * A program of the user's. `write` gets the key on standard input, as `{"AccessKeyId","SecretAccessKey"}`: arguments and environment of
 * a process can be seen by others. `read` prints what is stored in the same form, or nothing when there is no key.
 */
export function commandSink(options: CommandSinkOptions): Sink {
  const [program = ''] = options.command;
  const name = `command:${program}`;
  return {
    name,
    action: 'command:write',
    read: async () => parseStoredForm(await run(options, name, 'read')),
    write: async (key) => {
      await run(options, name, 'write', key);
      return { requestId: '' };
    },
  };
}

function run(
  { command, user, env, signal, timeoutMs = TIMEOUT_MS }: CommandSinkOptions,
  name: string,
  verb: 'read' | 'write',
  key?: StoredKey,
): Promise<Secret> {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const fail = (text: string) =>
      reject(
        new KeyturnError(`${name} ${verb} ${user}: ${text}`, {
          code: 'sink',
          hint: `Nothing else was changed. When \`${[...command, verb, user].join(' ')}\` works, repeat the command.`,
        }),
      );
    const child = spawn(program, [...args, verb, user], {
      env: { ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      ...(signal !== undefined && { signal }),
    });
    const out: Buffer[] = [];
    let size = 0;
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MOST_BYTES) out.push(chunk);
      else child.kill('SIGKILL');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-MOST_BYTES);
    });
    // A program that does not read what it is given: its status tells.
    child.stdin.on('error', () => {});
    child.stdin.end(key === undefined ? '' : storedForm(key).reveal());
    child.on('error', (error) => fail(errorMessage(error)));
    child.on('close', (status, killedBy) => {
      if (status === 0) return resolve(new Secret(Buffer.concat(out).toString()));
      if (size > MOST_BYTES) return fail(`it printed more than ${MOST_BYTES} bytes`);
      const why =
        killedBy === null ? `status ${status}` : `ended by ${killedBy} after ${timeoutMs / 1000} s at most`;
      fail([why, shown(said, key)].filter((text) => text !== '').join(': '));
    });
  });
}

/** The last line of what it said, without the secret that it was given. */
function shown(said: string, key: StoredKey | undefined): string {
  const line = said.trim().split('\n').at(-1) ?? '';
  const secret = key?.secret.reveal();
  const clean = secret === undefined ? line : line.replaceAll(secret, '[redacted]');
  return clean.slice(0, SHOWN);
}
