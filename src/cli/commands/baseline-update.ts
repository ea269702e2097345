import { existsSync } from 'node:fs';
import { UsageError } from '../../base/errors.ts';
import { readBaseline, writeBaseline } from '../../config/baseline.ts';
import { plural } from '../../report/numbers.ts';
import { baselineFileOf, scanForBaseline } from '../baseline-file.ts';
import type { CommandContext } from '../commands.ts';

/** Adds only, unless asked to prune: a scan of the files sees less than the history that the baseline may come from. */
export async function baselineUpdate(context: CommandContext): Promise<number> {
  const { path, shownAs } = baselineFileOf(context);
  if (!existsSync(path)) {
    throw new UsageError(`${shownAs}: no such baseline`, { hint: 'keyturn baseline create writes one.' });
  }
  const known = readBaseline(path, shownAs);
  const { found, isInterrupted, status } = await scanForBaseline(context);
  if (isInterrupted) return status;
  const added = [...found].filter((fingerprint) => !known.has(fingerprint));
  // What an incomplete scan did not see may well be there.
  const isPruning = context.configuration.settings.isOn('prune') && status === 0;
  const gone = isPruning ? [...known].filter((fingerprint) => !found.has(fingerprint)) : [];
  const left = new Set([...known, ...added]);
  for (const fingerprint of gone) left.delete(fingerprint);
  if (added.length + gone.length > 0) writeBaseline(path, left, shownAs);
  context.io.stdout.write(
    `${shownAs}: ${added.length} added, ${gone.length} removed, ${plural(left.size, 'finding')} recorded\n`,
  );
  return status;
}
