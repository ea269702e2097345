import { vi } from 'vitest';
import type { Credentials, Sandbox } from '../../src/sandbox/index.ts';
import { makeFolder, type Run, runMain } from '../cli/run-main.ts';
import { ACCOUNT } from '../helpers/sandbox.ts';

export interface OperatorOptions {
  /** An administrator by default. */
  credentials?: Credentials;
  /** The journal is in there, too. */
  cwd?: string;
  region?: string;
  /** Aborted to stop cleanly. */
  signal?: AbortSignal;
}

/**
 * `keyturn WORDS` in this process, signed by somebody who talks to the sandbox. Waiting turns the sandbox's clock.
 * The SDK reads its variables from the process: `vi.unstubAllEnvs` when the test is over.
 */
export function runKeys(
  sandbox: Sandbox,
  words: readonly string[],
  {
    credentials = sandbox.control.adminOf(ACCOUNT),
    cwd = makeFolder(),
    region = 'us-east-1',
    signal,
  }: OperatorOptions = {},
): Promise<Run> {
  const { clock } = sandbox.control;
  const env = {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_ENDPOINT_URL: sandbox.url,
    AWS_REGION: region,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  return runMain(words, {
    cwd,
    ...(signal !== undefined && { hooks: { signal } }),
    env: { XDG_STATE_HOME: cwd, PATH: process.env['PATH'] ?? '' },
    clock: {
      now: clock.now,
      sleep: async (milliseconds) => {
        clock.advance(milliseconds);
      },
    },
  });
}
