import { EXIT, UsageError } from '../../base/errors.ts';
import { UNIT_FORMATS, type UnitFormat, unitText } from '../../schedule/units.ts';
import type { CommandContext } from '../commands.ts';
import { checked } from '../schedule-work.ts';

/** What another program needs to start the jobs. */
export async function schedulePrint({ io, configuration, log }: CommandContext): Promise<number> {
  const { settings } = configuration;
  const asked = UNIT_FORMATS.filter((name) => settings.isOn(name));
  const [format] = asked;
  if (format === undefined || asked.length > 1)
    throw new UsageError(`one of ${UNIT_FORMATS.map((name) => `--${name}`).join(', ')}, please`);
  const { schedule } = checked(configuration);
  const config = settings.text('config') ?? configuration.user?.path ?? 'keyturn.yaml';
  const { text, notes } = unitText(format as UnitFormat, schedule, config);
  io.stdout.write(text);
  for (const note of notes) log.warn(note);
  return EXIT.ok;
}
