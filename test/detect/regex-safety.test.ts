import { describe, expect, it } from 'vitest';
import { PATTERNS } from '../../src/detect/patterns.generated.ts';
import { checkRegex, RegexProblem } from '../../src/detect/regex-safety.ts';

/** The regular expression's problem and the text from where it stands. */
function problem(source: string): [message: string, from: string] | undefined {
  try {
    checkRegex(source);
    return undefined;
  } catch (error) {
    if (!(error instanceof RegexProblem)) throw error;
    return [error.message, source.slice(error.at)];
  }
}

describe('checkRegex', () => {
  it.each([
    '(a+)+$',
    '([a-zA-Z]+)*',
    '(a|aa)+$',
    '(a|a?)+$',
    'x(a|b|ab)*y',
    'x(a+a+)+y',
    'x(?:a{1,20}){1,20}y',
    'x(.*a){20}',
    '(a?){30}b',
    'x(?=(a+)+b)',
    'x(?!(?:a|a)*b)',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '^([a-zA-Z0-9])(([-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}$',
    'key(?:\\s*,?\\s*\\w+)*;',
  ])('refuses %s: exponential', (source) => {
    expect(problem(source)?.[0]).toMatch(/exponential|may be empty/);
  });

  it.each(['x\\s*\\s*y', 'a.*b.*c', 'x[0-9]{1,1000}[0-9]{1,1000}y', 'k\\s*=?\\s*"', 'x\\w*[a-z]*-'])(
    'refuses %s: polynomial',
    (source) => {
      expect(problem(source)?.[0]).toMatch(/polynomial/);
    },
  );

  it('refuses what makes every search quadratic', () => {
    expect(problem('[a-z]+@example')?.[0]).toMatch(/quadratic/);
    expect(problem('(?:\\s*|x)key')?.[0]).toMatch(/quadratic/);
  });

  it.each([
    ['x(a)\\1', '\\1'],
    ['x(?<n>a)\\k<n>', '\\k<n>'],
    ['x(?<=a+)b', '(?<=a+)b'],
    ['abc(a+)+', 'a+)+'],
    ['ab\\s*\\s*c', '\\s*c'],
    ['x[b-a]', 'b-a]'],
    ['x(?i:y)', '(?i:y)'],
    ['xé€', '€'],
    ['x[ab', '[ab'],
    ['x)', ')'],
  ])('says where in %s', (source, from) => {
    expect(problem(source)?.[1]).toBe(from);
  });

  it.each([
    'AKIA[A-Z0-9]{16}',
    'key\\s*=\\s*"[^"]{8,80}"',
    'x(?:-[a-z]+)*y',
    'ABSK[A-Za-z0-9+/]{109,269}={0,2}',
    '(?<![a-z])token[a-z]{1,64}@',
    '(?:foo|bar){1,8}=',
    'a{3}b{2,5}c?',
    '\\bsk-[A-Za-z0-9]{48}\\b',
    '[\\w.-]{1,64}@[a-z]{2,63}\\.com',
    'x\\{2\\}[\\]^-]\\x41\\u0042',
  ])('accepts %s', (source) => {
    expect(problem(source)).toBeUndefined();
  });

  it('accepts all built-in patterns', () => {
    for (const { regex, ignoreCase } of PATTERNS) {
      if (regex !== undefined) expect(() => checkRegex(regex, ignoreCase), regex).not.toThrow();
    }
  });

  it('minds the case only where it counts', () => {
    expect(() => checkRegex('x(a|A)*y')).not.toThrow();
    expect(() => checkRegex('x(a|A)*y', true)).toThrow(/exponential/);
  });

  it('finds its limits quickly', () => {
    const started = performance.now();
    expect(problem(`x${'(?:ab|cd)'.repeat(300)}`)?.[0]).toMatch(/too large/);
    problem(`x${'[a-z]?'.repeat(300)}y`);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
