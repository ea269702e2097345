import type { Aws } from '../../aws/types.ts';
import { UsageError } from '../../base/errors.ts';
import { matchesName } from '../../base/name-pattern.ts';
import { commandSink } from './command.ts';
import { parameterSink } from './parameter.ts';
import { secretSink } from './secret.ts';
import type { Sink } from './sink.ts';
import { fillName, type SinkSpec } from './spec.ts';

export interface SinkOwner {
  accountId: string;
  user: string;
  /** The secret that is the truth. */
  secretName: string;
}

export interface SinkTools {
  aws: Pick<Aws, 'secrets' | 'parameters'>;
  /** Of commands. */
  env: Readonly<Record<string, string | undefined>>;
  signal?: AbortSignal;
}

/** The sinks of one user, in the order of `specs`. Nothing is asked yet. Throws a UsageError for two that are one place. */
export function openSinks(specs: readonly SinkSpec[], owner: SinkOwner, tools: SinkTools): Sink[] {
  const sinks = specs
    .filter(({ users }) => users.some((pattern) => matchesName(pattern, owner.user)))
    .map((spec) => openSink(spec, owner, tools));
  const names = [`secret:${owner.secretName}`, ...sinks.map(({ name }) => name)];
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    throw new UsageError(`${owner.user}: the sink ${twice} is a place of its key already`);
  return sinks;
}

function openSink(spec: SinkSpec, owner: SinkOwner, { aws, env, signal }: SinkTools): Sink {
  if (spec.type === 'command') {
    const { target: command } = spec;
    return commandSink({ command, user: owner.user, env, ...(signal !== undefined && { signal }) });
  }
  const { kmsKey, target } = spec;
  const options = { ...owner, name: fillName(target, owner), ...(kmsKey !== undefined && { kmsKey }) };
  return spec.type === 'ssm' ? parameterSink(aws.parameters, options) : secretSink(aws.secrets, options);
}
