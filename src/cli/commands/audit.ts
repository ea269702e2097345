import { setTimeout as sleep } from 'node:timers/promises';
import { CHECKS } from '../../audit/checks/index.ts';
import { compareResults, type EarlierResult, markKnown, readEarlier } from '../../audit/compare.ts';
import { applyExceptions } from '../../audit/exceptions.ts';
import { type Facts, openFacts } from '../../audit/facts.ts';
import { regionsSeen } from '../../audit/regions.ts';
import { toAuditResult } from '../../audit/result.ts';
import { type AuditConfig, readAuditConfig } from '../../audit/rules-file.ts';
import { runChecks } from '../../audit/run.ts';
import { selectChecks } from '../../audit/select.ts';
import type { Check } from '../../audit/types.ts';
import { connectAudit } from '../../aws/audit.ts';
import type { AuditAws } from '../../aws/audit-types.ts';
import type { Identity } from '../../aws/types.ts';
import { EXIT } from '../../base/errors.ts';
import { VERSION } from '../../base/version.ts';
import type { Configuration } from '../../config/load.ts';
import type { Settings } from '../../config/settings.ts';
import { DEFAULT_POLICY } from '../../keys/policy.ts';
import { readPolicy } from '../../keys/policy-file.ts';
import type { AuditFormat } from '../../report/audit-formats.ts';
import { AUDIT_REPORTERS } from '../../report/audit-index.ts';
import { type AuditResult, isOpen, SEVERITIES, type Severity } from '../../report/audit-result.ts';
import { scoreText, verdictLine } from '../../report/audit-summary.ts';
import { fixChecks } from '../audit-fix.ts';
import { listChecks } from '../audit-list.ts';
import { connectOptions } from '../aws-connection.ts';
import type { CommandContext } from '../commands.ts';
import { writeAll } from '../output.ts';
import { createProgress } from '../progress.ts';
import { reportTargetsOf } from '../report-targets.ts';
import type { ColorChoice } from '../terminal.ts';

export async function audit(context: CommandContext): Promise<number> {
  try {
    return await perform(context);
  } catch (error) {
    if (!context.signal.aborted) throw error;
    context.log.error('interrupted; nothing was reported');
    return EXIT.interrupted;
  }
}

async function perform(context: CommandContext): Promise<number> {
  const { io, configuration, log } = context;
  const { settings } = configuration;
  const config = readAuditConfig(configuration);
  const fixes = settings.list('fix');
  const checks = selectChecks(CHECKS, {
    sections: settings.list('section').map(Number),
    ids: fixes.length > 0 ? fixes : settings.list('check'),
  });
  if (settings.isOn('list')) {
    io.stdout.write(listChecks(checks));
    return EXIT.ok;
  }
  const targets = reportTargetsOf<AuditFormat>(settings);
  const baseline = earlierOf(settings, 'baseline');
  const before = earlierOf(settings, 'compare');
  const account = await openAccount(context, config);
  if (fixes.length > 0) return fixChecks(context, { ...account, checks });
  const found = await auditAccount(context, account, checks);
  const excepted = applyExceptions(found, config.exceptions, {
    now: account.facts.now,
    isWhole: checks.length === CHECKS.length,
  });
  const marked = baseline === undefined ? excepted : markKnown(excepted, baseline);
  const result = before === undefined ? marked : { ...marked, comparison: compareResults(before, marked) };
  await writeAll(targets, io, settings.text('color') as ColorChoice, (format, options) =>
    AUDIT_REPORTERS[format](result, options),
  );
  const onScreen = targets.find(({ file }) => file === undefined || file === '-');
  if (onScreen?.format !== 'text') {
    const line = `${verdictLine(result)}; ${scoreText(result.score)}`;
    if (result.complete) log.info(line);
    else log.warn(`${line}; not all could be read`);
  }
  return statusOf(result, settings.text('fail-on') as Severity | 'never');
}

function earlierOf(settings: Settings, name: 'baseline' | 'compare'): EarlierResult | undefined {
  const file = settings.text(name);
  return file === undefined ? undefined : readEarlier(file, `--${name} ${file}`);
}

interface Account {
  aws: AuditAws;
  self: Identity;
  facts: Facts;
}

async function openAccount(
  { io, configuration, signal }: CommandContext,
  { rules }: AuditConfig,
): Promise<Account> {
  const aws = await connectAudit(connectOptions(configuration.settings));
  const self = await aws.sts.self();
  const facts = openFacts({
    aws,
    self,
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

async function auditAccount(
  { io, configuration, signal }: CommandContext,
  { self, facts }: Account,
  checks: readonly Check[],
): Promise<AuditResult> {
  const progress = createProgress(io, !configuration.settings.isOn('quiet'));
  try {
    const judged = await runChecks(checks, facts, {
      signal,
      onProgress: (phase, done, total) => {
        progress.update({ phase, done, ...(total !== undefined && { total }) });
      },
    });
    return toAuditResult(judged, {
      tool: { name: 'keyturn', version: VERSION },
      takenAt: new Date(facts.now).toISOString(),
      durationMs: io.now() - facts.now,
      account: { id: self.accountId, partition: self.partition },
      askedBy: self.arn,
      ...(await regionsSeen(facts)),
    });
  } finally {
    progress.clear();
  }
}

/** What fails outweighs what is unknown, as findings do in a scan. */
function statusOf({ results, complete }: AuditResult, failOn: Severity | 'never'): number {
  const isFailing = results.some(
    (one) =>
      isOpen(one) &&
      one.known !== true &&
      failOn !== 'never' &&
      SEVERITIES.indexOf(one.severity) <= SEVERITIES.indexOf(failOn),
  );
  if (isFailing) return EXIT.findings;
  return complete ? EXIT.ok : EXIT.error;
}
