import { defaultOf, spellingOf } from '../../src/cli/help.ts';
import { OPTION_GROUPS, OPTIONS, type OptionSpec } from '../../src/cli/options.ts';
import { variableOf } from '../../src/config/settings.ts';

const BEGIN =
  '<!-- reference: generated from src/cli/options.ts; `npx vitest run test/cli/reference.test.ts -u` renews it -->';
const END = '<!-- /reference -->';

/** `document` with the part between the two marks made anew from the option table. */
export function renewReference(document: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin === -1 || end < begin) throw new Error('the marks of the reference are gone');
  return `${document.slice(0, begin + BEGIN.length)}\n\n${reference()}\n${document.slice(end)}`;
}

function reference(): string {
  return OPTION_GROUPS.map((group) => {
    const options = OPTIONS.filter((option) => option.group === group && isMain(option));
    const title = group.charAt(0) + group.slice(1).toLowerCase();
    return `### ${title}\n\n${options.map(entry).join('\n')}`;
  }).join('\n');
}

/** Of two options of one name, the one with the key. */
function isMain(option: OptionSpec): boolean {
  return (
    option.key !== undefined || !OPTIONS.some(({ name, key }) => name === option.name && key !== undefined)
  );
}

function entry(option: OptionSpec): string {
  const variable = variableOf(option);
  const value =
    option.default === true ? 'true' : (defaultOf(option) ?? (option.type === 'flag' ? 'false' : undefined));
  const facts = [
    ...(option.key === undefined ? [] : [`key \`${option.key}\``]),
    ...(variable === undefined ? [] : [`variable \`${variable}\``]),
    ...(option.key === undefined || value === undefined
      ? []
      : [`default ${value.includes(' ') ? value : `\`${value}\``}`]),
  ];
  const choices =
    option.choices === undefined
      ? ''
      : ` One of ${option.choices.map((choice) => `\`${choice}\``).join(', ')}.`;
  const details = option.details === undefined ? '' : ` ${option.details}`;
  const none = option.none === undefined ? '' : `\n\`--no-${option.name}\`: ${option.none}.\n`;
  return `#### \`${spellingOf(option).trim()}\`\n\n${option.text}.${details}${choices}\n${none}${facts.length === 0 ? '' : `\n${facts.join(' · ')}\n`}`;
}
