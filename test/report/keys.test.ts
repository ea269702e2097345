import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { hasControl } from '../../src/report/escape.ts';
import { KEYS_FORMATS, type KeysFormat } from '../../src/report/keys-formats.ts';
import { KEYS_REPORTERS } from '../../src/report/keys-index.ts';
import { type KeysResult, VERDICTS } from '../../src/report/keys-result.ts';
import { textWidth } from '../../src/report/width.ts';
import {
  FULL,
  HOSTILE,
  KEY_ID,
  makeHostile,
  makeHostileAccounts,
  makeKey,
  makeKeysResult,
  SEVERAL,
} from './keys.ts';

function render(format: KeysFormat, result: KeysResult, width?: number): string {
  const options = { color: false, finishedAt: 0, ...(width !== undefined && { width }) };
  return [...KEYS_REPORTERS[format](result, options)].join('');
}

const schema = JSON.parse(readFileSync('schema/keys-report.schema.json', 'utf8')) as object;
const ajv = new Ajv2020({ strict: true });
addFormats.default(ajv);
const validate = ajv.compile(schema);

describe('reports of keys', () => {
  it.each(KEYS_FORMATS)('%s is as reviewed', async (format) => {
    const extension = format === 'markdown' ? 'md' : format === 'text' ? 'txt' : format;
    // No key ID is in the repository; this is as long as one.
    const shown = (result: KeysResult) => render(format, result).replaceAll(KEY_ID, 'A-KEY-ID-FOR-TESTING');
    await expect(shown(FULL)).toMatchFileSnapshot(`golden/keys.${extension}`);
    await expect(shown(SEVERAL)).toMatchFileSnapshot(`golden/keys-accounts.${extension}`);
  });

  it.each(KEYS_FORMATS)('%s lets nothing through that steers a terminal', (format) => {
    for (const result of [makeHostile(), makeHostileAccounts()])
      for (const line of render(format, result).split(/\r?\n/)) expect(hasControl(line), line).toBe(false);
  });

  it.each(KEYS_FORMATS)('%s says that something is missing, and what', (format) => {
    const text = render(format, { ...FULL, keys: [] });
    expect(text).toMatch(/incomplete|"complete": false|not all could be read/i);
    expect(text).toContain('ListAccessKeys');
  });

  it('agree on who does not need action', () => {
    expect(render('text', makeKeysResult())).toContain('No key needs action');
    expect(render('text', FULL)).toContain('3 keys need action');
    expect(render('text', { ...FULL, keys: [] })).toContain('No key that was read needs action');
    expect(render('text', makeKeysResult({ keys: [] }))).toMatch(/^No key needs action\n0 keys in account/);
  });
});

