import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { STSClient } from '@aws-sdk/client-sts';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import { readSource } from '../../../src/keys/migrate/read-source.ts';
import { addProfile, moveIn, moveOut, processOf, profileIn } from '../../../src/keys/migrate/rewrite.ts';
import { asBytes, makeKey } from './samples.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const { id: ID, secret: SECRET } = makeKey(1);
const OTHER = makeKey(2);
const COMMAND = 'keyturn credentials keyturn/ci --region eu-west-1 --profile sso';
const LINE = `credential_process = ${COMMAND}`;

function movedOut(text: string, profile?: string): string {
  const { places, left } = readSource(text);
  expect(left).toEqual([]);
  const place = places.find((one) => one.profile === profile)!;
  expect([place.key.id, place.key.secret.reveal()]).toEqual([ID, SECRET]);
  return moveOut(text, place, place.format === 'ini' ? COMMAND : 'ci');
}

describe('an AWS credentials file', () => {
  const pair = `aws_access_key_id = ${ID}\naws_secret_access_key = ${SECRET}\n`;

  it.each([
    ['as the AWS CLI writes it', `[ci]\n${pair}`, `[ci]\n${LINE}\n`],
    [
      'the secret first',
      `[ci]\naws_secret_access_key=${SECRET}\naws_access_key_id=${ID}\n`,
      `[ci]\ncredential_process=${COMMAND}\n`,
    ],
    [
      'other fields between',
      `[ci]\naws_access_key_id = ${ID}\nregion = x\n# note\naws_secret_access_key = ${SECRET}\noutput = json\n`,
      `[ci]\n${LINE}\nregion = x\n# note\noutput = json\n`,
    ],
    ['CRLF', `[ci]\n${pair}output = json`.replaceAll('\n', '\r\n'), `[ci]\r\n${LINE}\r\noutput = json`],
    ['a byte order mark', asBytes(`\ufeff[ci]\n${pair}`), asBytes(`\ufeff[ci]\n${LINE}\n`)],
    ['no line end at the end', `[ci]\n${pair}`.trimEnd(), `[ci]\n${LINE}\n`],
    ['quotes', `[ci]\naws_access_key_id = "${ID}"\naws_secret_access_key = '${SECRET}'\n`, `[ci]\n${LINE}\n`],
    ['capitals', `[ci]\nAWS_ACCESS_KEY_ID = ${ID}\nAWS_SECRET_ACCESS_KEY = ${SECRET}\n`, `[ci]\n${LINE}\n`],
    [
      'a colon',
      `[ci]\naws_access_key_id: ${ID}\naws_secret_access_key: ${SECRET}\n`,
      `[ci]\ncredential_process: ${COMMAND}\n`,
    ],
    [
      'indentation',
      `[ci]\n  aws_access_key_id = ${ID}\n  aws_secret_access_key = ${SECRET}\n`,
      `[ci]\n  ${LINE}\n`,
    ],
    [
      'comments behind',
      `[ci]\naws_access_key_id = ${ID} # of Eve\naws_secret_access_key = ${SECRET} ; old\n`,
      `[ci]\n# of Eve\n${LINE}\n; old\n`,
    ],
    ['an empty session token', `[ci]\n${pair}aws_session_token =\n`, `[ci]\n${LINE}\naws_session_token =\n`],
    ['a header with a comment', `[ci] # mine\n${pair}`, `[ci] # mine\n${LINE}\n`],
    ['umlauts', asBytes(`# für ci\n[ci]\n${pair}`), asBytes(`# für ci\n[ci]\n${LINE}\n`)],
    [
      'a commented pair',
      `[ci]\n#aws_access_key_id = ${OTHER.id}\n${pair}`,
      `[ci]\n#aws_access_key_id = ${OTHER.id}\n${LINE}\n`,
    ],
    [
      'a nested block',
      `[ci]\ns3 =\n  aws_access_key_id = no\n${pair}`,
      `[ci]\ns3 =\n  aws_access_key_id = no\n${LINE}\n`,
    ],
  ])('%s', (_, before, after) => {
    expect(movedOut(before, 'ci')).toBe(after);
  });

  it('is the same again after the way back', () => {
    for (const text of [
      `[a]\nregion = x\n[ci]\n${pair}[b]\n`,
      `[ci]\r\naws_access_key_id=${ID}\r\naws_secret_access_key=${SECRET}\r\n`,
    ]) {
      const moved = movedOut(text, 'ci');
      const field = processOf(moved, 'ci')!;
      expect(field.value).toBe(COMMAND);
      expect(moveIn(moved, field, { id: ID, secret: new Secret(SECRET) })).toBe(text);
    }
  });

  it('gets a profile at its end', () => {
    expect(addProfile('', 'ci', COMMAND)).toBe(`[ci]\n${LINE}\n`);
    expect(addProfile('[a]\r\nregion = x\r\n', 'ci', COMMAND)).toBe(
      `[a]\r\nregion = x\r\n\r\n[ci]\r\n${LINE}\r\n`,
    );
    expect(addProfile('[a]', 'ci', COMMAND)).toBe(`[a]\n\n[ci]\n${LINE}\n`);
  });
});

