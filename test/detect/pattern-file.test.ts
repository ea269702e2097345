import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { parsePatternFile } from '../../src/detect/pattern-file.ts';

const GOOD = `patterns:
  - id: acme-token
    kind: acme-token
    title: ACME token
    confidence: high
    anchors: [acme_]
    regex: 'acme_[a-z0-9]{20}'
    remediation: Revoke it.
    match: ['acme_{lower:20}']
`;

/** The message of the mistake in `text`. */
function mistakeIn(text: string): string {
  try {
    parsePatternFile(text, 'own.yaml');
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return '';
}

/** GOOD with one line changed. */
function changed(from: string, to: string): string {
  expect(GOOD).toContain(from);
  return GOOD.replace(from, to);
}

describe('parsePatternFile', () => {
  it('reads a pattern and fills in what is not said', () => {
    expect(parsePatternFile(GOOD, 'own.yaml')).toEqual([
      {
        id: 'acme-token',
        kind: 'acme-token',
        title: 'ACME token',
        remediation: 'Revoke it.',
        confidence: 'high',
        anchors: [{ text: 'acme_', forms: ['plain'] }],
        regex: 'acme_[a-z0-9]{20}',
        ignoreCase: false,
        before: 64,
        after: 512,
        boundary: 'word',
        raise: [],
        examples: { match: ['acme_{lower:20}'], reject: [] },
      },
    ]);
  });

  it('reads everything there is', () => {
    const more = `${GOOD}    reject: [x]
    ignoreCase: true
    reach: { before: 10, after: 100 }
    boundary: base64
    entropy: 3.5
    alphabet: hex
    labels: { words: [acme], within: 50 }
    raise: [{ words: [prod], within: 20, to: high }]
`.replace('[acme_]', '[{ text: acme_, tail: hex, min: 4, forms: [plain, utf-16] }]');
    expect(parsePatternFile(more, 'own.yaml')[0]).toMatchObject({
      anchors: [{ text: 'acme_', tail: { alphabet: 'hex', min: 4 }, forms: ['plain', 'utf-16'] }],
      ignoreCase: true,
      before: 10,
      after: 100,
      boundary: 'base64',
      entropy: 3.5,
      alphabet: 'hex',
      near: { words: ['acme'], within: 50 },
      raise: [{ words: ['prod'], within: 20, to: 'high' }],
    });
  });

  it.each([
    ['no anchors', changed('    anchors: [acme_]\n', ''), 'own.yaml:2:5: "anchors" is missing'],
    ['an empty list of anchors', changed('[acme_]', '[]'), 'own.yaml:6:5: a pattern has 1 to'],
    ['a short anchor', changed('[acme_]', '[ac]'), 'own.yaml:6:15: an anchor has 3 to 32 bytes, not 2'],
    [
      'a long anchor',
      changed('[acme_]', `[${'a'.repeat(33)}]`),
      'own.yaml:6:15: an anchor has 3 to 32 bytes, not 33',
    ],
    [
      'a typo',
      changed('remediation', 'remedation'),
      'own.yaml:8:5: unknown key "remedation"; did you mean "remediation"?',
    ],
    ['a word from nowhere', changed('title:', 'zzz:'), 'own.yaml:4:5: unknown key "zzz"; known are'],
    [
      'a wrong value',
      changed('high', 'hihg'),
      'own.yaml:5:17: "confidence" must be one of high, medium, low, info; did you mean "high"?',
    ],
    [
      'an exponential regex',
      changed("'acme_[a-z0-9]{20}'", "'acme_([a-z]+)*x'"),
      'own.yaml:7:19: regex: this repetition can read',
    ],
    [
      'a polynomial regex',
      changed("'acme_[a-z0-9]{20}'", 'acme_\\w*\\w*x'),
      'own.yaml:7:20: regex: this repetition can share',
    ],
    ['a broken regex', changed("'acme_[a-z0-9]{20}'", "'acme_[a-'"), 'own.yaml:7:21: regex: ends too early'],
    ['a number as text', changed('ACME token', '7'), 'own.yaml:4:12: "title" must be text'],
    [
      'a bad id',
      changed('id: acme-token', 'id: Acme Token'),
      'own.yaml:2:9: "id" must be of lower-case words',
    ],
    ['a reader', `${GOOD}    reader: key-id\n`, 'own.yaml:10:5: "reader" is for built-in patterns only'],
    [
      'an unknown placeholder',
      changed('{lower:20}', '{loewr:20}'),
      'own.yaml:9:13: unknown placeholder {loewr}; did you mean {lower}?',
    ],
    [
      'a pattern twice',
      GOOD + GOOD.slice(GOOD.indexOf('\n') + 1),
      'own.yaml:10:5: pattern "acme-token" is there already, at own.yaml:2:5',
    ],
    ['a key twice', `${GOOD}    title: again\n`, 'own.yaml:10:5: Map keys must be unique'],
    ['no YAML', 'patterns: [', 'own.yaml:1:12: '],
    ['no patterns', 'foo: 1\n', 'own.yaml:1:1: unknown key "foo"'],
    ['a list', '- a\n', 'own.yaml:1:1: a pattern file is a mapping'],
    ['nothing', '', 'own.yaml:1:1: a pattern file is a mapping'],
    ['an alias', 'a: &x {}\npatterns: [*x]\n', 'own.yaml:1:1: unknown key "a"'],
    ['deep nesting', `patterns: ${'['.repeat(5000)}`, 'own.yaml:1:1: nested too deeply'],
    ['deep indentation', `patterns:\n${' '.repeat(300)}x: 1`, 'own.yaml:1:1: nested too deeply'],
    [
      'too far',
      `${GOOD}    reach: { after: 1000000 }\n`,
      'own.yaml:10:21: "after" must be a number from 0 to 16384',
    ],
  ])('refuses %s', (_, text, message) => {
    expect(mistakeIn(text)).toContain(message);
  });
});
