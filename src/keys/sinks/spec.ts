import { isAbsolute } from 'node:path';
import { UsageError } from '../../base/errors.ts';
import type { Schema } from '../../config/schema.ts';
import { listOf, mapped, record, type Shape, text } from '../../config/shape.ts';

/** A sink as it is asked for, in the section `keys` or by `--sink`. In names, `{user}` and `{account}` stand for what they say. */
export type SinkSpec = (
  | {
      /** An SSM parameter, or a second secret. */
      type: 'ssm' | 'secret';
      target: string;
      kmsKey?: string;
    }
  | {
      type: 'command';
      /** Program and arguments. */
      target: readonly string[];
    }
) & {
  /** Names of users that it is for; `*` stands for any characters. */
  users: readonly string[];
};

const TYPES = ['ssm', 'secret', 'command'] as const;

const EVERYBODY: readonly string[] = ['*'];

/** As a file has it: one of the first three. */
interface Entry {
  ssm?: string;
  secret?: string;
  command?: string[];
  kmsKey?: string;
  users?: string[];
}

const entry: Shape<Entry> = record<Entry>({
  ssm: text,
  secret: text,
  command: listOf(text),
  kmsKey: text,
  users: listOf(text),
});

/** The list `sinks` of the section `keys`. */
export const sinkSpecs: Shape<SinkSpec[]> = listOf(mapped(entry, specOf));

function specOf(given: Entry): SinkSpec {
  const { command, kmsKey, users = EVERYBODY } = given;
  const types = TYPES.filter((type) => given[type] !== undefined);
  const [type] = types;
  if (type === undefined || types.length > 1) throw new RangeError(`a sink has one of ${TYPES.join(', ')}`);
  if (type !== 'command')
    return { type, target: checkedName(given[type]!), users, ...(kmsKey !== undefined && { kmsKey }) };
  if (kmsKey !== undefined) throw new RangeError('a command has no kmsKey');
  return { type, target: checkedCommand(command!), users };
}

/** As it would stand in a file. */
export function toEntry({ type, target, ...rest }: SinkSpec): object {
  return { [type]: target, ...rest };
}

/** `ssm:/ci/aws`, `secret:copies/ci` or `command:deliver`. Throws a UsageError. */
export function parseSink(given: string, resolvePath: (path: string) => string): SinkSpec {
  const [, type, target = ''] = /^(\w+):(.+)$/.exec(given) ?? [];
  try {
    if (type === 'ssm' || type === 'secret') return { type, target: checkedName(target), users: EVERYBODY };
    if (type === 'command')
      return { type, target: [target.includes('/') ? resolvePath(target) : target], users: EVERYBODY };
  } catch (error) {
    throw new UsageError(`--sink ${given}: ${(error as Error).message}`, { cause: error });
  }
  throw new UsageError(
    `--sink: ${JSON.stringify(given)} is none of ssm:NAME, secret:NAME and command:PROGRAM`,
  );
}

/** What `target` means for one user. */
export function fillName(target: string, { user, accountId }: { user: string; accountId: string }): string {
  return target.replaceAll('{user}', user).replaceAll('{account}', accountId);
}

function checkedName(name: string): string {
  const [unknown] = /\{(?!user\}|account\}).*/.exec(name) ?? [];
  if (unknown !== undefined)
    throw new RangeError(`${JSON.stringify(unknown)} is neither {user} nor {account}`);
  return name;
}

/** What a relative path means would depend on where one stands. */
function checkedCommand(command: readonly string[]): readonly string[] {
  const [program = ''] = command;
  if (program === '' || (program.includes('/') && !isAbsolute(program)))
    throw new RangeError('a command begins with the name of a program or an absolute path');
  return command;
}

const TEXT: Schema = { type: 'string', minLength: 1 };

/** The JSON schema of that list. */
export const SINKS_SCHEMA: Schema = {
  type: 'array',
  description: "Further places that a user's new key is delivered to: docs/ROTATION.md",
  items: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ssm: { ...TEXT, description: 'Name of an SSM parameter, a SecureString' },
      secret: { ...TEXT, description: 'Name of a second secret' },
      command: {
        type: 'array',
        items: { type: 'string' },
        minItems: 1,
        description: 'A program and its arguments; not in the configuration of a project',
      },
      kmsKey: { ...TEXT, description: 'KMS key of the parameter, or of a new secret' },
      users: {
        type: 'array',
        items: TEXT,
        description: 'Names of users that it is for; * stands for any characters',
      },
    },
    oneOf: TYPES.map((type) => ({ required: [type], properties: { [type]: {} } })),
  },
};
