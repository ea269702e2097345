import type {
  AuthorizationDetails,
  GroupDetail,
  PolicyHolder,
  RoleDetail,
  UserDetail,
} from '../../aws/audit-types.ts';
import { parseDocument, type Statement } from './document.ts';

/** A policy that says what somebody may do, and how it reaches him. */
export interface PolicySource {
  /** Such as `AdministratorAccess, attached to group admins`. */
  label: string;
  /** Of a managed policy. */
  arn?: string;
  /** Undefined when it could not be read. */
  statements: readonly Statement[] | undefined;
}

/** Everything that grants and denies to one principal, and what limits it. */
export interface Permissions {
  sources: readonly PolicySource[];
  boundary?: PolicySource;
  /** ARNs of those whose policies are among them. */
  groups?: readonly string[];
}

/** Of one account; documents are read once, although hundreds share a policy. */
export interface PolicyBook {
  ofUser(user: UserDetail): Permissions;
  ofRole(role: RoleDetail): Permissions;
  /** What every member has by it. */
  ofGroup(group: GroupDetail): Permissions;
  managed(arn: string): readonly Statement[] | undefined;
}

export function openPolicies(details: AuthorizationDetails): PolicyBook {
  const parsed = new Map<string, readonly Statement[] | undefined>();
  const groups = new Map(details.groups.map((group) => [group.name, group]));

  function managed(arn: string): readonly Statement[] | undefined {
    if (!parsed.has(arn)) {
      const policy = details.policies.get(arn);
      parsed.set(arn, policy === undefined ? undefined : parseDocument(policy.document));
    }
    return parsed.get(arn);
  }

  function own({ attached, inline }: PolicyHolder, how: (kind: 'attached' | 'inline') => string) {
    return [
      ...attached.map(
        ({ name, arn }): PolicySource => ({
          label: `${name}, ${how('attached')}`,
          arn,
          statements: managed(arn),
        }),
      ),
      ...inline.map(
        ({ name, document }): PolicySource => ({
          label: `${name}, ${how('inline')}`,
          statements: parseDocument(document),
        }),
      ),
    ];
  }

  function limited(sources: PolicySource[], boundary: string | undefined): Permissions {
    if (boundary === undefined) return { sources };
    return {
      sources,
      boundary: { label: 'the permissions boundary', arn: boundary, statements: managed(boundary) },
    };
  }

  function ofGroup(group: GroupDetail): Permissions {
    const sources = own(
      group,
      (kind) => `${kind === 'attached' ? 'attached to' : 'inline in'} group ${group.name}`,
    );
    return { sources, groups: [group.arn] };
  }

  return {
    managed,
    ofGroup,
    ofRole: (role) => limited(own(role, ownLabel), role.boundary),
    ofUser: (user) => {
      const ofGroups = user.groups.map((name): Permissions => {
        const group = groups.get(name);
        const unseen = { label: `the policies of group ${name}`, statements: undefined };
        return group === undefined ? { sources: [unseen] } : ofGroup(group);
      });
      const sources = [...own(user, ownLabel), ...ofGroups.flatMap((one) => one.sources)];
      return {
        ...limited(sources, user.boundary),
        groups: ofGroups.flatMap((one) => one.groups ?? []),
      };
    },
  };
}

function ownLabel(kind: 'attached' | 'inline'): string {
  return kind;
}