describe('of several accounts', () => {
  it.each(KEYS_FORMATS)('%s names every account that is missing, and says why', (format) => {
    const text = render(format, SEVERAL);
    for (const id of ['333344445555', '333344446666', '444455556666']) expect(text).toContain(id);
    expect(text).toMatch(/sts(?::|&#58;)AssumeRole(?::|&#58;) not authorized/);
    expect(text).toContain('suspended');
  });

  it.each(KEYS_FORMATS)('%s is not complete when an account failed, and there is no other gap', (format) => {
    const text = render(format, { ...SEVERAL, keys: [], gaps: [] });
    expect(text).toMatch(/incomplete|"complete": false|not all could be read/i);
  });

  it('a closed account is no gap', () => {
    const accounts = SEVERAL.accounts!.filter(({ state }) => state !== 'failed');
    const text = render('text', { ...SEVERAL, complete: true, accounts, gaps: [] });
    expect(text).not.toContain('INCOMPLETE');
    expect(text).toContain('2 keys in 2 of 3 accounts: 1 overdue, 1 ok');
  });
});

describe('as JSON', () => {
  it('is what the schema says, and comes back as it was', () => {
    for (const result of [FULL, SEVERAL, makeKeysResult(), makeKeysResult({ keys: [], accounts: [] })]) {
      const parsed: unknown = JSON.parse(render('json', result));
      expect(validate(parsed), JSON.stringify(validate.errors)).toBe(true);
      expect(parsed).toEqual(JSON.parse(JSON.stringify(result)));
    }
  });

  it('keeps the text of others as it is, escaped', () => {
    const parsed = JSON.parse(render('json', makeHostile())) as KeysResult;
    expect(parsed.keys[0]!.principal.name).toBe(HOSTILE);
  });

  it('has a schema that refuses what is wrong, and knows every verdict', () => {
    const wrong = JSON.parse(render('json', makeKeysResult())) as KeysResult;
    expect(validate({ ...wrong, keys: [{ ...wrong.keys[0], verdict: 'fine' }] })).toBe(false);
    expect(validate({ ...wrong, secret: 'x' })).toBe(false);
    const { $defs } = schema as { $defs: { key: { properties: { verdict: { enum: string[] } } } } };
    expect($defs.key.properties.verdict.enum).toEqual([...VERDICTS]);
  });
});

describe('as text', () => {
  it.each([40, 60, 80, 100, 120, 200])('fits a terminal of %d columns with the key ID whole', (width) => {
    const keys = [makeKey({ principal: { ...makeKey().principal, name: 'a'.repeat(64) } }), makeKey()];
    const text = render('text', makeKeysResult({ keys }), width);
    const table = text.slice(0, text.indexOf('\n\n')).split('\n');
    expect(table).toHaveLength(3);
    for (const line of table) {
      if (width >= 60) expect(textWidth(line)).toBeLessThanOrEqual(width);
    }
    for (const line of table.slice(1)) expect(line).toContain(makeKey().keyId);
  });

  it('cuts nothing where there is no terminal', () => {
    const reason = 'r'.repeat(500);
    expect(render('text', makeKeysResult({ keys: [makeKey({ reason })] }))).toContain(reason);
  });
});

describe('as CSV', () => {
  it('is no formula to a spreadsheet', () => {
    const name = '=HYPERLINK("https://x.example")';
    const csv = render(
      'csv',
      makeKeysResult({ keys: [makeKey({ principal: { ...makeKey().principal, name } })] }),
    );
    expect(csv).toContain(`"'=HYPERLINK(""https://x.example"")"`);
  });
});

describe('as HTML', () => {
  it('is one page without script, and fetches nothing', () => {
    for (const result of [FULL, SEVERAL, makeHostile(), makeHostileAccounts()]) {
      const page = render('html', result);
      expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
      expect(page).not.toMatch(/<(?:script|link|img|iframe|object|a)\b|\bon\w+=|\b(?:src|href)=|url\(/i);
    }
  });

  it('has the same elements, whatever the names are', () => {
    const shape = (result: KeysResult) =>
      (render('html', result).match(/<[^>]*>/g) ?? []).map((tag) => /^<\/?\w*/.exec(tag)![0]);
    const plain = { ...makeHostile(), keys: [makeKey({ status: 'Expired' })] };
    expect(shape(makeHostile())).toEqual(shape(plain));
  });

  it('counts active keys by age', () => {
    const keys = [0, 29, 30, 89, 90, 364, 365, 5000].map((ageDays) => makeKey({ ageDays }));
    const page = render(
      'html',
      makeKeysResult({ keys: [...keys, makeKey({ ageDays: 10, status: 'Inactive' })] }),
    );
    expect(page).toContain(
      'aria-label="under 30: 2; 30 to 60: 1; 60 to 90: 1; 90 to 180: 1; 180 to 365: 1; 1 to 2 years: 1; over 2 years: 1"',
    );
  });
});

describe('as Markdown', () => {
  it('has as many cells in each row, whatever the names are', () => {
    const rows = render('markdown', makeHostile())
      .split('\n')
      .filter((line) => line.startsWith('| '));
    expect(rows.map((row) => row.split('|').length)).toEqual([12, 12, 12]);
  });
});
