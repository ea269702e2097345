import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../base/errors.ts';
import type { Settings } from '../config/settings.ts';
import type { ReportFormat } from '../report/formats.ts';
import type { ReportTarget } from './output.ts';

/** `--format` for standard output, unless only `--output FORMAT=-` asks for it, and the files of `--output`. */
export function reportTargetsOf<Format extends string = ReportFormat>(
  settings: Settings,
): ReportTarget<Format>[] {
  const outputs = settings.list('output').map((output): ReportTarget<Format> => {
    const at = output.indexOf('=');
    return { format: output.slice(0, at) as Format, file: output.slice(at + 1) };
  });
  for (const { file } of outputs) checkFolder(file);
  const format = settings.find('format')!;
  const isTaken = outputs.some(({ file }) => file === '-');
  if (isTaken && format.origin.layer !== 'flag') return outputs;
  return [{ format: format.value as Format }, ...outputs];
}

/** Better now than after minutes of scanning. */
function checkFolder(file: string | undefined): void {
  if (file === undefined || file === '-' || existsSync(dirname(file))) return;
  throw new UsageError(`--output: ${dirname(file)}: no such folder`);
}
