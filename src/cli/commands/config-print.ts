import { EXIT } from '../../base/errors.ts';
import { type Configuration, fileLayers } from '../../config/load.ts';
import { type Layer, readEnvironment, resolveSettings, type SettingValue } from '../../config/settings.ts';
import { escapeControl } from '../../report/escape.ts';
import type { CommandContext } from '../commands.ts';
import { defaultOf, sizeText } from '../help.ts';
import { CONFIG_OPTIONS, type OptionSpec } from '../options.ts';

/** One setting as it is printed. */
interface Row {
  key: string;
  /** Absent where the default is computed; `computed` then says how. */
  value?: SettingValue;
  computed?: string;
  layer: Layer;
  where: string;
}

export async function configPrint(context: CommandContext): Promise<number> {
  const { io, configuration } = context;
  const { project, user, settings } = configuration;
  const files = [project?.path, user?.path].filter((path) => path !== undefined);
  const allow = [...(project?.allow ?? []), ...(user?.allow ?? [])];
  const rows = rowsOf(context);
  const keys = await keysOf(configuration);
  const audit = await auditOf(configuration);
  if (settings.text('format') === 'json') {
    const entries = allow.map(({ text, where }) => ({ value: text, where }));
    io.stdout.write(
      `${JSON.stringify({ schemaVersion: 1, files, settings: rows, allow: entries, ...(keys && { keys }), ...(audit && { audit }) }, null, 2)}\n`,
    );
    return EXIT.ok;
  }
  const head = files.length === 0 ? ['# no configuration file'] : files.map((path) => `# read ${path}`);
  const tail = allow.map(({ text, where }) => [`  - ${JSON.stringify(text)}`, where] as const);
  const lines = [...rows.map(toLine), ...(tail.length === 0 ? [] : [['allow:', ''] as const, ...tail])];
  if (keys !== undefined) lines.push([`keys: ${JSON.stringify(keys.value)}`, keys.where]);
  if (audit !== undefined) lines.push([`audit: ${JSON.stringify(audit.value)}`, audit.where]);
  io.stdout.write(`${[...head, ...align(lines)].map(escapeControl).join('\n')}\n`);
  return EXIT.ok;
}

/** The policy for keys, defaults and all, where a file has one. Throws for a section that cannot be used. */
async function keysOf({
  project,
  user,
}: Configuration): Promise<{ value: object; where: string } | undefined> {
  const section = project?.keys ?? user?.keys;
  if (section === undefined) return undefined;
  const { readPolicy, toSection } = await import('../../keys/policy-file.ts');
  const files = { ...(project !== undefined && { project }), ...(user !== undefined && { user }) };
  return { value: toSection(readPolicy(files)), where: section.where };
}

/** What an audit holds an account to, likewise. */
async function auditOf({
  project,
  user,
}: Configuration): Promise<{ value: object; where: string } | undefined> {
  const section = project?.audit ?? user?.audit;
  if (section === undefined) return undefined;
  const { readAuditConfig, toAuditSection } = await import('../../audit/rules-file.ts');
  const files = { ...(project !== undefined && { project }), ...(user !== undefined && { user }) };
  return { value: toAuditSection(readAuditConfig(files)), where: section.where };
}

function rowsOf({ io, flags, configuration }: CommandContext): Row[] {
  // --format is here how to print, and there what is printed.
  const values = new Map([...flags].filter(([name]) => name !== 'format'));
  const settings = resolveSettings(CONFIG_OPTIONS, [
    { layer: 'flag', values },
    readEnvironment(CONFIG_OPTIONS, io.env, io.cwd),
    ...fileLayers(configuration),
  ]);
  return CONFIG_OPTIONS.map((option) => {
    const key = option.key!;
    const setting = settings.find(option.name);
    if (setting !== undefined) return { key, value: shortest(setting.value, option), ...setting.origin };
    const computed = defaultOf(option);
    const fallback = computed === undefined ? { value: option.isList ? [] : false } : { computed };
    return { key, ...fallback, layer: 'default', where: 'default' };
  });
}

function shortest(value: SettingValue, { type }: OptionSpec): SettingValue {
  return type === 'size' ? sizeText(Number(value)) : value;
}

/** What is printed can be used as a configuration: what is computed stays a comment. */
function toLine({ key, value, computed, where }: Row): readonly [left: string, where: string] {
  if (computed !== undefined) return [`# ${key}: ${computed}`, ''];
  const isPlain = typeof value === 'string' && /^[A-Za-z/.][\w/.-]*$/.test(value);
  return [`${key}: ${isPlain ? value : JSON.stringify(value)}`, where];
}

function align(lines: readonly (readonly [left: string, where: string])[]): string[] {
  const width = Math.min(48, Math.max(...lines.map(([left]) => left.length)));
  return lines.map(([left, where]) => (where === '' ? left : `${left.padEnd(width)}  # ${where}`));
}
