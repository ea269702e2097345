import { awsManagedDocument } from '../../policy/aws-managed.ts';
import { parsePolicy } from '../../policy/document.ts';
import { newUuid } from '../../random.ts';
import { type Action, type Call, requiredText } from '../../service.ts';
import { roleArn, userArn } from '../../state/arn.ts';
import { keysOf } from '../../state/keys.ts';
import type { Account, Group, Role, User } from '../../state/model.ts';
import { noSuch, page } from './common.ts';

/** What services a user or role may use, and when it last did. Groups and policies are not asked about. */
export const lastAccessedActions: Readonly<Record<string, Action>> = {
  GenerateServiceLastAccessedDetails: { run: generate },
  GetServiceLastAccessedDetails: { run: get },
};

/** What `*` stands for: AWS has some four hundred. */
const SERVICES = [
  'cloudtrail',
  'ec2',
  'iam',
  'lambda',
  'organizations',
  's3',
  'secretsmanager',
  'ssm',
  'sts',
];

function generate(call: Call): unknown {
  const arn = requiredText(call, 'Arn');
  principalOf(call.account, arn);
  const id = newUuid();
  call.account.accessJobs.set(id, { arn, startedAt: call.now });
  return { JobId: id };
}

function get(call: Call): unknown {
  const { account, now, world } = call;
  const id = requiredText(call, 'JobId');
  const job = account.accessJobs.get(id);
  if (job === undefined) throw noSuch(`Job ${id} cannot be found.`);
  const times = { JobCreationDate: new Date(job.startedAt), JobType: 'SERVICE_LEVEL' };
  if (now - job.startedAt < world.settings.reportDelayMs)
    return { JobStatus: 'IN_PROGRESS', ServicesLastAccessed: [], ...times };
  const principal = principalOf(account, job.arn);
  const accesses = accessesOf(account, principal);
  const services = [...servicesOf(account, principal)].sort();
  const { items, ...paging } = page(call, services);
  return {
    JobStatus: 'COMPLETED',
    ...times,
    JobCompletionDate: new Date(job.startedAt + world.settings.reportDelayMs),
    ServicesLastAccessed: items.map((service) => {
      const at = accesses.get(service);
      return {
        ServiceName: service,
        ServiceNamespace: service,
        TotalAuthenticatedEntities: Number(at !== undefined),
        LastAuthenticated: at === undefined ? undefined : new Date(at),
        LastAuthenticatedEntity: at === undefined ? undefined : job.arn,
      };
    }),
    ...paging,
  };
}

type Principal = { user: User } | { role: Role };

function principalOf(account: Account, arn: string): Principal {
  for (const user of account.users.values()) if (userArn(account, user) === arn) return { user };
  for (const role of account.roles.values()) if (roleArn(account, role) === arn) return { role };
  throw noSuch(`ARN ${arn} cannot be found.`);
}

function servicesOf(account: Account, principal: Principal): Set<string> {
  const holders: (User | Role | Group)[] =
    'role' in principal
      ? [principal.role]
      : [principal.user, ...[...principal.user.groups].map((name) => account.groups.get(name)!)];
  const documents = holders.flatMap(({ attachedPolicies, inlinePolicies }) => [
    ...[...attachedPolicies].map((arn) => account.policies.get(arn)?.document ?? awsManagedDocument(arn)),
    ...inlinePolicies.values(),
  ]);
  const found = new Set<string>();
  for (const document of documents) {
    for (const { effect, actions } of document === undefined ? [] : parsePolicy(document)) {
      if (effect !== 'Allow') continue;
      if (actions.isNot) for (const service of SERVICES) found.add(service);
      for (const pattern of actions.isNot ? [] : actions.patterns) {
        const [service = ''] = pattern.split(':');
        for (const one of service.includes('*') ? SERVICES : [service]) found.add(one);
      }
    }
  }
  return found;
}

function accessesOf(account: Account, principal: Principal): Map<string, number> {
  if ('role' in principal) return principal.role.lastAccessed;
  const { name, lastAccessed } = principal.user;
  const accesses = new Map(lastAccessed);
  for (const { lastUsed } of keysOf(account, name))
    if (lastUsed !== undefined)
      accesses.set(lastUsed.service, Math.max(lastUsed.at, accesses.get(lastUsed.service) ?? 0));
  return accesses;
}
