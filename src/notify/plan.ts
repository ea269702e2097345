import { matchesName } from '../base/name-pattern.ts';
import type { NotifyEvent, NotifyKind } from './types.ts';

/** Who is told of what, and how: the section `notify` of the configuration. */
export interface NotifyPlan {
  /** At least one; names are unique. */
  channels: readonly Channel[];
  /** By name of the owner, in which `*` stands for any characters; the first that matches counts. */
  owners: readonly (readonly [pattern: string, targets: readonly Target[]])[];
  /** For events that no entry of `owners` takes. */
  fallback: readonly Target[];
}

/** A channel, and for e-mail an address in place of the channel's own; `owner` is the name of the owner, where that is an address. */
export interface Target {
  channel: string;
  to?: string;
}

/** Where a secret is read when it is needed; the configuration holds none. */
export type SecretSource = { env: string } | { file: string };

interface ChannelBase {
  name: string;
  /** All kinds, where it is absent. */
  kinds?: readonly NotifyKind[];
  /** At most one message in this time, in milliseconds, unless something failed; 0 for one with every run. */
  digestMs: number;
  /** `file:line:column`. */
  where: string;
}

export interface WebhookChannel extends ChannelBase {
  type: 'webhook';
  url: string | SecretSource;
  secret: SecretSource;
}

export interface SlackChannel extends ChannelBase {
  type: 'slack';
  /** An incoming webhook's; whoever knows it may post. */
  url: SecretSource;
}

export interface SnsChannel extends ChannelBase {
  type: 'sns';
  /** An ARN, which tells the region, too. */
  topic: string;
}

export interface SmtpChannel extends ChannelBase {
  type: 'smtp';
  host: string;
  port: number;
  /** `starttls` and `tls` refuse to go on without encryption; `none` is for loopback only. */
  encryption: 'starttls' | 'tls' | 'none';
  /** A file of certificates to trust besides those of Node; absolute. */
  caFile?: string;
  login?: { user: string; password: SecretSource };
  from: string;
  to: readonly string[];
}

export type Channel = WebhookChannel | SlackChannel | SnsChannel | SmtpChannel;

/** One channel and, for e-mail, the addresses. */
export interface Recipient {
  channel: Channel;
  to: readonly string[];
}

/** A plain address, without a name or comments: what a header or an envelope could take for more than one is refused. */
export function isAddress(text: string): boolean {
  return /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/.test(text);
}

/** Everyone who is to hear of an event; nobody when no channel wants its kind. */
export function recipientsOf({ channels, owners, fallback }: NotifyPlan, event: NotifyEvent): Recipient[] {
  const { owner, kind } = event;
  const found = owner === undefined ? undefined : owners.find(([pattern]) => matchesName(pattern, owner));
  const recipients = new Map<string, Recipient>();
  for (const { channel: name, to } of found?.[1] ?? fallback) {
    const channel = channels.find((each) => each.name === name)!;
    if (channel.kinds !== undefined && !channel.kinds.includes(kind)) continue;
    const recipient = { channel, to: addressesOf(channel, to, owner) };
    recipients.set(recipientKey(recipient), recipient);
  }
  return [...recipients.values()];
}

/** An owner whose name is no address leaves the channel's own. */
function addressesOf(channel: Channel, to: string | undefined, owner: string | undefined): readonly string[] {
  if (channel.type !== 'smtp') return [];
  const address = to === 'owner' ? owner : to;
  return address !== undefined && isAddress(address) ? [address] : channel.to;
}

export function recipientKey({ channel, to }: Recipient): string {
  return boxKey(channel.name, to);
}

/** The same for the same channel and addresses, from run to run. */
export function boxKey(channel: string, to: readonly string[]): string {
  return [channel, ...to].join(' ');
}
