import { dirname, resolve } from 'node:path';
import { isScalar, isSeq } from 'yaml';
import { UsageError } from '../base/errors.ts';
import { didYouMean } from '../base/suggest.ts';
import type { ConfigFile } from '../config/file.ts';
import {
  count,
  lengthOfTime,
  listOf,
  mapOf,
  mapped,
  oneOf,
  record,
  recordWith,
  type Shape,
  text,
  textWhere,
  variant,
} from '../config/shape.ts';
import { isLoopback, publicUrlFault } from './endpoint.ts';
import { type Channel, isAddress, type NotifyPlan, type SecretSource, type Target } from './plan.ts';
import { NOTIFY_KINDS, type NotifyKind } from './types.ts';

/** A secret's source, with its place: a file is relative to the configuration. */
interface SourceEntry {
  env?: string;
  file?: string;
}

interface CommonEntry {
  type: string;
  kinds?: NotifyKind[];
  digest?: number | false;
}
interface WebhookEntry extends CommonEntry {
  url?: string;
  urlFrom?: SourceEntry;
  secretFrom: SourceEntry;
}
interface SlackEntry extends CommonEntry {
  urlFrom: SourceEntry;
}
interface SnsEntry extends CommonEntry {
  topic: string;
}
interface SmtpEntry extends CommonEntry {
  host: string;
  port?: number;
  encryption?: 'starttls' | 'tls' | 'none';
  ca?: string;
  user?: string;
  passwordFrom?: SourceEntry;
  from: string;
  to?: string[];
}

/** What a channel has from outside of its own lines. */
interface Surroundings {
  name: string;
  /** Of the configuration. */
  folder: string;
  /** Of the whole section. */
  digestMs: number;
}

/** A channel as it stands in the file. */
type ChannelEntry = (surroundings: Surroundings) => Channel;

interface TargetEntry extends Target {
  where: string;
}

interface Section {
  channels?: Record<string, ChannelEntry>;
  owners?: Record<string, TargetEntry[]>;
  default?: TargetEntry[];
  digest?: number | false;
}

const duration = lengthOfTime();
const digest: Shape<number | false> = (value) =>
  isScalar(value.node) && value.node.value === false ? false : duration(value);

const url = textWhere(publicUrlFault);
const address = textWhere((given) =>
  isAddress(given) ? undefined : `${JSON.stringify(given)} is no address such as team@example.com`,
);
const host = textWhere((given) =>
  /^[A-Za-z0-9.:-]{1,253}$/.test(given) ? undefined : `${JSON.stringify(given)} is no name of a host`,
);
const topic = textWhere((given) =>
  /^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(?:\.fifo)?$/.test(given)
    ? undefined
    : `${JSON.stringify(given)} is no ARN of a topic such as arn:aws:sns:eu-west-1:111122223333:keys`,
);
const variable = textWhere((given) =>
  /^[A-Za-z_]\w*$/.test(given)
    ? undefined
    : 'expected the name of a variable; what is secret does not belong here',
);
const port: Shape<number> = mapped(count(1), (given) => {
  if (given > 65_535) throw new RangeError(`${given} is no port`);
  return given;
});

const source: Shape<SourceEntry> = (value) => {
  const entry = record<SourceEntry>({ env: variable, file: text })(value);
  if ((entry.env === undefined) === (entry.file === undefined))
    throw new UsageError(`${value.where}: expected either env or file`);
  return entry;
};

const common = { type: text, kinds: listOf(oneOf(...NOTIFY_KINDS)), digest };

const channel: Shape<ChannelEntry> = variant<ChannelEntry>('type', {
  webhook: placed(
    recordWith<WebhookEntry>(['secretFrom'], { ...common, url, urlFrom: source, secretFrom: source }),
    ({ url, urlFrom, secretFrom }, folder, where) => {
      if ((url === undefined) === (urlFrom === undefined))
        throw new UsageError(`${where}: expected either url or urlFrom`);
      return {
        type: 'webhook',
        url: url ?? sourceOf(urlFrom!, folder),
        secret: sourceOf(secretFrom, folder),
      };
    },
  ),
  slack: placed(
    recordWith<SlackEntry>(['urlFrom'], { ...common, urlFrom: source }),
    ({ urlFrom }, folder) => ({
      type: 'slack',
      url: sourceOf(urlFrom, folder),
    }),
  ),
  sns: placed(recordWith<SnsEntry>(['topic'], { ...common, topic }), ({ topic }) => ({ type: 'sns', topic })),
  smtp: placed(
    recordWith<SmtpEntry>(['host', 'from'], {
      ...common,
      host,
      port,
      encryption: oneOf('starttls', 'tls', 'none'),
      ca: text,
      user: text,
      passwordFrom: source,
      from: address,
      to: listOf(address),
    }),
    smtpChannel,
  ),
});

