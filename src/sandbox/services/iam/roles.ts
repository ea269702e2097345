import { ServiceError } from '../../errors.ts';
import { parsePolicy } from '../../policy/document.ts';
import {
  type Action,
  type Call,
  optionalNumber,
  optionalText,
  requiredText,
  tagList,
  tagsOf,
} from '../../service.ts';
import { roleArn } from '../../state/arn.ts';
import { addRole } from '../../state/create.ts';
import type { Account, Role } from '../../state/model.ts';
import { encodeDocument, noSuch, page } from './common.ts';

const onRole = { resource: roleResource, tags: roleTags };

export const roleActions: Readonly<Record<string, Action>> = {
  CreateRole: { ...onRole, run: createRole },
  GetRole: { ...onRole, run: getRole },
  ListRoles: { run: listRoles },
  DeleteRole: { ...onRole, run: deleteRole },
  UpdateAssumeRolePolicy: { ...onRole, run: updateAssumeRolePolicy },
};

export function roleOf(call: Call): Role {
  const name = requiredText(call, 'RoleName');
  const role = call.account.roles.get(name);
  if (role === undefined) throw noSuch(`The role with name ${name} cannot be found.`);
  return role;
}

export function roleResource(call: Call): string {
  const name = optionalText(call, 'RoleName') ?? '';
  return roleArn(
    call.account,
    call.account.roles.get(name) ?? { path: optionalText(call, 'Path') ?? '/', name },
  );
}

export function roleTags(call: Call): ReadonlyMap<string, string> | undefined {
  return call.account.roles.get(optionalText(call, 'RoleName') ?? '')?.tags;
}

function createRole(call: Call): unknown {
  const name = requiredText(call, 'RoleName');
  const trustPolicy = requiredText(call, 'AssumeRolePolicyDocument');
  parsePolicy(trustPolicy);
  if (call.account.roles.has(name))
    throw new ServiceError('EntityAlreadyExists', `Role with name ${name} already exists.`, 409);
  const role = addRole(call.account, name, {
    createdAt: call.now,
    path: optionalText(call, 'Path') ?? '/',
    trustPolicy,
    maxSessionSeconds: optionalNumber(call, 'MaxSessionDuration') ?? 3600,
    tags: tagsOf(call),
  });
  return { Role: describeRole(call.account, role) };
}

function getRole(call: Call): unknown {
  return { Role: describeRole(call.account, roleOf(call)) };
}

function listRoles(call: Call): unknown {
  const { items, ...paging } = page(call, [...call.account.roles.values()]);
  return { Roles: items.map((role) => describeRole(call.account, role)), ...paging };
}

function deleteRole(call: Call): void {
  const role = roleOf(call);
  if (role.inlinePolicies.size + role.attachedPolicies.size > 0)
    throw new ServiceError('DeleteConflict', 'Cannot delete entity, must detach all policies first.', 409);
  call.account.roles.delete(role.name);
}

function updateAssumeRolePolicy(call: Call): void {
  const role = roleOf(call);
  const document = requiredText(call, 'PolicyDocument');
  parsePolicy(document);
  role.trustPolicy = document;
}

export function describeRole(account: Account, role: Role): Record<string, unknown> {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: roleArn(account, role),
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: encodeDocument(role.trustPolicy),
    MaxSessionDuration: role.maxSessionSeconds,
    Tags: role.tags.size > 0 ? tagList(role.tags) : undefined,
  };
}
