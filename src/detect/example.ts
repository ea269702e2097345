import { nearest } from '../base/suggest.ts';
import {
  type Random,
  sampleBase32,
  sampleBase64,
  sampleHex,
  sampleKeyId,
  sampleSecret,
  sampleText,
  sampleToken,
} from './sample.ts';

/**
 * What `{name}` and `{name:argument}` in an example stand for. Examples are templates, so that no file of patterns
 * holds what a scanner would report: values are made when the example is run.
 */
const PLACEHOLDERS: Record<string, (random: Random, argument: string) => string> = {
  keyId: (random, prefix) => sampleKeyId(random, prefix || 'AKIA'),
  secret: (random) => sampleSecret(random),
  token: (random, length) => sampleToken(random, Number(length || 384)),
  base32: (random, length) => sampleBase32(random, Number(length)),
  base64: (random, length) => sampleBase64(random, Number(length)),
  hex: (random, length) => sampleHex(random, Number(length)),
  digits: (random, length) => sampleText(random, '0123456789', Number(length)),
  lower: (random, length) => sampleText(random, 'abcdefghijklmnopqrstuvwxyz0123456789', Number(length)),
  account: () => '210987654321',
  uuid: (random) => [8, 4, 4, 4, 12].map((length) => sampleHex(random, length)).join('-'),
};

/** Encodings of what stands inside: `{b64(text)}`. Innermost first. */
const ENCODERS: Record<string, (text: string) => string> = {
  b64: (text) => Buffer.from(text, 'latin1').toString('base64'),
  b64url: (text) => Buffer.from(text, 'latin1').toString('base64url'),
  hexed: (text) => Buffer.from(text, 'latin1').toString('hex'),
  percent: (text) =>
    text.replace(
      /[^A-Za-z0-9._~-]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    ),
  percentAll: (text) =>
    text.replace(/[\s\S]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`),
  unicode: (text) =>
    text.replace(/[\s\S]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`),
  entities: (text) => text.replace(/[\s\S]/g, (character) => `&#${character.charCodeAt(0)};`),
  json: (text) => JSON.stringify(text).slice(1, -1),
  wrap: (text) => text.replace(/(.{64})/g, '$1\n'),
};

/** `{name}`, `{name:argument}`, with `#label` behind a name for a value that comes up again: `{secret#1}`. */
const PLACEHOLDER = /\{([A-Za-z][A-Za-z0-9]*)(?:#([A-Za-z0-9]+))?(?::([A-Za-z0-9]*))?\}/;
const ENCODED = /\{([A-Za-z][A-Za-z0-9]*)\(([^{}]*)\)\}/;
/** `{{` and `}}` are braces; they wait here until everything else is expanded. */
const OPEN = '\ue000';
const CLOSE = '\ue001';

/**
 * An example with its values filled in; `values` collects what stands for labelled placeholders. Throws an Error
 * for an unknown name.
 */
export function expandExample(
  template: string,
  random: Random,
  values: Map<string, string> = new Map(),
): string {
  let text = template.replaceAll('{{', OPEN).replaceAll('}}', CLOSE);
  text = expandPlaceholders(text, random, values);
  for (let match = ENCODED.exec(text); match !== null; match = ENCODED.exec(text)) {
    const encode = ENCODERS[match[1]!] ?? unknown(match[1]!, Object.keys(ENCODERS));
    const encoded = encode(restore(match[2]!)).replaceAll('{', OPEN).replaceAll('}', CLOSE);
    text = text.slice(0, match.index) + encoded + text.slice(match.index + match[0].length);
  }
  return restore(text);
}

function expandPlaceholders(text: string, random: Random, values: Map<string, string>): string {
  const all = new RegExp(PLACEHOLDER, 'g');
  return text.replace(all, (_, name: string, label: string | undefined, argument: string | undefined) => {
    const make = PLACEHOLDERS[name] ?? unknown(name, Object.keys(PLACEHOLDERS));
    const key = label === undefined ? undefined : `${name}#${label}`;
    const known = key === undefined ? undefined : values.get(key);
    if (known !== undefined) return known;
    const value = make(random, argument ?? '');
    values.set(key ?? `${name}#${values.size}`, value);
    return value;
  });
}

function restore(text: string): string {
  return text.replaceAll(OPEN, '{').replaceAll(CLOSE, '}');
}

function unknown(name: string, names: string[]): never {
  const near = nearest(name, names);
  throw new Error(`unknown placeholder {${name}}${near === undefined ? '' : `; did you mean {${near}}?`}`);
}
