import { existsSync } from 'node:fs';
import { UsageError } from '../../base/errors.ts';
import { writeBaseline } from '../../config/baseline.ts';
import { plural } from '../../report/numbers.ts';
import { baselineFileOf, scanForBaseline } from '../baseline-file.ts';
import type { CommandContext } from '../commands.ts';

export async function baselineCreate(context: CommandContext): Promise<number> {
  const { path, shownAs } = baselineFileOf(context);
  if (existsSync(path)) {
    throw new UsageError(`${shownAs}: exists already`, { hint: 'keyturn baseline update adds what is new.' });
  }
  const { found, isInterrupted, status } = await scanForBaseline(context);
  if (isInterrupted) return status;
  writeBaseline(path, found, shownAs);
  context.io.stdout.write(
    `${shownAs}: ${plural(found.size, 'finding')} recorded; later scans leave them out\n`,
  );
  return status;
}