type Specific = Channel extends infer C
  ? C extends Channel
    ? Omit<C, 'name' | 'kinds' | 'digestMs' | 'where'>
    : never
  : never;

/** Reads an entry now, and makes a channel of it once its surroundings are known. */
function placed<T extends CommonEntry>(
  shape: Shape<T>,
  make: (entry: T, folder: string, where: string) => Specific,
): Shape<ChannelEntry> {
  return (value) => {
    const entry = shape(value);
    const { where } = value;
    return ({ name, folder, digestMs }) => {
      if (!/^[\w.-]{1,64}$/.test(name))
        throw new UsageError(
          `${where}: the name of a channel has letters, digits, dots, dashes and underscores`,
        );
      const { kinds, digest = digestMs } = entry;
      const common = { name, ...(kinds !== undefined && { kinds }), digestMs: digest || 0, where };
      return { ...common, ...make(entry, folder, where) };
    };
  };
}

function smtpChannel(entry: SmtpEntry, folder: string, where: string): Specific {
  const { host, port, encryption = 'starttls', ca, user, passwordFrom, from, to = [] } = entry;
  if ((user === undefined) !== (passwordFrom === undefined))
    throw new UsageError(`${where}: user and passwordFrom go together`);
  if (encryption === 'none' && !isLoopback(host))
    throw new UsageError(`${where}: mail to ${host} must be encrypted: starttls or tls`);
  return {
    type: 'smtp',
    host,
    port: port ?? (encryption === 'tls' ? 465 : 587),
    encryption,
    ...(ca !== undefined && { caFile: resolve(folder, ca) }),
    ...(user !== undefined && { login: { user, password: sourceOf(passwordFrom!, folder) } }),
    from,
    to,
  };
}

const target: Shape<TargetEntry> = (value) => {
  const { where } = value;
  if (isScalar(value.node)) return { channel: text(value), where };
  const entry = recordWith<Target>(['channel'], {
    channel: text,
    to: textWhere((given) =>
      given === 'owner' || isAddress(given)
        ? undefined
        : `${JSON.stringify(given)} is neither an address nor owner`,
    ),
  })(value);
  return { ...entry, where };
};
const targets: Shape<TargetEntry[]> = (value) =>
  isSeq(value.node) ? listOf(target)(value) : [target(value)];

const section: Shape<Section> = record<Section>({
  channels: mapOf(channel),
  owners: mapOf(targets),
  default: targets,
  digest,
});

/**
 * The section `notify` of the file that was named, else of the user's own; undefined when neither has one with a channel.
 * Throws a UsageError with file, line and column. Secrets are not read here.
 */
export function readNotifyPlan(files: { project?: ConfigFile; user?: ConfigFile }): NotifyPlan | undefined {
  const file = [files.project, files.user].find((each) => each?.notify !== undefined);
  if (file?.notify === undefined) return undefined;
  const { where } = file.notify;
  const { channels: entries = {}, owners = {}, default: fallback, digest = false } = section(file.notify);
  const surroundings = { folder: dirname(file.path), digestMs: digest || 0 };
  const channels = Object.entries(entries).map(([name, make]) => make({ name, ...surroundings }));
  if (channels.length === 0) {
    if (fallback === undefined && Object.keys(owners).length === 0) return undefined;
    throw new UsageError(`${where}: channels are missing`);
  }
  return {
    channels,
    owners: Object.entries(owners).map(([pattern, targets]) => [pattern, checked(targets, channels)]),
    fallback: fallback === undefined ? everybody(channels) : checked(fallback, channels),
  };
}

/** Without a default, every channel hears of what no owner takes: better too many than nobody. */
function everybody(channels: readonly Channel[]): Target[] {
  return channels.filter(hasReader).map(({ name }) => ({ channel: name }));
}

function hasReader(channel: Channel): boolean {
  return channel.type !== 'smtp' || channel.to.length > 0;
}

function checked(targets: readonly TargetEntry[], channels: readonly Channel[]): Target[] {
  return targets.map(({ where, channel: name, to }) => {
    const channel = channels.find((each) => each.name === name);
    if (channel === undefined) {
      const names = channels.map((each) => each.name);
      throw new UsageError(
        `${where}: no channel is called ${JSON.stringify(name)}${didYouMean(name, names)}`,
      );
    }
    if (to !== undefined && channel.type !== 'smtp')
      throw new UsageError(`${where}: ${name} is no smtp channel: it takes no "to"`);
    if ((to === undefined || to === 'owner') && !hasReader(channel))
      throw new UsageError(
        to === undefined
          ? `${where}: ${name} has no "to", and none is given here`
          : `${where}: ${name} needs a "to" of its own, for owners whose name is no address`,
      );
    return { channel: name, ...(to !== undefined && { to }) };
  });
}

function sourceOf({ env, file = '' }: SourceEntry, folder: string): SecretSource {
  return env === undefined ? { file: resolve(folder, file) } : { env };
}
