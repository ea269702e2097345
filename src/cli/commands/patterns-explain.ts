import { EXIT, UsageError } from '../../base/errors.ts';
import { nearest } from '../../base/suggest.ts';
import type { Pattern } from '../../detect/pattern.ts';
import { escapeControl } from '../../report/escape.ts';
import type { CommandContext } from '../commands.ts';
import { rulesInUse, type UsedRule } from '../patterns-in-use.ts';

export async function patternsExplain(context: CommandContext): Promise<number> {
  const [wanted = ''] = context.args;
  const { settings } = context.configuration;
  const rules = await rulesInUse(settings.list('patterns'), context);
  const found = rules.find(({ rule }) => rule.id === wanted);
  if (found === undefined) throw unknownRule(wanted, rules);
  const isJson = settings.text('format') === 'json';
  context.io.stdout.write(isJson ? toJson(found) : toText(found));
  return EXIT.ok;
}

function unknownRule(wanted: string, rules: readonly UsedRule[]): UsageError {
  const near = nearest(
    wanted,
    rules.map(({ rule }) => rule.id),
  );
  const hint = near === undefined ? 'keyturn patterns list names all of them.' : `Did you mean ${near}?`;
  return new UsageError(`${JSON.stringify(wanted)}: no such rule`, { hint });
}

function toJson({ rule: { id, kind, title, remediation }, pattern, origin }: UsedRule): string {
  const rule = { id, kind, title, remediation, origin };
  return `${JSON.stringify({ schemaVersion: 1, rule, ...(pattern === undefined ? {} : { pattern }) }, null, 2)}\n`;
}

function toText({ rule: { id, kind, title, remediation }, pattern, origin }: UsedRule): string {
  const lines = [
    `${id}: ${title}`,
    '',
    `kind        ${kind}`,
    ...(pattern === undefined
      ? ['made of     what other patterns find side by side']
      : patternFacts(pattern)),
    `from        ${origin}`,
    '',
    ...remediation.trim().split('\n'),
  ];
  return `${lines.map(escapeControl).join('\n')}\n`;
}

function patternFacts({ confidence, anchors, near, raise, entropy, alphabet }: Pattern): string[] {
  return [
    `confidence  ${confidence}`,
    ...raise.map(
      ({ to, words, within }) => `            ${to} within ${within} bytes of ${words.join(', ')}`,
    ),
    `found by    ${[...new Set(anchors.map(({ text }) => text))].join('  ')}`,
    ...(near === undefined ? [] : [`only near   ${near.words.join(', ')} (within ${near.within} bytes)`]),
    ...(alphabet === undefined ? [] : [`alphabet    ${alphabet}`]),
    ...(entropy === undefined ? [] : [`entropy     at least ${entropy} bits per character`]),
  ];
}
