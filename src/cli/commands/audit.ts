import { CHECKS } from '../../audit/checks/index.ts';
import { compareResults, type EarlierResult, markKnown, readEarlier } from '../../audit/compare.ts';
import { applyExceptions } from '../../audit/exceptions.ts';
import { readAuditConfig } from '../../audit/rules-file.ts';
import { selectChecks } from '../../audit/select.ts';
import { EXIT, KeyturnError, UsageError } from '../../base/errors.ts';
import type { Settings } from '../../config/settings.ts';
import type { AuditFormat } from '../../report/audit-formats.ts';
import { AUDIT_REPORTERS } from '../../report/audit-index.ts';
import { type AuditResult, isOpen, SEVERITIES, type Severity } from '../../report/audit-result.ts';
import { scoreText, verdictLine } from '../../report/audit-summary.ts';
import { accountsAsked } from '../accounts-run.ts';
import { fixChecks } from '../audit-fix.ts';
import { listChecks } from '../audit-list.ts';
import { auditOne, auditOver, openAudit } from '../audit-run.ts';
import { connect } from '../aws-connection.ts';
import type { CommandContext } from '../commands.ts';
import { writeAll } from '../output.ts';
import { reportTargetsOf } from '../report-targets.ts';
import type { ColorChoice } from '../terminal.ts';

export async function audit(context: CommandContext): Promise<number> {
  try {
    return await perform(context);
  } catch (error) {
    // A run over accounts that was interrupted says itself how to go on.
    const isTold = error instanceof KeyturnError && error.code === 'interrupted';
    if (!context.signal.aborted || isTold) throw error;
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
  const accounts = accountsAsked(configuration);
  if (fixes.length > 0) {
    if (accounts !== undefined)
      throw new UsageError('--fix mends the one account of the credentials: it does not go with --accounts');
    const account = await openAudit(context, config, await connect(settings));
    return fixChecks(context, { ...account, checks });
  }
  const found =
    accounts === undefined
      ? await auditOne(context, config, checks)
      : await auditOver(context, accounts, config, checks);
  const excepted = applyExceptions(found, config.exceptions, {
    now: io.now(),
    isWhole: checks.length === CHECKS.length,
  });
  const marked = baseline === undefined ? excepted : markKnown(excepted, baseline);
  const compared = before === undefined ? marked : withComparison(before, marked);
  const result = compared instanceof UsageError ? marked : compared;
  await writeAll(targets, io, settings.text('color') as ColorChoice, (format, options) =>
    AUDIT_REPORTERS[format](result, options),
  );
  const onScreen = targets.find(({ file }) => file === undefined || file === '-');
  if (onScreen?.format !== 'text') {
    const line = `${verdictLine(result)}; ${scoreText(result.score)}`;
    if (result.complete) log.info(line);
    else log.warn(`${line}; not all could be read`);
  }
  if (compared instanceof UsageError) throw compared;
  return statusOf(result, settings.text('fail-on') as Severity | 'never');
}

/** A result that cannot be compared with the earlier one is reported before that is said: it took a while. */
function withComparison(before: EarlierResult, now: AuditResult): AuditResult | UsageError {
  try {
    return { ...now, comparison: compareResults(before, now) };
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
}

function earlierOf(settings: Settings, name: 'baseline' | 'compare'): EarlierResult | undefined {
  const file = settings.text(name);
  return file === undefined ? undefined : readEarlier(file, `--${name} ${file}`);
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
