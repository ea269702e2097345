import { isAwsError } from '../../aws/errors.ts';
import type { SecretsPort } from '../../aws/types.ts';
import { CURRENT, parseStoredForm, storedForm, versionIdOf } from '../vault.ts';
import type { Sink } from './sink.ts';

/** A second secret, of an application that has its own; not tagged with the user, so that it is never taken for the first. */
export function secretSink(
  secrets: SecretsPort,
  { name, kmsKey, accountId, user }: { name: string; kmsKey?: string; accountId: string; user: string },
): Sink {
  return {
    name: `secret:${name}`,
    action: 'secretsmanager:PutSecretValue',
    read: async () => {
      const info = await secrets.describe(name);
      const [version] = [...(info?.versions ?? [])].find(([, labels]) => labels.includes(CURRENT)) ?? [];
      const value = version === undefined ? undefined : await secrets.read(name, version);
      return value === undefined ? undefined : parseStoredForm(value);
    },
    write: async (key) => {
      const value = storedForm(key);
      const token = versionIdOf(accountId, user, key.id);
      try {
        return await secrets.putVersion(name, { token, value, labels: [CURRENT] });
      } catch (error) {
        if (!isAwsError(error, 'not-found')) throw error;
      }
      const description = `Copy of the access key of the IAM user ${user}, kept by keyturn`;
      return secrets.create({
        name,
        value,
        token,
        description,
        ...(kmsKey !== undefined && { kmsKeyId: kmsKey }),
      });
    },
  };
}
