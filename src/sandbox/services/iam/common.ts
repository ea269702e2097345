import { ServiceError } from '../../errors.ts';
import { pageOf } from '../../paging.ts';
import { type Call, optionalNumber, optionalText, requiredText } from '../../service.ts';
import { rootArn, userArn } from '../../state/arn.ts';
import type { User } from '../../state/model.ts';

const DEFAULT_PAGE = 100;

/** The user that `UserName` names. Throws NoSuchEntity. */
export function userOf(call: Call, name = requiredText(call, 'UserName')): User {
  const user = call.account.users.get(name);
  if (user === undefined) throw noSuch(`The user with name ${name} cannot be found.`);
  return user;
}

/** The user that `UserName` names or, without one, who signed with a long-term key of its own. */
export function userOrCaller(call: Call): User | 'root' {
  const name = optionalText(call, 'UserName');
  if (name !== undefined) return userOf(call, name);
  if (call.caller.session === undefined) {
    if (call.caller.user !== undefined) return call.caller.user;
    if (call.caller.type === 'root') return 'root';
  }
  throw new ServiceError('ValidationError', 'Must specify userName when calling with non-User credentials');
}

/** For authorization: the ARN of `userOrCaller`, whether or not that user exists. */
export function userResource(call: Call): string {
  const name = optionalText(call, 'UserName');
  if (name === undefined) return call.caller.type === 'root' ? rootArn(call.account) : call.caller.arn;
  return userArn(
    call.account,
    call.account.users.get(name) ?? { path: optionalText(call, 'Path') ?? '/', name },
  );
}

function userTags(call: Call): ReadonlyMap<string, string> | undefined {
  const name = optionalText(call, 'UserName');
  return name === undefined ? call.caller.user?.tags : call.account.users.get(name)?.tags;
}

/** What actions on a user ask permission for. */
export const onUser = { resource: userResource, tags: userTags };

/** A page of a list, with IsTruncated and Marker. */
export function page<T>(
  call: Call,
  items: readonly T[],
): { items: T[]; IsTruncated: boolean; Marker: string | undefined } {
  const size = optionalNumber(call, 'MaxItems') ?? DEFAULT_PAGE;
  if (size < 1 || size > 1000) {
    throw new ServiceError(
      'ValidationError',
      `1 validation error detected: Value '${size}' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000`,
    );
  }
  const cut = Math.min(size, call.world.settings.pageSize ?? size);
  const { items: found, next } = pageOf(items, {
    token: optionalText(call, 'Marker'),
    size: cut,
    code: 'ValidationError',
  });
  return { items: found, IsTruncated: next !== undefined, Marker: next };
}

export function noSuch(message: string): ServiceError {
  return new ServiceError('NoSuchEntity', message, 404);
}

/** Policy documents travel percent-encoded as RFC 3986 has it; some clients decode them and some do not. */
export function encodeDocument(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
