import { describe, expect, it } from 'vitest';
import { makeKeyId, makeRandom, makeSecret } from '../helpers/credentials.ts';
import { scan } from './scan.ts';

const random = makeRandom(41);
const id = makeKeyId(random);
const secret = makeSecret(random);

function allowedIn(text: string): (string | undefined)[] {
  return scan(text).map((match) => match.allowedBy);
}

describe('allow comments', () => {
  it.each([
    ['# keyturn:allow for the test account', 'keyturn:allow'],
    ['// gitleaks:allow', 'gitleaks:allow'],
    ['/* betterleaks:allow */', 'betterleaks:allow'],
    ['# trufflehog:ignore', 'trufflehog:ignore'],
    ['# kingfisher:ignore', 'kingfisher:ignore'],
    ['# ggignore', 'ggignore'],
    ['# pragma: allowlist secret', 'pragma: allowlist secret'],
    ['# PRAGMA: WHITELIST SECRET', 'pragma: allowlist secret'],
  ])('%s holds for its line', (comment, name) => {
    expect(allowedIn(`key = ${id} ${comment}\n`)).toEqual([name]);
    expect(allowedIn(`key = ${id}\n${comment}\n`)).toEqual([undefined]);
    expect(allowedIn(`${comment}\nkey = ${id}\n`)).toEqual([undefined]);
  });

  it.each([
    ['# keyturn:allow-next-line', 'keyturn:allow-next-line'],
    ['# pragma: allowlist nextline secret', 'pragma: allowlist nextline secret'],
  ])('%s holds for the next line', (comment, name) => {
    expect(allowedIn(`${comment}\nkey = ${id}\n`)).toEqual([name]);
    expect(allowedIn(`${comment}\n\nkey = ${id}\n`)).toEqual([undefined]);
    expect(allowedIn(`key = ${id} ${comment}\n`)).toEqual([undefined]);
  });

  it('let a pair pass from either of its lines', () => {
    expect(allowedIn(`AWS_ACCESS_KEY_ID=${id} # keyturn:allow\nAWS_SECRET_ACCESS_KEY=${secret}\n`)).toEqual([
      'keyturn:allow',
    ]);
    expect(allowedIn(`AWS_ACCESS_KEY_ID=${id}\nAWS_SECRET_ACCESS_KEY=${secret} # keyturn:allow\n`)).toEqual([
      'keyturn:allow',
    ]);
  });

  it('are read in UTF-16 too', () => {
    const bytes = Buffer.from(`\ufeffkey = ${id} # keyturn:allow\r\n`, 'utf16le');
    expect(scan(bytes).map((match) => match.allowedBy)).toEqual(['keyturn:allow']);
  });

  it('never make a match disappear', () => {
    expect(scan(`key = ${id} # gitleaks:allow\n`)).toHaveLength(1);
  });
});
