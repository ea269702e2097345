import { EXIT } from '../../base/errors.ts';
import { formatConfigSchema } from '../../config/schema.ts';
import type { CommandContext } from '../commands.ts';
import { CONFIG_SECTIONS } from '../config-sections.ts';
import { CONFIG_OPTIONS } from '../options.ts';

export async function configSchema({ io }: CommandContext): Promise<number> {
  io.stdout.write(formatConfigSchema(CONFIG_OPTIONS, CONFIG_SECTIONS));
  return EXIT.ok;
}
