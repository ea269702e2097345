import type { AuditAws } from '../aws/audit-types.ts';
import { UsageError } from '../base/errors.ts';
import { analyzerSteps } from './checks/access-analyzer.ts';
import { guardDutySteps } from './checks/guardduty.ts';
import { byUser } from './checks/keys.ts';
import { policySteps } from './checks/password-policy.ts';
import type { Facts } from './facts.ts';
import { isIdle } from './key-facts.ts';
import type { Check } from './types.ts';
import { daysText } from './words.ts';

/** One change that is safe to make: it can be taken back, and shuts nobody out. */
export interface FixStep {
  check: string;
  /** What will be done, before and after. */
  text: string;
  /** A call of ours, or a key for the engine of `keys deactivate`, which has guards and a journal of its own. */
  change: { run(aws: AuditAws): Promise<string> } | { user: string; keyId: string };
}

/** The steps for checks that fail, by id. */
type Planner = (facts: Facts, checks: readonly Check[]) => Promise<FixStep[]>;

const PLANNERS: readonly { covers(check: Check): boolean; plan: Planner }[] = [
  { covers: ({ section }) => section === 7, plan: policySteps },
  { covers: ({ id }) => id === 'access-analyzer', plan: analyzerSteps },
  { covers: ({ id }) => id === 'guardduty', plan: guardDutySteps },
  { covers: ({ id }) => id === 'keys-unused' || id === 'keys-never-used', plan: keySteps },
];

/** What can be done for these checks. Throws a UsageError for one that has no safe fix, and an AwsError for what cannot be read. */
export async function planFixes(facts: Facts, checks: readonly Check[]): Promise<FixStep[]> {
  const manual = checks.find((check) => !isFixable(check));
  if (manual !== undefined)
    throw new UsageError(`${manual.id} is for people to mend: ${manual.fix.console}`, {
      hint: `By command: ${manual.fix.cli}`,
    });
  const steps = [];
  for (const { covers, plan } of PLANNERS) {
    const covered = checks.filter(covers);
    if (covered.length > 0) steps.push(...(await plan(facts, covered)));
  }
  return steps;
}

export function isFixable(check: Check): boolean {
  return PLANNERS.some(({ covers }) => covers(check));
}

/** Every key once, although both checks may name it. */
async function keySteps(facts: Facts, checks: readonly Check[]): Promise<FixStep[]> {
  const inventory = await facts.keys();
  const { unusedMs, youngMs } = facts.rules;
  return [...byUser(inventory).values()].flatMap(({ user, keys }) =>
    keys.flatMap((key): FixStep[] => {
      const check = checks.find(({ id }) =>
        id === 'keys-unused'
          ? isIdle(key, unusedMs, facts.now)
          : key.lastUse.state === 'never' && isIdle(key, youngMs, facts.now),
      );
      if (check === undefined || key.id === undefined) return [];
      const since = key.lastUse.state === 'used' ? key.lastUse.at : key.createdAt!;
      const use = key.lastUse.state === 'used' ? 'last used' : 'never used, made';
      const text = `deactivate ${key.id} of ${user.name}: ${use} ${daysText(facts.now - since)} ago`;
      return [{ check: check.id, text, change: { user: user.name, keyId: key.id } }];
    }),
  );
}
