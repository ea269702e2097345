import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import { commandSink } from '../../../src/keys/sinks/command.ts';
import { makeFolder } from '../../cli/run-main.ts';
import { makeKeyId, makeRandom, makeSecret } from '../../helpers/credentials.ts';

const random = makeRandom(7);
const KEY = { id: makeKeyId(random), secret: new Secret(makeSecret(random)) };

/** A sink whose program is this shell script. */
function sinkOf(script: string, options: { args?: string[]; timeoutMs?: number; signal?: AbortSignal } = {}) {
  const folder = makeFolder({ 'sink.sh': `#!/bin/sh\ncd "$(dirname "$0")"\n${script}\n` });
  const program = join(folder, 'sink.sh');
  chmodSync(program, 0o755);
  const { args = [], ...rest } = options;
  const env = { PATH: process.env['PATH'], OURS: 'yes' };
  return { folder, sink: commandSink({ command: [program, ...args], user: 'ci', env, ...rest }) };
}

const STORE = 'case "$1" in write) cat > key ;; read) if [ -e key ]; then cat key; fi ;; esac';

describe('a command as a sink', () => {
  it('gives back what it was given, and nothing before', async () => {
    const { sink } = sinkOf(STORE);
    expect(await sink.read()).toBeUndefined();
    await sink.write(KEY);
    const found = await sink.read();
    expect(found?.id).toBe(KEY.id);
    expect(found?.secret.reveal() === KEY.secret.reveal()).toBe(true);
  });

  it('is told the verb and the user after its own arguments, and the secret on standard input only', async () => {
    const { sink, folder } = sinkOf(
      'tr "\\0" "\\n" < /proc/$$/cmdline > argv; env > environment; cat > input',
      {
        args: ['--repo', 'app; rm -rf /'],
      },
    );
    await sink.write(KEY);
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    expect(read('argv').trim().split('\n').slice(2)).toEqual(['--repo', 'app; rm -rf /', 'write', 'ci']);
    expect(read('environment')).toContain('OURS=yes');
    const secret = KEY.secret.reveal();
    expect([read('argv'), read('environment')].some((text) => text.includes(secret))).toBe(false);
    expect(JSON.parse(read('input')).AccessKeyId).toBe(KEY.id);
  });

  it.each([
    [
      'its status',
      'echo one >&2; echo "no such repository" >&2; exit 3',
      /write ci: status 3: no such repository$/,
    ],
    ['without a word', 'exit 1', /write ci: status 1$/],
    ['too much output', 'head -c 200000 /dev/zero', /it printed more than 65536 bytes$/],
  ])('says what went wrong: %s', async (_, script, message) => {
    const { sink } = sinkOf(script);
    await expect(sink.write(KEY)).rejects.toMatchObject({
      code: 'sink',
      message: expect.stringMatching(message),
    });
  });

  it('never shows the secret, though the program does', async () => {
    const { sink } = sinkOf('cat >&2; exit 1');
    const error: Error = await sink.write(KEY).then(
      () => new Error('it went well'),
      (reason) => reason,
    );
    expect(error.message).toContain('[redacted]');
    expect(error.message.includes(KEY.secret.reveal())).toBe(false);
  });

  it('ends a program that hangs', async () => {
    const { sink } = sinkOf('exec sleep 60', { timeoutMs: 100 });
    await expect(sink.read()).rejects.toThrow(/ended by SIGKILL/);
  });

  it('bears a program that does not read what it is given', async () => {
    const { sink } = sinkOf('exec < /dev/null; exit 0');
    await expect(sink.write(KEY)).resolves.toEqual({ requestId: '' });
  });

  it('names a program that is not there', async () => {
    const sink = commandSink({ command: ['/nonexistent/deliver'], user: 'ci', env: {} });
    await expect(sink.read()).rejects.toThrow(
      'command:/nonexistent/deliver read ci: spawn /nonexistent/deliver ENOENT',
    );
  });
});
