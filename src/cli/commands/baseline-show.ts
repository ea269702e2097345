import { EXIT } from '../../base/errors.ts';
import { formatBaseline, readBaseline } from '../../config/baseline.ts';
import { baselineFileOf } from '../baseline-file.ts';
import type { CommandContext } from '../commands.ts';

export async function baselineShow(context: CommandContext): Promise<number> {
  const { path, shownAs } = baselineFileOf(context);
  const fingerprints = readBaseline(path, shownAs);
  const isJson = context.configuration.settings.text('format') === 'json';
  const lines = [...fingerprints].sort().map((fingerprint) => `${fingerprint}\n`);
  context.io.stdout.write(isJson ? formatBaseline(fingerprints) : lines.join(''));
  return EXIT.ok;
}
