import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../../base/errors.ts';
import { VERSION } from '../../base/version.ts';
import type { Settings } from '../../config/settings.ts';
import { takeInventory } from '../../keys/inventory.ts';
import type { KeyPolicy } from '../../keys/policy.ts';
import { readPolicy } from '../../keys/policy-file.ts';
import { isWantedUser, type KeyFilter, mustBeFresh, toKeysResult } from '../../keys/report.ts';
import type { KeysFormat } from '../../report/keys-formats.ts';
import { KEYS_REPORTERS } from '../../report/keys-index.ts';
import { type KeysResult, needsAction } from '../../report/keys-result.ts';
import { actionLine, countLine } from '../../report/keys-summary.ts';
import { connect } from '../aws-connection.ts';
import type { CommandContext } from '../commands.ts';
import { writeAll } from '../output.ts';
import { createProgress } from '../progress.ts';
import { reportTargetsOf } from '../report-targets.ts';
import type { ColorChoice } from '../terminal.ts';

export async function keysReport(context: CommandContext): Promise<number> {
  const { io, configuration, log } = context;
  const { settings } = configuration;
  const policy = readPolicy(configuration);
  const filter = filterOf(settings);
  const targets = reportTargetsOf<KeysFormat>(settings);
  const result = await report(context, policy, filter).catch((error: unknown) => {
    if (!context.signal.aborted) throw error;
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
  const { io, configuration, signal } = context;
  const { settings } = configuration;
  const aws = await connect(settings);
  const { region } = aws;
  const progress = createProgress(io, !settings.isOn('quiet'));
  try {
    const inventory = await takeInventory(aws, {
      now: io.now,
      sleep: (ms) => sleep(ms, undefined, { signal }),
      useReport: settings.isOn('credential-report'),
      isWanted: (user) => isWantedUser(filter, user),
      mustBeFresh: (key) => mustBeFresh(key, policy, filter, io.now()),
      region,
      signal,
      onProgress: (phase, done, total) => {
        progress.update({ phase, done, ...(total !== undefined && { total }) });
      },
    });
    return toKeysResult(inventory, policy, filter, { name: 'keyturn', version: VERSION }, region);
  } finally {
    progress.clear();
  }
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
