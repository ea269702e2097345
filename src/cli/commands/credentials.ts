import { EXIT, KeyturnError, UsageError } from '../../base/errors.ts';
import { servedForm } from '../../keys/credentials.ts';
import { connectToServe } from '../aws-connection.ts';
import type { CommandContext } from '../commands.ts';

/**
 * botocore asks again 15 minutes before the end and the SDK for JavaScript 5: a process that lives on has a new key within the hour, and
 * none asks for each call.
 */
const LIFE_MS = 60 * 60_000;

/** Names of the secrets that are being served further up: a profile that is to read a secret may have a credential_process of its own. */
const SERVING = 'KEYTURN_SERVING';

/** The one command that prints a secret: to whoever started it, never to a log or an error. */
export async function credentials({ io, args, configuration }: CommandContext): Promise<number> {
  const { settings } = configuration;
  const name = args[0]!;
  if (io.stdout.isTTY === true && !settings.isOn('yes'))
    throw new UsageError('this would print a secret access key to the terminal', {
      hint: 'It is for credential_process in ~/.aws/credentials. Add --yes to see it all the same.',
    });
  guardAgainstItself(name);
  const secrets = await connectToServe(settings);
  const served = await servedForm(secrets, name, { now: io.now(), lifeMs: LIFE_MS });
  io.stdout.write(`${served.reveal()}\n`);
  return EXIT.ok;
}

function guardAgainstItself(name: string): void {
  const serving = (process.env[SERVING] ?? '').split(' ');
  if (serving.includes(name))
    throw new KeyturnError(`to read the secret ${name}, keyturn would need credentials that are in it`, {
      code: 'serves-itself',
      hint: 'Let another profile read it: --profile in the credential_process, or keyturn keys migrate --read-as.',
    });
  process.env[SERVING] = [...serving, name].join(' ').trim();
}
