import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountsRequest } from '../../accounts/types.ts';
import type { Connection } from '../../aws/connect.ts';
import { EXIT, KeyturnError } from '../../base/errors.ts';
import { VERSION } from '../../base/version.ts';
import type { Settings } from '../../config/settings.ts';
import { type InventoryOptions, takeInventory } from '../../keys/inventory.ts';
import { mergeKeysResults } from '../../keys/merged-report.ts';
import type { KeyPolicy } from '../../keys/policy.ts';
import { readPolicy } from '../../keys/policy-file.ts';
import { isWantedUser, type KeyFilter, mustBeFresh, toKeysResult } from '../../keys/report.ts';
import type { KeysFormat } from '../../report/keys-formats.ts';
import { KEYS_REPORTERS } from '../../report/keys-index.ts';
import { type KeysResult, needsAction } from '../../report/keys-result.ts';
import { actionLine, countLine } from '../../report/keys-summary.ts';
import { accountsAsked, askAccounts } from '../accounts-run.ts';
import { connect } from '../aws-connection.ts';
import type { CommandContext } from '../commands.ts';
import { writeAll } from '../output.ts';
import { createProgress } from '../progress.ts';
import { reportTargetsOf } from '../report-targets.ts';
import type { ColorChoice } from '../terminal.ts';

const TOOL = { name: 'keyturn', version: VERSION };

export async function keysReport(context: CommandContext): Promise<number> {
  const { io, configuration, log } = context;
  const { settings } = configuration;
  const policy = readPolicy(configuration);
  const filter = filterOf(settings);
  const targets = reportTargetsOf<KeysFormat>(settings);
  const result = await report(context, policy, filter).catch((error: unknown) => {
    // A run over accounts that was interrupted says itself how to go on.
    if (!context.signal.aborted || error instanceof KeyturnError) throw error;
    return undefined;
  });
  if (result === undefined) {
    log.error('interrupted; nothing was reported');
    return EXIT.interrupted;
  }
  await writeAll(targets, io, settings.text('color') as ColorChoice, (format, options) =>
    KEYS_REPORTERS[format](result, options),
  );
  const onScreen = targets.find(({ file }) => file === undefined || file === '-');
  if (onScreen?.format !== 'text') {
    const line = `${actionLine(result)}: ${countLine(result)}`;
    if (result.complete) log.info(line);
    else log.warn(`${line}; not all could be read`);
  }
  return statusOf(result, settings.isOn('check'));
}

async function report(context: CommandContext, policy: KeyPolicy, filter: KeyFilter): Promise<KeysResult> {
  const { io, configuration } = context;
  const { settings } = configuration;
  const accounts = accountsAsked(configuration);
  if (accounts !== undefined) return reportOver(context, accounts, policy, filter);
  const aws = await connect(settings);
  const progress = createProgress(io, !settings.isOn('quiet'));
  try {
    return await reportOf(context, aws, policy, filter, (phase, done, total) => {
      progress.update({ phase, done, ...(total !== undefined && { total }) });
    });
  } finally {
    progress.clear();
  }
}

async function reportOver(
  context: CommandContext,
  request: AccountsRequest,
  policy: KeyPolicy,
  filter: KeyFilter,
): Promise<KeysResult> {
  const { io, configuration } = context;
  const { selection, results } = await askAccounts<KeysResult>(context, request, {
    purpose: 'keys-report',
    question: { policy, filter, useReport: configuration.settings.isOn('credential-report') },
    work: (connection) => reportOf(context, connection, policy, filter),
    isWhole: ({ complete }) => complete,
  });
  const { self, base, notes } = selection;
  return mergeKeysResults(results, { tool: TOOL, self, policy, region: base.region, now: io.now(), notes });
}

async function reportOf(
  { io, configuration, signal }: CommandContext,
  aws: Connection,
  policy: KeyPolicy,
  filter: KeyFilter,
  onProgress?: InventoryOptions['onProgress'],
): Promise<KeysResult> {
  const inventory = await takeInventory(aws, {
    now: io.now,
    sleep: (ms) => sleep(ms, undefined, { signal }),
    useReport: configuration.settings.isOn('credential-report'),
    isWanted: (user) => isWantedUser(filter, user),
    mustBeFresh: (key) => mustBeFresh(key, policy, filter, io.now()),
    region: aws.region,
    signal,
    ...(onProgress !== undefined && { onProgress }),
  });
  return toKeysResult(inventory, policy, filter, TOOL, aws.region);
}

function filterOf(settings: Settings): KeyFilter {
  const olderThanMs = settings.number('older-than');
  const unusedForMs = settings.number('unused-for');
  return {
    users: settings.list('user'),
    paths: settings.list('path'),
    tags: settings.list('tag'),
    ...(olderThanMs !== undefined && { olderThanMs }),
    ...(unusedForMs !== undefined && { unusedForMs }),
    statuses: settings.list('status'),
    verdicts: settings.list('verdict'),
  };
}

/** What needs action outweighs what is unknown, as findings do in a scan. */
function statusOf({ keys, complete }: KeysResult, isCheck: boolean): number {
  if (isCheck && keys.some(({ verdict }) => needsAction(verdict))) return EXIT.findings;
  const isUnknown = isCheck && keys.some(({ verdict }) => verdict === 'unknown');
  return complete && !isUnknown ? EXIT.ok : EXIT.error;
}
