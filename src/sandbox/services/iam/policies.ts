import { ServiceError } from '../../errors.ts';
import { AWS_MANAGED_NAMES, awsManagedArn, awsManagedDocument } from '../../policy/aws-managed.ts';
import { parsePolicy } from '../../policy/document.ts';
import { type Action, type Call, optionalText, requiredText } from '../../service.ts';
import { addPolicy } from '../../state/create.ts';
import type { Account, Group, ManagedPolicy, Role, User } from '../../state/model.ts';
import { encodeDocument, noSuch, onUser, page, userOf } from './common.ts';
import { groupOf, groupResource } from './groups.ts';
import { roleOf, roleResource, roleTags } from './roles.ts';

const ATTACHED_PER_PRINCIPAL = 10;
/** Of all inline policies of a principal together, white space not counted. */
const INLINE_SIZE = { User: 2048, Group: 5120, Role: 10_240 } as const;

type Holder = User | Group | Role;
type HolderType = keyof typeof INLINE_SIZE;

/** The ten actions that users, groups and roles have alike: PutUserPolicy, PutGroupPolicy, PutRolePolicy and so on. */
function holderActions(type: HolderType, find: (call: Call) => Holder, target: Omit<Action, 'run'>) {
  const actions: Record<string, (call: Call, holder: Holder) => unknown> = {
    [`Put${type}Policy`]: (call, holder) => putInline(call, holder, type),
    [`Get${type}Policy`]: (call, holder) => getInline(call, holder, type),
    [`Delete${type}Policy`]: deleteInline,
    [`List${type}Policies`]: listInline,
    [`Attach${type}Policy`]: (call, holder) => attach(call, holder, type),
    [`Detach${type}Policy`]: detach,
    [`ListAttached${type}Policies`]: listAttached,
  };
  return Object.fromEntries(
    Object.entries(actions).map(([name, run]): [string, Action] => [
      name,
      { ...target, run: (call) => run(call, find(call)) },
    ]),
  );
}

export const policyActions: Readonly<Record<string, Action>> = {
  ...holderActions('User', userOf, onUser),
  ...holderActions('Group', groupOf, { resource: groupResource }),
  ...holderActions('Role', roleOf, { resource: roleResource, tags: roleTags }),
  PutUserPermissionsBoundary: { ...onUser, run: putBoundary },
  DeleteUserPermissionsBoundary: { ...onUser, run: deleteBoundary },
  CreatePolicy: { run: createPolicy },
  GetPolicy: { resource: policyResource, run: getPolicy },
  GetPolicyVersion: { resource: policyResource, run: getPolicyVersion },
  ListPolicies: { run: listPolicies },
  DeletePolicy: { resource: policyResource, run: deletePolicy },
};

function putInline(call: Call, holder: Holder, type: HolderType): void {
  const name = requiredText(call, 'PolicyName');
  const document = requiredText(call, 'PolicyDocument');
  parsePolicy(document);
  const others = [...holder.inlinePolicies].filter(([other]) => other !== name).map(([, text]) => text);
  const size = [...others, document].join('').replace(/\s/g, '').length;
  if (size > INLINE_SIZE[type]) {
    throw new ServiceError(
      'LimitExceeded',
      `Maximum policy size of ${INLINE_SIZE[type]} bytes exceeded for ${type.toLowerCase()} ${holder.name}`,
      409,
    );
  }
  holder.inlinePolicies.set(name, document);
}

function getInline(call: Call, holder: Holder, type: HolderType): unknown {
  const name = inlineName(call, holder);
  return {
    [`${type}Name`]: holder.name,
    PolicyName: name,
    PolicyDocument: encodeDocument(holder.inlinePolicies.get(name)!),
  };
}

function deleteInline(call: Call, holder: Holder): void {
  holder.inlinePolicies.delete(inlineName(call, holder));
}

function listInline(call: Call, holder: Holder): unknown {
  const { items, ...paging } = page(call, [...holder.inlinePolicies.keys()]);
  return { PolicyNames: items, ...paging };
}

function attach(call: Call, holder: Holder, type: HolderType): void {
  const arn = requiredText(call, 'PolicyArn');
  findPolicy(call, arn);
  if (!holder.attachedPolicies.has(arn) && holder.attachedPolicies.size >= ATTACHED_PER_PRINCIPAL) {
    throw new ServiceError(
      'LimitExceeded',
      `Cannot exceed quota for PoliciesPer${type}: ${ATTACHED_PER_PRINCIPAL}`,
      409,
    );
  }
  holder.attachedPolicies.add(arn);
}