describe('a .env file', () => {
  it.each([
    [
      'plain',
      `A=1\nAWS_ACCESS_KEY_ID=${ID}\nAWS_SECRET_ACCESS_KEY=${SECRET}\nB=2\n`,
      'A=1\nAWS_PROFILE=ci\nB=2\n',
    ],
    [
      'export',
      `export AWS_SECRET_ACCESS_KEY=${SECRET}\nexport AWS_ACCESS_KEY_ID=${ID}`,
      'export AWS_PROFILE=ci',
    ],
    ['quotes', `AWS_ACCESS_KEY_ID="${ID}"\nAWS_SECRET_ACCESS_KEY='${SECRET}'\n`, 'AWS_PROFILE="ci"\n'],
    ['spaces', `AWS_ACCESS_KEY_ID = ${ID}\nAWS_SECRET_ACCESS_KEY = ${SECRET}  \n`, 'AWS_PROFILE = ci\n'],
    [
      'comments',
      `AWS_ACCESS_KEY_ID=${ID} # ci\nAWS_SECRET_ACCESS_KEY="${SECRET}" # old\n`,
      '# ci\nAWS_PROFILE=ci\n# old\n',
    ],
    [
      'CRLF and a byte order mark',
      asBytes(`\ufeffAWS_ACCESS_KEY_ID=${ID}\r\nAWS_SECRET_ACCESS_KEY=${SECRET}\r\nA=1\r\n`),
      asBytes('\ufeffAWS_PROFILE=ci\r\nA=1\r\n'),
    ],
    [
      'a value of several lines',
      `K="a\nAWS_ACCESS_KEY_ID=${OTHER.id}\nb"\nAWS_ACCESS_KEY_ID=${ID}\nAWS_SECRET_ACCESS_KEY=${SECRET}\n`,
      `K="a\nAWS_ACCESS_KEY_ID=${OTHER.id}\nb"\nAWS_PROFILE=ci\n`,
    ],
    [
      'a commented pair',
      `# AWS_ACCESS_KEY_ID=${OTHER.id}\nAWS_ACCESS_KEY_ID=${ID}\nAWS_SECRET_ACCESS_KEY=${SECRET}\n`,
      `# AWS_ACCESS_KEY_ID=${OTHER.id}\nAWS_PROFILE=ci\n`,
    ],
    [
      'an empty profile',
      `AWS_SESSION_TOKEN=\nAWS_ACCESS_KEY_ID=${ID}\nAWS_SECRET_ACCESS_KEY=${SECRET}\n`,
      'AWS_SESSION_TOKEN=\nAWS_PROFILE=ci\n',
    ],
  ])('%s', (_, before, after) => {
    expect(movedOut(before)).toBe(after);
  });

  it('is the same again after the way back', () => {
    for (const text of [
      `A=1\nexport AWS_ACCESS_KEY_ID="${ID}"\nexport AWS_SECRET_ACCESS_KEY="${SECRET}"\n`,
    ]) {
      const moved = movedOut(text);
      expect(moveIn(moved, profileIn(moved)!, { id: ID, secret: new Secret(SECRET) })).toBe(text);
    }
  });
});

