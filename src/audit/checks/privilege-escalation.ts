import type { Facts } from '../facts.ts';
import { type Reach, reachOf, type Step, type Subject, subjectOf } from '../policy/access.ts';
import type { Permissions } from '../policy/sources.ts';
import { groupTargetOf, openWays, targetOf, type Way } from '../policy/ways.ts';
import type { Check, Verdict } from '../types.ts';
import { fail, notApplicable, pass, unknown } from '../verdict.ts';
import { someOf } from '../words.ts';
import { onCondition, ownRoles } from './administrators.ts';

const privilegeEscalation: Check = {
  id: 'privilege-escalation',
  section: 3,
  title: 'Nobody else can become an administrator',
  severity: 'high',
  cis: {},
  securityHub: [],
  why: "Some actions of IAM are enough to give oneself all the others; so is passing the role of an administrator to a workload of one's own.",
  fix: {
    console:
      'IAM > the user or role > Permissions > narrow the action to named resources, or set a permissions boundary',
    cli: 'aws iam put-user-permissions-boundary --user-name USER --permissions-boundary ARN',
  },
  async judge(facts) {
    const [principals, groups] = await Promise.all([everybody(facts), groupsOf(facts)]);
    if (principals.length === 0)
      return [notApplicable(facts.accountArn, 'there are neither users nor roles')];
    const ways = openWays(
      principals.map(({ principal, reach, permissions, subject }) =>
        targetOf(principal, reach, permissions, subject),
      ),
      groups,
    );
    return principals.map((one) => {
      const { arn } = one.subject;
      switch (one.reach.reach) {
        case 'full':
          return notApplicable(arn, 'an administrator already');
        case 'escalation':
          return escalationVerdict(one.subject, one.reach);
        default:
          return waysVerdict(one, ways.waysOf(one.permissions, one.subject));
      }
    });
  },
};

interface Principal {
  subject: Subject;
  permissions: Permissions;
  reach: Reach;
}

async function everybody(facts: Facts) {
  const [{ users }, policies, roles] = await Promise.all([
    facts.details(),
    facts.policies(),
    ownRoles(facts),
  ]);
  const all = [
    ...users.map((principal) => ({ principal, permissions: policies.ofUser(principal) })),
    ...roles.map((principal) => ({ principal, permissions: policies.ofRole(principal) })),
  ];
  return all.map(({ principal, permissions }) => {
    const subject = subjectOf(facts, principal);
    return { principal, permissions, subject, reach: reachOf(permissions, subject) };
  });
}

async function groupsOf(facts: Facts) {
  const [{ groups }, policies] = await Promise.all([facts.details(), facts.policies()]);
  return groups.map((group) => groupTargetOf(group, policies.ofGroup(group), facts));
}

function escalationVerdict(subject: Subject, reach: Reach & { reach: 'escalation' }): Verdict {
  const evidence = `${stepText(reach)}, by ${reach.via}${onCondition(reach)}`;
  if (!reach.isLift) return fail(subject.arn, evidence, { fix: { cli: boundaryCommand(subject) } });
  return fail(subject.arn, `${evidence}: without its boundary it is an administrator`, {
    fix: { console: `IAM > Policies > the permissions boundary > deny ${reach.action}` },
  });
}

function waysVerdict({ subject, reach }: Principal, ways: readonly Way[]): Verdict {
  const { arn } = subject;
  const [first, ...more] = ways;
  if (first !== undefined && first.doubt === undefined)
    return fail(arn, `${wayText(first)}${moreText(more)}`, {
      fix: { console: consoleFix(subject, first), cli: boundaryCommand(subject) },
    });
  if (reach.reach === 'unknown') return unknown(arn, reach.why);
  if (first !== undefined) return unknown(arn, `${wayText(first)}; not read: ${DOUBTS[first.doubt!]}`);
  return pass(arn, 'no actions that lead there');
}

const DOUBTS = {
  rights: 'what it may do',
  trust: 'whom it trusts',
} as const;

/** `iam:PassRole on role/deploy, by pass, attached; ec2:RunInstances, by start, inline: REASON`. */
function wayText({ steps, combination }: Way): string {
  const policies = [...new Set(steps.map(({ via }) => via))];
  const parts = policies.map(
    (policy) =>
      `${steps
        .filter(({ via }) => via === policy)
        .map(stepText)
        .join(' and ')}, by ${policy}`,
  );
  const isConditional = steps.some((step) => step.isConditional);
  return `${parts.join('; ')}${onCondition({ isConditional })}: ${combination.reason}`;
}

function stepText({ action, on }: Step): string {
  return on === undefined ? action : `${action} on ${on.slice(on.lastIndexOf(':') + 1)}`;
}

function moreText(ways: readonly Way[]): string {
  if (ways.length === 0) return '';
  const names = ways.map(({ steps }) => steps.map(({ action }) => action).join(' + '));
  return `; also ${someOf(names)}`;
}

function consoleFix({ arn, name }: Subject, { steps, combination }: Way): string {
  const list = arn.includes(':role/') ? 'Roles' : 'Users';
  const actions = steps.map(({ action }) => action).join(' or ');
  const narrow =
    combination.services === undefined
      ? ''
      : '; or let iam:PassRole name only roles that are no administrators';
  return `IAM > ${list} > ${name} > Permissions > take away ${actions}${narrow}`;
}

function boundaryCommand({ arn, name }: Subject): string {
  const kind = arn.includes(':role/') ? 'role' : 'user';
  return `aws iam put-${kind}-permissions-boundary --${kind}-name ${name} --permissions-boundary ARN`;
}

export const PRIVILEGE_ESCALATION_CHECKS: readonly Check[] = [privilegeEscalation];
