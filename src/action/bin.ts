import { systemClock } from '../base/clock.ts';
import { EXIT } from '../base/errors.ts';
import { runAction } from './run.ts';

const { stdout, stderr, stdin, env } = process;
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort(name));
const io = { stdout, stderr, stdin, env, cwd: process.cwd(), ...systemClock };
process.exitCode = EXIT.error;
process.exitCode = await runAction(io, stopping.signal);
