import { UsageError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import { readText } from '../config/file.ts';
import type { SecretSource } from './plan.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads a secret, without the line feed that ends a file. Throws a UsageError that names the place and the source. */
export function readSecret(source: SecretSource, where: string, env: Environment): Secret {
  const [value, shown] =
    'env' in source
      ? [env[source.env] ?? '', `the variable ${source.env}`]
      : [readText(source.file, `${where}: ${source.file}`).replace(/\r?\n$/, ''), source.file];
  if (value === '') throw new UsageError(`${where}: ${shown} is empty or not set`);
  if (/[\r\n]/.test(value)) throw new UsageError(`${where}: ${shown} has more than one line`);
  return new Secret(value);
}
