import {
  makeBase64,
  makeHex,
  makeKeyId,
  makeRandom,
  makeSecret,
  makeToken,
  type Random,
} from '../../helpers/credentials.ts';

/** What stands for the values in a case: `@ID@`, `@SECRET@`, `@b64:ID@` and so on. */
export interface Values {
  ID: string;
  SECRET: string;
  ID2: string;
  SECRET2: string;
  ID3: string;
  SECRET3: string;
  /** A temporary key ID, and what belongs to it. */
  TEMP: string;
  TOKEN: string;
  TEMP2: string;
  TOKEN2: string;
}

export function makeValues(seed: number): Values {
  const random = makeRandom(seed);
  return {
    ID: makeKeyId(random),
    SECRET: makeSecret(random),
    ID2: makeKeyId(random, { account: '345678901234' }),
    SECRET2: makeSecret(random),
    ID3: makeKeyId(random, { account: '456789012345' }),
    SECRET3: makeSecret(random),
    TEMP: makeKeyId(random, { prefix: 'ASIA' }),
    TOKEN: makeToken(random),
    TEMP2: makeKeyId(random, { prefix: 'ASIA', account: '345678901234' }),
    TOKEN2: makeToken(random, 500),
  };
}

const ENCODERS: Record<string, (text: string) => string> = {
  b64: (text) => Buffer.from(text).toString('base64'),
  b64nl: (text) => Buffer.from(`${text}\n`).toString('base64'),
  url: encodeURIComponent,
  slashes: (text) => text.replaceAll('/', '\\/'),
  u002: (text) => text.replace(/[+/]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`),
  entities: (text) => text.replaceAll('+', '&#43;').replaceAll('/', '&#47;'),
  hex: (text) => Buffer.from(text).toString('hex'),
};

/** Fills a case in. `@hex40@`, `@base64_44@` make something random; a filled part in `@b64(` ... `)@` is encoded as a whole. */
export function fill(template: string, values: Values, random: Random = makeRandom(99)): string {
  const filled = template.replace(
    /@(?:(\w+):)?([A-Z]+[0-9]?)@/g,
    (_, encoder: string | undefined, name: string) => {
      const value = values[name as keyof Values];
      if (value === undefined) throw new Error(`no value ${name}`);
      return encoder === undefined ? value : ENCODERS[encoder]!(value);
    },
  );
  const made = filled.replace(/@(hex|base64_)([0-9]+)@/g, (_, kind: string, length: string) =>
    kind === 'hex' ? makeHex(random, Number(length)) : makeBase64(random, Number(length)),
  );
  return encodeInside(made);
}

/** Innermost first. */
function encodeInside(text: string): string {
  const innermost = /@(\w+)\(((?:(?!@\w+\()[\s\S])*?)\)@/;
  let encoded = text;
  for (let match = innermost.exec(encoded); match !== null; match = innermost.exec(encoded)) {
    const [whole, encoder, inner] = match;
    encoded =
      encoded.slice(0, match.index) + ENCODERS[encoder!]!(inner!) + encoded.slice(match.index + whole.length);
  }
  return encoded;
}
