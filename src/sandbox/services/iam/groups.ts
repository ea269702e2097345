import { ServiceError } from '../../errors.ts';
import { newUniqueId } from '../../random.ts';
import { type Action, type Call, optionalText, requiredText } from '../../service.ts';
import { groupArn } from '../../state/arn.ts';
import type { Account, Group } from '../../state/model.ts';
import { noSuch, onUser, page, userOf } from './common.ts';
import { describeUser } from './users.ts';

const onGroup = { resource: groupResource };

export const groupActions: Readonly<Record<string, Action>> = {
  CreateGroup: { ...onGroup, run: createGroup },
  GetGroup: { ...onGroup, run: getGroup },
  ListGroups: { run: listGroups },
  DeleteGroup: { ...onGroup, run: deleteGroup },
  AddUserToGroup: { ...onGroup, run: addUserToGroup },
  RemoveUserFromGroup: { ...onGroup, run: removeUserFromGroup },
  ListGroupsForUser: { ...onUser, run: listGroupsForUser },
};

export function groupOf(call: Call): Group {
  const name = requiredText(call, 'GroupName');
  const group = call.account.groups.get(name);
  if (group === undefined) throw noSuch(`The group with name ${name} cannot be found.`);
  return group;
}

export function groupResource(call: Call): string {
  const name = optionalText(call, 'GroupName') ?? '';
  return groupArn(
    call.account,
    call.account.groups.get(name) ?? { path: optionalText(call, 'Path') ?? '/', name },
  );
}

function createGroup(call: Call): unknown {
  const name = requiredText(call, 'GroupName');
  if (call.account.groups.has(name))
    throw new ServiceError('EntityAlreadyExists', `Group with name ${name} already exists.`, 409);
  const group: Group = {
    name,
    path: optionalText(call, 'Path') ?? '/',
    id: newUniqueId('AGPA'),
    createdAt: call.now,
    inlinePolicies: new Map(),
    attachedPolicies: new Set(),
  };
  call.account.groups.set(name, group);
  return { Group: describeGroup(call.account, group) };
}

function getGroup(call: Call): unknown {
  const group = groupOf(call);
  const { items, ...paging } = page(call, membersOf(call.account, group));
  return {
    Group: describeGroup(call.account, group),
    Users: items.map((user) => describeUser(call.account, user, false)),
    ...paging,
  };
}

function listGroups(call: Call): unknown {
  const { items, ...paging } = page(call, [...call.account.groups.values()]);
  return { Groups: items.map((group) => describeGroup(call.account, group)), ...paging };
}

function deleteGroup(call: Call): void {
  const group = groupOf(call);
  if (membersOf(call.account, group).length > 0)
    throw new ServiceError(
      'DeleteConflict',
      'Cannot delete entity, must remove users from group first.',
      409,
    );
  call.account.groups.delete(group.name);
}

function addUserToGroup(call: Call): void {
  userOf(call).groups.add(groupOf(call).name);
}

function removeUserFromGroup(call: Call): void {
  userOf(call).groups.delete(groupOf(call).name);
}

function listGroupsForUser(call: Call): unknown {
  const groups = [...userOf(call).groups].flatMap((name) => call.account.groups.get(name) ?? []);
  const { items, ...paging } = page(call, groups);
  return { Groups: items.map((group) => describeGroup(call.account, group)), ...paging };
}

function membersOf(account: Account, { name }: Group) {
  return [...account.users.values()].filter(({ groups }) => groups.has(name));
}

export function describeGroup(account: Account, group: Group): Record<string, unknown> {
  return {
    Path: group.path,
    GroupName: group.name,
    GroupId: group.id,
    Arn: groupArn(account, group),
    CreateDate: new Date(group.createdAt),
  };
}
