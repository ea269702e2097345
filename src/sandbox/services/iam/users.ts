import { ServiceError } from '../../errors.ts';
import {
  type Action,
  type Call,
  listOf,
  optionalText,
  requiredText,
  tagList,
  tagsOf,
} from '../../service.ts';
import { rootArn, userArn } from '../../state/arn.ts';
import { addUser } from '../../state/create.ts';
import { keysOf } from '../../state/keys.ts';
import type { Account, User } from '../../state/model.ts';
import { onUser, page, userOf, userOrCaller } from './common.ts';

const MAX_TAGS = 50;

export const userActions: Readonly<Record<string, Action>> = {
  CreateUser: { ...onUser, alsoNeeds: (call) => (tagsOf(call).size > 0 ? ['TagUser'] : []), run: createUser },
  GetUser: { ...onUser, run: getUser },
  ListUsers: { run: listUsers },
  DeleteUser: { ...onUser, run: deleteUser },
  TagUser: { ...onUser, run: tagUser },
  UntagUser: { ...onUser, run: untagUser },
  ListUserTags: { ...onUser, run: listUserTags },
};

function createUser(call: Call): unknown {
  const name = requiredText(call, 'UserName');
  if (!/^[\w+=,.@-]{1,64}$/.test(name)) {
    throw new ServiceError(
      'ValidationError',
      `The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
    );
  }
  // Names are unique whatever their case.
  if ([...call.account.users.keys()].some((other) => other.toLowerCase() === name.toLowerCase()))
    throw new ServiceError('EntityAlreadyExists', `User with name ${name} already exists.`, 409);
  const user = addUser(call.account, name, {
    createdAt: call.now,
    path: optionalText(call, 'Path') ?? '/',
    tags: tagsOf(call),
    boundary: optionalText(call, 'PermissionsBoundary'),
  });
  return { User: describeUser(call.account, user, true) };
}

function getUser(call: Call): unknown {
  const user = userOrCaller(call);
  if (user !== 'root') return { User: describeUser(call.account, user, true) };
  const { id, createdAt, root } = call.account;
  return {
    User: {
      UserId: id,
      Arn: rootArn(call.account),
      CreateDate: new Date(createdAt),
      PasswordLastUsed: dateOf(root.passwordLastUsedAt),
    },
  };
}

function listUsers(call: Call): unknown {
  const prefix = optionalText(call, 'PathPrefix') ?? '/';
  const users = [...call.account.users.values()]
    .filter(({ path }) => path.startsWith(prefix))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const { items, ...paging } = page(call, users);
  return { Users: items.map((user) => describeUser(call.account, user, false)), ...paging };
}

function deleteUser(call: Call): void {
  const user = userOf(call);
  const conflict = (what: string) =>
    new ServiceError('DeleteConflict', `Cannot delete entity, must ${what} first.`, 409);
  if (keysOf(call.account, user.name).length > 0) throw conflict('delete access keys');
  if (user.loginProfile !== undefined) throw conflict('delete login profile');
  if (user.mfaDevices.size > 0) throw conflict('delete MFA device');
  if (user.inlinePolicies.size > 0) throw conflict('delete policies');
  if (user.attachedPolicies.size > 0) throw conflict('detach all policies');
  if (user.groups.size > 0) throw conflict('remove users from group');
  call.account.users.delete(user.name);
}

function tagUser(call: Call): void {
  const user = userOf(call);
  const tags = new Map([...user.tags, ...tagsOf(call)]);
  if (tags.size > MAX_TAGS)
    throw new ServiceError('LimitExceeded', `The number of tags has reached the maximum limit.`, 409);
  user.tags = tags;
}

function untagUser(call: Call): void {
  const user = userOf(call);
  for (const key of listOf(call, 'TagKeys')) user.tags.delete(String(key));
}

function listUserTags(call: Call): unknown {
  const { items, ...paging } = page(call, tagList(userOf(call).tags));
  return { Tags: items, ...paging };
}

/** Lists leave out tags and the boundary, as those of AWS do. */
export function describeUser(account: Account, user: User, isWhole: boolean): Record<string, unknown> {
  const whole = {
    Tags: user.tags.size > 0 ? tagList(user.tags) : undefined,
    PermissionsBoundary:
      user.boundary === undefined
        ? undefined
        : { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: user.boundary },
  };
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: userArn(account, user),
    CreateDate: new Date(user.createdAt),
    PasswordLastUsed: dateOf(user.passwordLastUsedAt),
    ...(isWhole ? whole : {}),
  };
}

function dateOf(time: number | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(time);
}