const folder = mkdtempSync(join(tmpdir(), 'keyturn-rewrite-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const eol = fc.constantFrom('\n', '\r\n');
const blank = fc.constantFrom('', '  ', '\t');
const word = fc.string({ unit: fc.constantFrom(...'abcxyzABC019_-./+ é"\'$'), maxLength: 14 });
const comment = fc.tuple(fc.constantFrom('#', ';', '# '), word).map(([mark, text]) => asBytes(mark + text));

/** Lines of a file, each with its own line end; the last may have none. */
function joined(lines: readonly string[], ends: readonly string[], isOpen: boolean): string {
  const text = lines.map((line, i) => line + ends[i % ends.length]!).join('');
  return isOpen ? text.replace(/\r?\n$/, '') : text;
}

/** All lines but those that may change, with their line ends. */
function untouched(text: string, isOurs: (line: string) => boolean): string[] {
  return (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).filter((line) => !isOurs(line));
}

describe('whatever stands around', () => {
  it('in a credentials file, no other line changes, and the SDK reads the other profiles as before', async () => {
    const field = fc
      .tuple(fc.constantFrom('region', 'output', 'x_y', 'sso_url'), fc.constantFrom('=', ' = '), word)
      .map(([name, separator, value]) => asBytes(`${name}${separator}${value}`));
    const filler = fc.oneof(field, comment, blank, fc.constant('s3 =\n  max = 1'));
    const fillers = fc.array(filler, { maxLength: 4 });
    const separator = fc.constantFrom('=', ' = ', ' =', '\t= ');
    const quote = fc.constantFrom('', '"');
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fillers, fillers, fillers, fillers),
        fc.record({ separator, quote, isSecretFirst: fc.boolean(), isLast: fc.boolean() }),
        fc.array(eol, { minLength: 1, maxLength: 5 }),
        fc.record({ isOpen: fc.boolean(), hasMark: fc.boolean() }),
        async ([before, one, two, three], how, ends, { isOpen, hasMark }) => {
          const idLine = `aws_access_key_id${how.separator}${how.quote}${ID}${how.quote}`;
          const secretLine = `aws_secret_access_key${how.separator}${how.quote}${SECRET}${how.quote}`;
          const pair = how.isSecretFirst ? [secretLine, ...two, idLine] : [idLine, ...two, secretLine];
          const ci = ['[ci]', ...one, ...pair, ...three];
          const other = [
            '[other]',
            `aws_access_key_id = ${OTHER.id}`,
            `aws_secret_access_key = ${OTHER.secret}`,
          ];
          const lines = how.isLast ? [...before, ...other, ...ci] : [...before, ...ci, ...other];
          const text = (hasMark ? asBytes('\ufeff') : '') + joined(lines, ends, isOpen);
          const after = movedOut(text, 'ci');
          const isOurs = (line: string) =>
            /^(?:aws_|credential_process)/.test(line) &&
            [ID, SECRET, COMMAND].some((part) => line.includes(part));
          expect(untouched(after, isOurs)).toEqual(untouched(text, isOurs));
          expect(after).not.toContain(SECRET);
          expect(after.split(COMMAND)).toHaveLength(2);
          expect(processOf(after, 'ci')?.value).toBe(COMMAND);
          if (hasMark) return;
          // The SDK keeps what it has read by the file's name.
          const file = join(folder, `credentials-${runs++}`);
          writeFileSync(file, after, 'latin1');
          process.env['AWS_SHARED_CREDENTIALS_FILE'] = file;
          const client = new STSClient({ profile: 'other', region: 'eu-west-1' });
          expect(await client.config.credentials()).toMatchObject({
            accessKeyId: OTHER.id,
            secretAccessKey: OTHER.secret,
          });
        },
      ),
      { numRuns: 150 },
    );
    delete process.env['AWS_SHARED_CREDENTIALS_FILE'];
  });

  it('in a .env file, no other line changes, and Node reads the other variables as before', () => {
    const value = fc.string({ unit: fc.constantFrom(...'abcXYZ019_-./+:'), maxLength: 12 });
    const quoted = fc.tuple(value, value).map(([a, b]) => `"${a}\nAWS_ACCESS_KEY_ID=${OTHER.id}\n${b}"`);
    const variable = fc
      .tuple(
        fc.constantFrom('', 'export '),
        fc.constantFrom('A', 'DB_URL', 'X_AWS_ACCESS_KEY_ID'),
        fc.oneof(value, quoted),
      )
      .map(([lead, name, text]) => `${lead}${name}=${text}`);
    // Node 20 loses the line after one of white space.
    const filler = fc.array(fc.oneof(variable, fc.constantFrom('', '# AWS_ACCESS_KEY_ID=old')), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(
        fc.tuple(filler, filler, filler),
        fc.record({
          lead: fc.constantFrom('', 'export '),
          quote: fc.constantFrom('', '"', "'"),
          isSecretFirst: fc.boolean(),
        }),
        fc.array(eol, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        ([one, two, three], { lead, quote, isSecretFirst }, ends, isOpen) => {
          const id = `${lead}AWS_ACCESS_KEY_ID=${quote}${ID}${quote}`;
          const secret = `${lead}AWS_SECRET_ACCESS_KEY=${quote}${SECRET}${quote}`;
          const pair = isSecretFirst ? [secret, ...two, id] : [id, ...two, secret];
          const text = joined([...one, ...pair, ...three], ends, isOpen);
          const after = movedOut(text);
          const isOurs = (line: string) =>
            line.includes(ID) || line.includes(SECRET) || /AWS_PROFILE=/.test(line);
          expect(untouched(after, isOurs)).toEqual(untouched(text, isOurs));
          expect(after).not.toContain(SECRET);
          const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...rest } = parseEnv(text);
          expect([AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY]).toEqual([ID, SECRET]);
          expect(parseEnv(after)).toEqual({ ...rest, AWS_PROFILE: 'ci' });
        },
      ),
      { numRuns: 500 },
    );
  });
});
