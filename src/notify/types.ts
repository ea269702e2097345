/** What happened to a key, a job or an account, as owners are told of it. */
export const NOTIFY_KINDS = [
  'key-due',
  'key-rotated',
  'key-deactivated',
  'key-deleted',
  'key-blocked',
  'job-failed',
  'account-failed',
] as const;
export type NotifyKind = (typeof NOTIFY_KINDS)[number];

/** One thing to tell. No field holds a secret; a channel masks what looks like one all the same. */
export interface NotifyEvent {
  kind: NotifyKind;
  /** Who is responsible, as the policy's owners name them; absent where nobody is. */
  owner?: string;
  /** Twelve digits, or the name of a profile. */
  account: string;
  /** A user, or a user and a masked key ID; the job's name for `job-failed`. */
  subject: string;
  at: Date;
  /** When the key is due. */
  dueAt?: Date;
  /** What happened, in one sentence. */
  text: string;
  /** What to type to act on it. */
  command?: string;
  /** Events of the same key are one thing told once: `key-due 111122223333 AKIA... 7d`. */
  dedupeKey: string;
}

/** How one message to one channel ended. */
export interface DeliveryResult {
  /** Its name in the configuration. */
  channel: string;
  /**
   * - `sent`: the other side took it.
   * - `held`: kept for the digest of this channel, which is not due yet.
   * - `queued`: could not be sent; it is in the outbox and the next `deliver` tries again.
   * - `dropped`: could not be sent for too often or too long, and never will be.
   * - `skipped`: told before, or no channel wants its kind.
   */
  state: 'sent' | 'held' | 'queued' | 'dropped' | 'skipped';
  /** Events that this is about. */
  events: number;
  /** Addresses, or the owner, that it went to, where the channel knows any. */
  to?: string;
  /** What went wrong, on one line, without a secret. */
  error?: string;
}

/** Tells owners of events. */
export interface Notifier {
  /** Never throws and never waits for long: what fails is in the result, and kept for the next time. */
  deliver(events: readonly NotifyEvent[]): Promise<DeliveryResult[]>;
}
