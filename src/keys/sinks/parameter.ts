import type { ParametersPort } from '../../aws/types.ts';
import { parseStoredForm, storedForm } from '../vault.ts';
import type { Sink } from './sink.ts';

/** A SecureString of the Parameter Store of Systems Manager, both halves of the key in one value. */
export function parameterSink(
  parameters: ParametersPort,
  { name, kmsKey }: { name: string; kmsKey?: string },
): Sink {
  return {
    name: `ssm:${name}`,
    action: 'ssm:PutParameter',
    read: async () => {
      const value = await parameters.read(name);
      return value === undefined ? undefined : parseStoredForm(value);
    },
    write: (key) => parameters.write(name, storedForm(key), kmsKey),
  };
}
