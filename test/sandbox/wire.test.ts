import { describe, expect, it } from 'vitest';
import { jsonAnswer, parseJson } from '../../src/sandbox/wire/json.ts';
import { parseForm } from '../../src/sandbox/wire/query.ts';
import { toXml } from '../../src/sandbox/wire/xml.ts';

describe('a form', () => {
  it('becomes lists and mappings', () => {
    expect(
      parseForm('Action=X&Tags.member.1.Key=a&Tags.member.1.Value=1&Tags.member.2.Key=b&Names.member.1=n'),
    ).toEqual({
      Action: 'X',
      Tags: [{ Key: 'a', Value: '1' }, { Key: 'b' }],
      Names: ['n'],
    });
  });

  it('keeps the order of more than nine', () => {
    const text = Array.from({ length: 12 }, (_, i) => `L.member.${i + 1}=${i + 1}`).join('&');
    expect(parseForm(text)).toEqual({ L: Array.from({ length: 12 }, (_, i) => String(i + 1)) });
  });

  it('does not let names reach into objects', () => {
    const parsed = parseForm('__proto__.x=1&constructor.prototype.y=2');
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(({} as Record<string, unknown>)['y']).toBeUndefined();
  });
});

describe('XML', () => {
  it('has members, entries, times, bytes and nothing of what is undefined', () => {
    expect(
      toXml({
        A: ['x', 'y'],
        B: undefined,
        C: new Date(0),
        D: true,
        E: Buffer.from('hi'),
        M: new Map([['k', 1]]),
      }),
    ).toBe(
      '<A><member>x</member><member>y</member></A><C>1970-01-01T00:00:00Z</C><D>true</D><E>aGk=</E><M><entry><key>k</key><value>1</value></entry></M>',
    );
  });

  it('escapes', () => {
    expect(toXml('<a href="x">&\'')).toBe('&#60;a href=&#34;x&#34;&#62;&#38;&#39;');
  });
});

describe('JSON', () => {
  it('has seconds for times, base64 for bytes and objects for maps', () => {
    expect(
      JSON.parse(jsonAnswer({ T: new Date(1500), B: Buffer.from('hi'), M: new Map([['k', ['v']]]) })),
    ).toEqual({
      T: 1.5,
      B: 'aGk=',
      M: { k: ['v'] },
    });
    expect(jsonAnswer(undefined)).toBe('{}');
  });

  it.each(['[]', 'x', '1', 'null'])('is no request as %s', (text) => {
    expect(parseJson(text)).toMatchObject({ code: 'SerializationException' });
  });
});
