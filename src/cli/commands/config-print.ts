import { EXIT } from '../../base/errors.ts';
import { ACCOUNTS_KEY, AUDIT_KEY, KEYS_KEY, NOTIFY_KEY, SCHEDULE_KEY } from '../../config/file.ts';
import { type Configuration, fileLayers } from '../../config/load.ts';
import { type Layer, readEnvironment, resolveSettings, type SettingValue } from '../../config/settings.ts';
import type { Located } from '../../config/shape.ts';
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
  const sections = await sectionsOf(configuration);
  if (settings.text('format') === 'json') {
    const entries = allow.map(({ text, where }) => ({ value: text, where }));
    const printed = { schemaVersion: 1, files, settings: rows, allow: entries, ...sections };
    io.stdout.write(`${JSON.stringify(printed, null, 2)}\n`);
    return EXIT.ok;
  }
  const head = files.length === 0 ? ['# no configuration file'] : files.map((path) => `# read ${path}`);
  const tail = allow.map(({ text, where }) => [`  - ${JSON.stringify(text)}`, where] as const);
  const lines = [...rows.map(toLine), ...(tail.length === 0 ? [] : [['allow:', ''] as const, ...tail])];
  for (const [name, { value, where }] of Object.entries(sections))
    lines.push([`${name}: ${JSON.stringify(value)}`, where]);
  io.stdout.write(`${[...head, ...align(lines)].map(escapeControl).join('\n')}\n`);
  return EXIT.ok;
}

interface Section {
  value: object;
  where: string;
}

/** The sections that a file has, defaults and all. Throws for one that cannot be used. */
async function sectionsOf({ project, user }: Configuration): Promise<Record<string, Section>> {
  const files = { ...(project !== undefined && { project }), ...(user !== undefined && { user }) };
  const keys = project?.keys ?? user?.keys;
  const accounts = project?.accounts ?? user?.accounts;
  const found: Record<string, Section> = {};
  if (keys !== undefined) {
    const { readPolicy, toSection } = await import('../../keys/policy-file.ts');
    found[KEYS_KEY] = { value: toSection(readPolicy(files)), where: keys.where };
  }
  if (accounts !== undefined) {
    const { readAccounts } = await import('../../accounts/section.ts');
    found[ACCOUNTS_KEY] = { value: readAccounts(files), where: accounts.where };
  }
  const audit = project?.audit ?? user?.audit;
  if (audit !== undefined) {
    const { readAuditConfig, toAuditSection } = await import('../../audit/rules-file.ts');
    found[AUDIT_KEY] = { value: toAuditSection(readAuditConfig(files)), where: audit.where };
  }
  const schedule = project?.schedule ?? user?.schedule;
  if (schedule !== undefined) {
    const { readSchedule } = await import('../../schedule/schedule-file.ts');
    readSchedule(files);
    found[SCHEDULE_KEY] = asItStands(schedule);
  }
  // No secret is there.
  const notify = project?.notify ?? user?.notify;
  if (notify !== undefined) {
    const { readNotifyPlan } = await import('../../notify/notify-file.ts');
    readNotifyPlan(files);
    found[NOTIFY_KEY] = asItStands(notify);
  }
  return found;
}

function asItStands({ node, where }: Located): Section {
  return { value: node?.toJSON() ?? {}, where };
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
