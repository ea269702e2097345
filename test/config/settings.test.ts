import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkValue,
  readEnvironment,
  resolveSettings,
  type SettingLayer,
  type SettingSpec,
  type SettingType,
  variableOf,
} from '../../src/config/settings.ts';

function specOf(type: SettingType, parts: Partial<SettingSpec> = {}): SettingSpec {
  return { name: 'some-thing', key: 'someThing', type, text: '', ...parts };
}

function check(spec: SettingSpec, value: unknown) {
  return checkValue(spec, { value, where: 'here', base: '/base' });
}

describe('checkValue', () => {
  it.each([
    ['true', true],
    ['1', true],
    ['YES', true],
    ['on', true],
    ['false', false],
    ['0', false],
    ['no', false],
    ['Off', false],
    [true, true],
    [false, false],
  ])('reads the flag %j as %j', (value, expected) => {
    expect(check(specOf('flag'), value)).toBe(expected);
  });

  it.each([
    ['1', 1],
    [512, 512],
    ['3k', 3 * 2 ** 10],
    ['20MB', 20 * 2 ** 20],
    ['20 MB', 20 * 2 ** 20],
    ['1GiB', 2 ** 30],
    ['7B', 7],
  ])('reads the size %j as %j', (value, expected) => {
    expect(check(specOf('size'), value)).toBe(expected);
  });

  it('resolves paths from where they were written', () => {
    expect(check(specOf('file'), 'a/b')).toBe('/base/a/b');
    expect(check(specOf('file'), '/a')).toBe('/a');
    expect(check(specOf('file', { isList: true }), ['a', '/b'])).toEqual(['/base/a', '/b']);
    expect(check(specOf('report', { choices: ['json'] }), 'json=a=b')).toBe('json=/base/a=b');
    expect(check(specOf('report', { choices: ['json'] }), 'json=-')).toBe('json=-');
  });

  it.each([
    ['flag', 'maybe', 'expected true or false, got "maybe"'],
    ['flag', 2, 'expected true or false, got 2'],
    ['count', 1.5, 'expected a whole number, got 1.5'],
    ['count', '-1', 'expected a whole number, got "-1"'],
    ['count', -1, 'must be at least 0, got -1'],
    ['count', 11, 'must be at most 10, got 11'],
    ['count', 2 ** 60, `expected a whole number, got ${2 ** 60}`],
    ['size', '99999999999999G', 'expected a size such as 512K, 20MB or 1GiB, got "99999999999999G"'],
    ['text', '', 'expected a text, got an empty text'],
    ['file', null, 'expected a path, got nothing'],
    ['choice', ['a'], 'expected a text, got a list'],
    ['choice', 'A', '"A" is not one of a, b; did you mean "a"?'],
    ['choice', {}, 'expected a text, got a mapping'],
    ['report', 'a=', 'expected FORMAT=FILE, got "a="'],
    ['report', '=x', 'expected FORMAT=FILE, got "=x"'],
  ] as const)('refuses for a %s the value %j', (type, value, message) => {
    const spec = specOf(type, { choices: ['a', 'b'], max: 10 });
    expect(() => check(spec, value)).toThrow(`here: ${message}`);
  });

  it('refuses a single value for a list', () => {
    expect(() => check(specOf('file', { isList: true }), 'a')).toThrow('here: expected a list, got "a"');
  });

  it('cuts long values and shows no control characters', () => {
    expect(() => check(specOf('count'), `\u001b[31m${'x'.repeat(99)}`)).toThrow(
      /got "\\u001b\[31mx{50,60}\.\.\."$/,
    );
  });

  it('takes false for what can be taken away', () => {
    expect(check(specOf('file', { none: 'Use none' }), false)).toBe(false);
    expect(check(specOf('file', { none: 'Use none' }), 'false')).toBe(false);
    expect(() => check(specOf('file'), false)).toThrow('expected a path, got false');
  });

  it('accepts every size it would print', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 40 }), (bytes) => {
        expect(check(specOf('size'), String(bytes))).toBe(bytes);
      }),
    );
  });
});

describe('resolveSettings', () => {
  const LAYERS = ['flag', 'environment', 'project', 'user'] as const;

  it('takes the first layer that has the value, else the default, and knows which', () => {
    fc.assert(
      fc.property(fc.subarray([...LAYERS]), (present) => {
        const layers = LAYERS.map((layer): SettingLayer => {
          const raw = { value: layer, where: `in ${layer}`, base: '/' };
          return { layer, values: new Map(present.includes(layer) ? [['some-thing', raw]] : []) };
        });
        const setting = resolveSettings([specOf('text', { default: 'x' })], layers).find('some-thing');
        const first = present[0];
        expect(setting).toEqual(
          first === undefined
            ? { value: 'x', origin: { layer: 'default', where: 'default' } }
            : { value: first, origin: { layer: first, where: `in ${first}` } },
        );
      }),
    );
  });

  it('does not take from a file what has no key', () => {
    const values = new Map([['some-thing', { value: 'x', where: 'f:1:1', base: '/' }]]);
    const { key: _, ...keyless } = specOf('text');
    expect(resolveSettings([keyless], [{ layer: 'project', values }]).find('some-thing')).toBeUndefined();
  });

  it('checks the value that counts and no other', () => {
    const flag = new Map([['some-thing', { value: '1', where: '--some-thing', base: '/' }]]);
    const file = new Map([['some-thing', { value: 'bad', where: 'f:1:1', base: '/' }]]);
    const layers: SettingLayer[] = [
      { layer: 'flag', values: flag },
      { layer: 'project', values: file },
    ];
    expect(resolveSettings([specOf('count')], layers).number('some-thing')).toBe(1);
    expect(() => resolveSettings([specOf('count')], layers.slice(1))).toThrow(
      'f:1:1: expected a whole number',
    );
  });
});

describe('readEnvironment', () => {
  it('reads one variable for each setting, lists by commas, and skips what is empty', () => {
    const list = specOf('text', { name: 'many', isList: true });
    const { values } = readEnvironment(
      [specOf('text'), list, specOf('text', { name: 'empty' })],
      { KEYTURN_SOME_THING: 'x', KEYTURN_MANY: 'a, b,,c', KEYTURN_EMPTY: '', KEYTURN_UNKNOWN: '?' },
      '/cwd',
    );
    expect([...values]).toEqual([
      ['some-thing', { value: 'x', where: 'KEYTURN_SOME_THING', base: '/cwd' }],
      ['many', { value: ['a', 'b', 'c'], where: 'KEYTURN_MANY', base: '/cwd' }],
    ]);
  });

  it('has no variable for what a file cannot set, unless the table says so', () => {
    expect(variableOf({ name: 'range', type: 'text', text: '' })).toBeUndefined();
    expect(variableOf({ name: 'config', type: 'file', text: '', hasVariable: true })).toBe('KEYTURN_CONFIG');
  });
});
