import type { SecretsPort } from '../aws/types.ts';
import { KeyturnError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import { parseStoredForm } from './vault.ts';

/**
 * The key that a secret holds now, in the form that a credential_process prints. SDKs keep it in memory until shortly before
 * `lifeMs` is over and ask again, so that they get the new key after a rotation; nothing is kept on disk.
 */
export async function servedForm(
  secrets: Pick<SecretsPort, 'current'>,
  name: string,
  { now, lifeMs }: { now: number; lifeMs: number },
): Promise<Secret> {
  const value = await secrets.current(name);
  if (value === undefined)
    throw new KeyturnError(`there is no secret ${name} here`, {
      code: 'no-secret',
      hint: 'Look at its name, the region (--region) and the account that this signs for.',
    });
  const key = parseStoredForm(value);
  if (key === undefined)
    throw new KeyturnError(`the secret ${name} holds no access key`, {
      code: 'no-key',
      hint: 'Wanted is {"AccessKeyId","SecretAccessKey"}, as keyturn keys rotate and migrate write it.',
    });
  return new Secret(
    JSON.stringify({
      Version: 1,
      AccessKeyId: key.id,
      SecretAccessKey: key.secret.reveal(),
      Expiration: new Date(now + lifeMs).toISOString(),
    }),
  );
}
