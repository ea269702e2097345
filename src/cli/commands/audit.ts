import { setTimeout as sleep } from 'node:timers/promises';
import { CHECKS } from '../../audit/checks/index.ts';
import { openFacts } from '../../audit/facts.ts';
import { toAuditResult } from '../../audit/result.ts';
import { DEFAULT_RULES } from '../../audit/rules.ts';
import { runChecks } from '../../audit/run.ts';
import { connectAudit } from '../../aws/audit.ts';
import { EXIT } from '../../base/errors.ts';
import { VERSION } from '../../base/version.ts';
import type { AuditFormat } from '../../report/audit-formats.ts';
import { AUDIT_REPORTERS } from '../../report/audit-index.ts';
import { type AuditResult, isOpen } from '../../report/audit-result.ts';
import { connectOptions } from '../aws-connection.ts';
import type { CommandContext } from '../commands.ts';
import { writeAll } from '../output.ts';
import { createProgress } from '../progress.ts';
import { reportTargetsOf } from '../report-targets.ts';
import type { ColorChoice } from '../terminal.ts';

export async function audit(context: CommandContext): Promise<number> {
  const { io, configuration } = context;
  const { settings } = configuration;
  const targets = reportTargetsOf<AuditFormat>(settings);
  const result = await auditAccount(context);
  await writeAll(targets, io, settings.text('color') as ColorChoice, (format, options) =>
    AUDIT_REPORTERS[format](result, options),
  );
  if (result.results.some(isOpen)) return EXIT.findings;
  return result.complete ? EXIT.ok : EXIT.error;
}

async function auditAccount({ io, configuration, signal }: CommandContext): Promise<AuditResult> {
  const { settings } = configuration;
  const aws = await connectAudit(connectOptions(settings));
  const self = await aws.sts.self();
  const startedAt = io.now();
  const facts = openFacts({
    aws,
    self,
    now: startedAt,
    rules: DEFAULT_RULES,
    sleep: (ms) => sleep(ms, undefined, { signal }),
    signal,
  });
  const progress = createProgress(io, !settings.isOn('quiet'));
  try {
    const judged = await runChecks(CHECKS, facts, {
      signal,
      onProgress: (phase, done, total) => {
        progress.update({ phase, done, ...(total !== undefined && { total }) });
      },
    });
    return toAuditResult(judged, {
      tool: { name: 'keyturn', version: VERSION },
      takenAt: new Date(startedAt).toISOString(),
      durationMs: io.now() - startedAt,
      account: { id: self.accountId, partition: self.partition },
      askedBy: self.arn,
      regions: await facts.regions(),
      notes: [],
    });
  } finally {
    progress.clear();
  }
}
