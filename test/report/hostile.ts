import fc from 'fast-check';
import { CONFIDENCES } from '../../src/detect/types.ts';
import type { Finding, Occurrence, ScanResult } from '../../src/report/result.ts';
import { findingOf, id, occurrenceOf, resultOf } from './samples.ts';

/** What must never reach a terminal, by a list of its own: C0, DEL, C1, marks of direction, separators, a lone surrogate. */
export const HARMFUL =
  /[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

const NASTY = [
  '\x1b[2J\x1b]0;x\x07',
  '\x9b31m',
  '\r\n',
  '\n::error::x',
  '::stop-commands::x',
  '\u202egpj.exe',
  '\u2066',
  '\u2028',
  '\x00',
  '\ud800',
  '\udc00',
  '\ufffe',
  '"',
  "'",
  '$(id)`id`',
  '\\',
  '&amp;<![CDATA[]]>',
  '</failure>',
  '=1+1',
  '@x',
  '-1',
  '+1',
  ',',
  ';',
  '%0A%',
  '../..',
  '/',
  'a b',
  '[x](http://example.com)',
  '{0}',
  '日本',
  'é',
  '🔑',
  '#',
  '?',
];

export const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 5 })
  .map((parts) => parts.join(''));

const hostileOccurrence: fc.Arbitrary<Occurrence> = fc
  .record({
    path: fc.option(hostileText, { nil: undefined }),
    repository: fc.option(hostileText, { nil: undefined }),
    text: hostileText,
    line: fc.integer({ min: 1, max: 1e6 }),
    column: fc.integer({ min: 1, max: 500 }),
    source: fc.constantFrom('worktree' as const, 'history' as const, 'stdin' as const),
    type: fc.constantFrom('blob' as const, 'commit' as const, 'ref' as const),
    atHead: fc.option(fc.boolean(), { nil: undefined }),
  })
  .map(({ path, repository, text, line, column, source, type, atHead }) =>
    occurrenceOf({
      source,
      line,
      column,
      endLine: line,
      endColumn: column + 20,
      ...(path !== undefined && { path }),
      ...(repository !== undefined && { repository }),
      excerpt: { text, from: 0, to: Math.min(3, text.length) },
      encoding: [text],
      ...(source === 'history' && {
        object: { type, id: type === 'ref' ? `refs/heads/${text}` : id('ab') },
        commit: {
          id: id('cd'),
          author: text,
          email: text,
          authoredAt: '2025-01-01T00:00:00Z',
          summary: text,
        },
        refs: [text],
        reachable: atHead !== undefined,
        atHead: atHead === true,
      }),
    }),
  );

const hostileFinding: fc.Arbitrary<Finding> = fc
  .record({
    occurrences: fc.array(hostileOccurrence, { minLength: 1, maxLength: 3 }),
    confidence: fc.constantFrom(...CONFIDENCES),
    rule: fc.constantFrom('aws-access-key-id', 'my.rule'),
    kind: fc.oneof(fc.constantFrom('access-key-id', 'access-key-pair', 'private-key'), hostileText),
    masked: hostileText,
  })
  .map((parts) => findingOf({ ...parts, occurrenceCount: parts.occurrences.length }));

/** Results in which everything that a repository decides is hostile. */
export const hostileResult: fc.Arbitrary<ScanResult> = fc
  .record({
    findings: fc.array(hostileFinding, { maxLength: 4 }),
    examples: fc.array(hostileText, { maxLength: 2 }),
  })
  .map(({ findings, examples }) => {
    const result = resultOf(findings);
    if (examples.length === 0) return result;
    const count = examples.length;
    const coverage = {
      ...result.coverage,
      gaps: [{ reason: 'unreadable-file' as const, count, examples }],
      notes: [{ reason: examples[0]!, count, examples }],
    };
    return { ...result, complete: false, coverage };
  });
