import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountsRequest } from '../accounts/types.ts';
import { type Facts, openFacts } from '../audit/facts.ts';
import { mergeAuditResults } from '../audit/merged.ts';
import { type OrganizationFacts, openOrganization } from '../audit/organization.ts';
import { regionsSeen } from '../audit/regions.ts';
import { toAuditResult } from '../audit/result.ts';
import type { AuditConfig } from '../audit/rules-file.ts';
import { type RunOptions, runChecks } from '../audit/run.ts';
import type { Check } from '../audit/types.ts';
import type { AuditAws } from '../aws/audit-types.ts';
import type { Connection } from '../aws/connect.ts';
import type { Identity } from '../aws/types.ts';
import { VERSION } from '../base/version.ts';
import type { Configuration } from '../config/load.ts';
import { DEFAULT_POLICY } from '../keys/policy.ts';
import { readPolicy } from '../keys/policy-file.ts';
import type { AuditResult } from '../report/audit-result.ts';
import { askAccounts } from './accounts-run.ts';
import { connect } from './aws-connection.ts';
import type { CommandContext } from './commands.ts';
import { createProgress } from './progress.ts';

const TOOL = { name: 'keyturn', version: VERSION };

/** An account to audit, or to mend. */
export interface OpenedAudit {
  aws: AuditAws;
  self: Identity;
  facts: Facts;
}

/** Opens what a connection leads to; `asker` knows of its organization what it may not be told itself. */
export async function openAudit(
  { io, configuration, signal }: CommandContext,
  { rules }: AuditConfig,
  connection: Connection,
  asker?: OrganizationFacts,
): Promise<OpenedAudit> {
  const aws = await connection.audit();
  const self = await aws.sts.self();
  const facts = openFacts({
    aws,
    self,
    ...(asker !== undefined && { asker }),
    now: io.now(),
    rules: { ...rules, ...keyRules(configuration) },
    sleep: (ms) => sleep(ms, undefined, { signal }),
    signal,
  });
  return { aws, self, facts };
}

/** The policy for keys says how old and how idle they may be; where it lets them rest for ever, the benchmark does not. */
function keyRules(configuration: Configuration): { maxKeyAgeMs: number; unusedMs: number } {
  const { maxAgeMs, unusedForMs = DEFAULT_POLICY.unusedForMs! } = readPolicy(configuration);
  return { maxKeyAgeMs: maxAgeMs, unusedMs: unusedForMs };
}

/** Audits the account that the credentials belong to. */
export async function auditOne(
  context: CommandContext,
  config: AuditConfig,
  checks: readonly Check[],
): Promise<AuditResult> {
  const { io, configuration } = context;
  const account = await openAudit(context, config, await connect(configuration.settings));
  const progress = createProgress(io, !configuration.settings.isOn('quiet'));
  try {
    return await auditAccount(context, account, checks, (phase, done, total) => {
      progress.update({ phase, done, ...(total !== undefined && { total }) });
    });
  } finally {
    progress.clear();
  }
}

/** Audits each of several accounts; what the organization alone is told is asked with the original credentials. */
export async function auditOver(
  context: CommandContext,
  request: AccountsRequest,
  config: AuditConfig,
  checks: readonly Check[],
): Promise<AuditResult> {
  const { io, configuration } = context;
  const startedAt = io.now();
  let asker: Promise<OrganizationFacts> | undefined;
  const { selection, results } = await askAccounts<AuditResult>(context, request, {
    purpose: 'audit',
    question: { checks: checks.map(({ id }) => id), rules: config.rules, keys: keyRules(configuration) },
    work: async (connection, base) => {
      asker ??= base.audit().then(openOrganization);
      return auditAccount(context, await openAudit(context, config, connection, await asker), checks);
    },
    isWhole: ({ complete }) => complete,
  });
  return mergeAuditResults(results, {
    tool: TOOL,
    checks,
    self: selection.self,
    takenAt: new Date(startedAt).toISOString(),
    durationMs: io.now() - startedAt,
    notes: selection.notes,
  });
}

async function auditAccount(
  { io, signal }: CommandContext,
  { self, facts }: OpenedAudit,
  checks: readonly Check[],
  onProgress?: RunOptions['onProgress'],
): Promise<AuditResult> {
  const judged = await runChecks(checks, facts, {
    signal,
    ...(onProgress !== undefined && { onProgress }),
  });
  return toAuditResult(judged, {
    tool: TOOL,
    takenAt: new Date(facts.now).toISOString(),
    durationMs: io.now() - facts.now,
    account: { id: self.accountId, partition: self.partition },
    askedBy: self.arn,
    ...(await regionsSeen(facts)),
  });
}
