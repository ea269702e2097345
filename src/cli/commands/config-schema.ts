import { EXIT } from '../../base/errors.ts';
import { formatConfigSchema } from '../../config/schema.ts';
import type { CommandContext } from '../commands.ts';
import { SECTION_SCHEMAS } from '../config-sections.ts';
import { CONFIG_OPTIONS } from '../options.ts';

export async function configSchema({ io }: CommandContext): Promise<number> {
  io.stdout.write(formatConfigSchema(CONFIG_OPTIONS, SECTION_SCHEMAS));
  return EXIT.ok;
}
