import { isAwsError } from '../../aws/errors.ts';
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

const LET_ANOTHER_READ =
  'Let another profile read it: --profile in the credential_process, or keyturn keys migrate --read-as.';

/** The one command that prints a secret: to whoever started it, never to a log or an error. */
export async function credentials({ io, args, configuration }: CommandContext): Promise<number> {
  const { settings } = configuration;
  const name = args[0]!;
  if (io.stdout.isTTY === true && !settings.isOn('yes'))
    throw new UsageError('this would print a secret access key to the terminal', {
      hint: 'It is for credential_process in ~/.aws/credentials. Add --yes to see it all the same.',
    });
  guardAgainstItself(name, io.env[SERVING] ?? '');
  try {
    const secrets = await connectToServe(settings);
    const served = await servedForm(secrets, name, { now: io.now(), lifeMs: LIFE_MS });
    io.stdout.write(`${served.reveal()}\n`);
    return EXIT.ok;
  } catch (error) {
    // What a credential_process of that profile said is lost in the SDK.
    if (!isAwsError(error, 'no-credentials')) throw error;
    throw new KeyturnError(error.message, {
      code: error.code,
      cause: error,
      hint: hintFor(settings.text('profile')),
    });
  }
}

function hintFor(profile: string | undefined): string {
  return profile === undefined
    ? `The secret is read with variables, [default] or the role of the machine. ${LET_ANOTHER_READ}`
    : `Either the profile ${profile} holds no credentials, or it is served from this very secret. ${LET_ANOTHER_READ}`;
}

function guardAgainstItself(name: string, serving: string): void {
  const names = serving.split(' ').filter((one) => one !== '');
  if (names.includes(name))
    throw new KeyturnError(`to read the secret ${name}, keyturn would need credentials that are in it`, {
      code: 'serves-itself',
      hint: LET_ANOTHER_READ,
    });
  process.env[SERVING] = [...names, name].join(' ');
}
