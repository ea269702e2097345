import { CHECKS } from '../../src/audit/checks/index.ts';
import { type FactOptions, openFacts } from '../../src/audit/facts.ts';
import { planFixes } from '../../src/audit/fix.ts';
import { type AuditFrame, toAuditResult } from '../../src/audit/result.ts';
import { DEFAULT_RULES } from '../../src/audit/rules.ts';
import { runChecks } from '../../src/audit/run.ts';
import type { Verdict } from '../../src/audit/types.ts';
import type { AuditAws } from '../../src/aws/audit-types.ts';
import { connectAws } from '../../src/aws/connect.ts';
import { Secret } from '../../src/base/secret.ts';
import type { AuditResult } from '../../src/report/audit-result.ts';
import type { Credentials, Sandbox } from '../../src/sandbox/index.ts';
import { ACCOUNT } from '../helpers/sandbox.ts';

const REGIONS: Record<string, string> = {
  aws: 'us-east-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-cn': 'cn-north-1',
};

/** Ports to a sandbox, as the command opens them. */
export async function connectSandbox(
  sandbox: Sandbox,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials = sandbox.control.adminOf(ACCOUNT),
): Promise<AuditAws> {
  const connection = await connectAws({
    endpoint: sandbox.url,
    region: REGIONS[sandbox.control.world.accounts.get(ACCOUNT)!.partition]!,
    credentials: {
      accessKeyId,
      secretAccessKey: new Secret(secretAccessKey),
      ...(sessionToken !== undefined && { sessionToken: new Secret(sessionToken) }),
    },
    maxAttempts: 1,
  });
  return connection.audit();
}

export async function factsOf(sandbox: Sandbox, credentials?: Credentials): Promise<FactOptions> {
  const aws = await connectSandbox(sandbox, credentials);
  const { clock } = sandbox.control;
  return {
    aws,
    self: await aws.sts.self(),
    now: clock.now(),
    rules: DEFAULT_RULES,
    sleep: async (ms) => clock.advance(ms),
  };
}

/** What one check says of a sandbox's account. */
export async function judge(sandbox: Sandbox, id: string, credentials?: Credentials): Promise<Verdict[]> {
  const check = CHECKS.find((candidate) => candidate.id === id);
  if (check === undefined) throw new RangeError(`there is no check ${id}`);
  const [judged] = await runChecks([check], openFacts(await factsOf(sandbox, credentials)));
  return [...judged!.verdicts];
}

/** Does all that a fix of one check would: what was planned, and what each step told. */
export async function mend(sandbox: Sandbox, id: string): Promise<{ steps: string[]; told: string[] }> {
  const options = await factsOf(sandbox);
  const steps = await planFixes(
    openFacts(options),
    CHECKS.filter((check) => check.id === id),
  );
  const told: string[] = [];
  for (const { change } of steps) if ('run' in change) told.push(await change.run(options.aws));
  return { steps: steps.map(({ text }) => text), told };
}

/** Only the statuses, by the last part of the resource. */
export async function statusesOf(
  sandbox: Sandbox,
  id: string,
  credentials?: Credentials,
): Promise<Record<string, string>> {
  const verdicts = await judge(sandbox, id, credentials);
  return Object.fromEntries(verdicts.map(({ resource, status }) => [resource.split(/[:/]/).at(-1)!, status]));
}

/** AWS refuses an action from now on. */
export function deny({ control }: Sandbox, action: string): void {
  control.faults.add({
    kind: 'error',
    action,
    code: 'AccessDenied',
    message: 'not authorized',
    status: 403,
    times: Number.POSITIVE_INFINITY,
  });
}

export const FRAME: AuditFrame = {
  tool: { name: 'keyturn', version: '0.0.0' },
  takenAt: '2026-11-26T09:00:00Z',
  durationMs: 1200,
  account: { id: ACCOUNT, partition: 'aws' },
  askedBy: `arn:aws:iam::${ACCOUNT}:role/auditor`,
  regions: ['us-east-1'],
  notes: [],
};

export async function auditOf(sandbox: Sandbox, credentials?: Credentials): Promise<AuditResult> {
  return toAuditResult(await runChecks(CHECKS, openFacts(await factsOf(sandbox, credentials))), FRAME);
}
