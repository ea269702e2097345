import { EXIT } from '../../base/errors.ts';
import { escapeControl } from '../../report/escape.ts';
import type { CommandContext } from '../commands.ts';
import { rulesInUse, type UsedRule } from '../patterns-in-use.ts';

export async function patternsList(context: CommandContext): Promise<number> {
  const { settings } = context.configuration;
  const rules = await rulesInUse(settings.list('patterns'), context);
  context.io.stdout.write(settings.text('format') === 'json' ? toJson(rules) : toTable(rules));
  return EXIT.ok;
}

function toJson(rules: readonly UsedRule[]): string {
  const listed = rules.map(({ rule: { id, kind, title }, pattern, origin }) => {
    return { id, kind, title, ...(pattern === undefined ? {} : { confidence: pattern.confidence }), origin };
  });
  return `${JSON.stringify({ schemaVersion: 1, rules: listed }, null, 2)}\n`;
}

/** A rule made out of several patterns takes its confidence from them. */
function toTable(rules: readonly UsedRule[]): string {
  const width = Math.max(...rules.map(({ rule }) => rule.id.length));
  const lines = rules.map(({ rule: { id, title }, pattern, origin }) => {
    const from = origin === 'built-in' ? '' : `  (${origin})`;
    return escapeControl(`${id.padEnd(width)}  ${(pattern?.confidence ?? '-').padEnd(6)}  ${title}${from}`);
  });
  return `${lines.join('\n')}\n`;
}
