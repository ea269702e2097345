import type { Identity } from '../aws/types.ts';
import { KeyturnError } from '../base/errors.ts';
import { TAGS } from './tags.ts';

/** Why a key is left alone. */
export interface Refusal {
  guard:
    | 'signing-user'
    | 'root'
    | 'protected'
    | 'in-use'
    | 'unknown-use'
    | 'two-keys'
    | 'no-key'
    | 'limit'
    | 'holds-secret'
    | 'inactive';
  text: string;
}

export interface Protection {
  /** Names of users. */
  users: readonly string[];
  /** Names of tags, or `name=value`. */
  tags: readonly string[];
}

/** The user that keyturn itself signs as, root, and whatever is protected. Undefined when the user may be worked on. */
export function guardUser(
  user: { name: string; arn: string; tags: ReadonlyMap<string, string> },
  self: Identity,
  protection: Protection,
): Refusal | undefined {
  // By ARN: a role's session may bear the name of a user.
  if (user.arn === self.arn) return { guard: 'signing-user', text: `${user.name} is whom keyturn signs as` };
  if (user.arn.endsWith(':root')) return { guard: 'root', text: 'the keys of root are not for a tool' };
  if (protection.users.includes(user.name)) return { guard: 'protected', text: `${user.name} is protected` };
  const tag = [TAGS.protect, ...protection.tags].find((named) => hasTag(user.tags, named));
  if (tag !== undefined) return { guard: 'protected', text: `${user.name} has the tag ${tag}` };
  return undefined;
}

function hasTag(tags: ReadonlyMap<string, string>, named: string): boolean {
  const [name = '', ...value] = named.split('=');
  return tags.has(name) && (value.length === 0 || tags.get(name) === value.join('='));
}

/** Root and the key that keyturn signs with cannot be forced; the rest can, with a reason. */
export function canForce({ guard }: Refusal): boolean {
  return guard !== 'root' && guard !== 'signing-user' && guard !== 'no-key';
}

export function refused(user: string, refusal: Refusal): KeyturnError {
  return new KeyturnError(`${user}: ${refusal.text}`, {
    code: `guard-${refusal.guard}`,
    ...(canForce(refusal) && { hint: 'To do it all the same: --force REASON, which goes into the journal.' }),
  });
}
