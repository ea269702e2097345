import type { Identity } from '../aws/types.ts';
import { KeyturnError } from '../base/errors.ts';
import { quietFrom } from './next-step.ts';
import { type Protection, protectionOf } from './policy.ts';
import { pausedUntil, pauseText } from './tags.ts';
import type { Facts, LastUse } from './types.ts';

/** Why a key is left alone. */
export interface Refusal {
  guard:
    | 'signing-user'
    | 'root'
    | 'protected'
    | 'paused'
    | 'in-use'
    | 'unknown-use'
    | 'no-key'
    | 'still-active'
    | 'holds-secret'
    | 'retention'
    | 'limit';
  text: string;
  /** What would settle it, in place of --force. */
  hint?: string;
}

/** What no reason passes: it would lock keyturn out, or cannot be done. */
const NEVER: readonly Refusal['guard'][] = ['signing-user', 'root', 'no-key', 'still-active'];

/** The user that keyturn itself signs as, root, and whatever is protected or paused. Undefined when the user may be worked on. */
export function guardUser(
  user: Facts['user'],
  self: Identity,
  protection: Protection,
  now: number,
): Refusal | undefined {
  // By ARN: a role's session may bear the name of a user.
  if (user.arn === self.arn) return { guard: 'signing-user', text: `${user.name} is whom keyturn signs as` };
  if (user.arn.endsWith(':root')) return { guard: 'root', text: 'the keys of root are not for a tool' };
  const path = user.arn.slice(user.arn.indexOf('/'), user.arn.lastIndexOf('/') + 1);
  const rule = protectionOf({ type: 'user', path, ...user }, protection);
  if (rule !== undefined) return { guard: 'protected', text: `${user.name} is protected by ${rule}` };
  const until = pausedUntil(user.tags, now);
  return until === undefined ? undefined : { guard: 'paused', text: pauseText(until) };
}

/** A key that someone may still use. What AWS did not tell is not "unused". */
export function guardUse(keyId: string, lastUse: LastUse, quietMs: number, now: number): Refusal | undefined {
  if (quietMs === 0 || lastUse === 'never') return undefined;
  if (typeof lastUse !== 'number') {
    const text = `AWS did not tell when ${keyId} was last used: ${lastUse.why}`;
    return { guard: 'unknown-use', text, ...(lastUse.hint !== undefined && { hint: lastUse.hint }) };
  }
  if (now >= quietFrom(lastUse, quietMs)) return undefined;
  return { guard: 'in-use', text: `${keyId} is in use, last at ${new Date(lastUse).toISOString()}` };
}

const FORCE_HINT = 'To do it all the same: --force REASON, which goes into the journal.';

export function canForce({ guard }: Refusal): boolean {
  return !NEVER.includes(guard);
}

export function refused(user: string, refusal: Refusal): KeyturnError {
  const hint = refusal.hint ?? (canForce(refusal) ? FORCE_HINT : undefined);
  return new KeyturnError(`${user}: ${refusal.text}`, {
    code: `guard-${refusal.guard}`,
    ...(hint !== undefined && { hint }),
  });
}

/** Throws unless `force` is given and passes; then the journal says so. */
export function pass(
  refusal: Refusal | undefined,
  { user, force }: { user: string; force?: string },
  journal: {
    write(entry: { event: 'note'; action: string; user: string; force: string; text: string }): void;
  },
): void {
  if (refusal === undefined) return;
  if (force === undefined || !canForce(refusal)) throw refused(user, refusal);
  journal.write({ event: 'note', action: `guard-${refusal.guard}`, user, force, text: refusal.text });
}
