import { contextOf, permission } from '../../authorize.ts';
import { type Action, type Call, listOf, requiredText } from '../../service.ts';
import { roleArn, userArn } from '../../state/arn.ts';
import type { Session } from '../../state/model.ts';
import { noSuch, page } from './common.ts';

export const simulateActions: Readonly<Record<string, Action>> = {
  SimulatePrincipalPolicy: {
    resource: (call) => requiredText(call, 'PolicySourceArn'),
    run: simulatePrincipalPolicy,
  },
};

const DECISIONS = { allow: 'allowed', deny: 'explicitDeny', none: 'implicitDeny' } as const;

/** Asks the same evaluation that guards every call, without making one. */
function simulatePrincipalPolicy(call: Call): unknown {
  const caller = principalOf(call, requiredText(call, 'PolicySourceArn'));
  const actions = listOf(call, 'ActionNames').map(String);
  const resources = listOf(call, 'ResourceArns').map(String);
  const results = actions.flatMap((action) =>
    (resources.length === 0 ? ['*'] : resources).map((resource) => ({
      EvalActionName: action,
      EvalResourceName: resource,
      EvalDecision: DECISIONS[permission(call.account, caller, action, resource, contextFor(call, caller))],
      MatchedStatements: [],
      MissingContextValues: [],
    })),
  );
  const { items, ...paging } = page(call, results);
  return { EvaluationResults: items, ...paging };
}

type Principal = Parameters<typeof permission>[1];

function contextFor(call: Call, caller: Principal) {
  const context = new Map(contextOf({ ...call, caller: { ...call.caller, ...caller } }));
  for (const entry of listOf(call, 'ContextEntries') as {
    ContextKeyName: string;
    ContextKeyValues: string[];
  }[])
    context.set(entry.ContextKeyName.toLowerCase(), entry.ContextKeyValues);
  return context;
}

function principalOf({ account }: Call, arn: string): Principal {
  const user = [...account.users.values()].find((candidate) => userArn(account, candidate) === arn);
  if (user !== undefined) return { type: 'user', user };
  const role = [...account.roles.values()].find((candidate) => roleArn(account, candidate) === arn);
  if (role === undefined) throw noSuch(`The entity ${arn} cannot be found.`);
  return { type: 'role', session: { by: { type: 'role', role: role.name, name: 'simulated' } } as Session };
}