function detach(call: Call, holder: Holder): void {
  const arn = requiredText(call, 'PolicyArn');
  if (!holder.attachedPolicies.delete(arn)) throw noSuch(`Policy ${arn} was not found.`);
}

function listAttached(call: Call, holder: Holder): unknown {
  const { items, ...paging } = page(call, [...holder.attachedPolicies]);
  return { AttachedPolicies: attachedList(items), ...paging };
}

/** As lists answer with attached policies. */
export function attachedList(arns: Iterable<string>): { PolicyName: string; PolicyArn: string }[] {
  return [...arns].map((arn) => ({ PolicyName: arn.split('/').at(-1)!, PolicyArn: arn }));
}

function putBoundary(call: Call): void {
  const user = userOf(call);
  const arn = requiredText(call, 'PermissionsBoundary');
  findPolicy(call, arn);
  user.boundary = arn;
}

function deleteBoundary(call: Call): void {
  userOf(call).boundary = undefined;
}

function createPolicy(call: Call): unknown {
  const name = requiredText(call, 'PolicyName');
  const path = optionalText(call, 'Path') ?? '/';
  const document = requiredText(call, 'PolicyDocument');
  parsePolicy(document);
  const arn = `arn:${call.account.partition}:iam::${call.account.id}:policy${path}${name}`;
  if (call.account.policies.has(arn))
    throw new ServiceError(
      'EntityAlreadyExists',
      `A policy called ${name} already exists. Duplicate names are not allowed.`,
      409,
    );
  const policy = addPolicy(call.account, name, document, { path, createdAt: call.now });
  return { Policy: describePolicy(call.account, policy) };
}

function getPolicy(call: Call): unknown {
  return { Policy: describePolicy(call.account, findPolicy(call, requiredText(call, 'PolicyArn'))) };
}

function getPolicyVersion(call: Call): unknown {
  const { document, createdAt } = findPolicy(call, requiredText(call, 'PolicyArn'));
  const id = requiredText(call, 'VersionId');
  if (id !== 'v1') throw noSuch(`Policy version ${id} does not exist or is not attachable.`);
  return {
    PolicyVersion: {
      Document: encodeDocument(document),
      VersionId: id,
      IsDefaultVersion: true,
      CreateDate: new Date(createdAt),
    },
  };
}

function listPolicies(call: Call): unknown {
  const scope = optionalText(call, 'Scope') ?? 'All';
  const local = scope === 'AWS' ? [] : [...call.account.policies.values()];
  const aws =
    scope === 'Local'
      ? []
      : AWS_MANAGED_NAMES.map((name) => findPolicy(call, awsManagedArn(call.account.partition, name)));
  const isShown = (policy: ManagedPolicy) =>
    optionalText(call, 'OnlyAttached') !== 'true' || attachments(call.account, policy.arn) > 0;
  const { items, ...paging } = page(call, [...local, ...aws].filter(isShown));
  return { Policies: items.map((policy) => describePolicy(call.account, policy)), ...paging };
}

function deletePolicy(call: Call): void {
  const { arn } = findPolicy(call, requiredText(call, 'PolicyArn'));
  if (attachments(call.account, arn) > 0)
    throw new ServiceError('DeleteConflict', 'Cannot delete a policy attached to entities.', 409);
  call.account.policies.delete(arn);
}

function findPolicy({ account }: Call, arn: string): ManagedPolicy {
  const own = account.policies.get(arn);
  if (own !== undefined) return own;
  const document = awsManagedDocument(arn);
  if (document === undefined) throw noSuch(`Policy ${arn} does not exist or is not attachable.`);
  const name = arn.split('/').at(-1)!;
  return { arn, name, path: '/', id: `ANPA${name.toUpperCase()}`, createdAt: account.createdAt, document };
}

export function describePolicy(account: Account, policy: ManagedPolicy): Record<string, unknown> {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: 'v1',
    AttachmentCount: attachments(account, policy.arn),
    IsAttachable: true,
    CreateDate: new Date(policy.createdAt),
    UpdateDate: new Date(policy.createdAt),
  };
}

function attachments({ users, groups, roles }: Account, arn: string): number {
  const holders: Holder[] = [...users.values(), ...groups.values(), ...roles.values()];
  return holders.filter(({ attachedPolicies }) => attachedPolicies.has(arn)).length;
}

function inlineName(call: Call, holder: Holder): string {
  const name = requiredText(call, 'PolicyName');
  if (!holder.inlinePolicies.has(name)) throw noSuch(`The policy with name ${name} cannot be found.`);
  return name;
}

function policyResource(call: Call): string {
  return optionalText(call, 'PolicyArn') ?? '*';
}
