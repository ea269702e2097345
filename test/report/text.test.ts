import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REPORTERS } from '../../src/report/index.ts';
import type { Coverage, Finding, ScanResult } from '../../src/report/result.ts';
import { HARMFUL, hostileResult } from './hostile.ts';
import { findingOf, id, OPTIONS, occurrenceOf, resultOf, SAMPLES } from './samples.ts';

function textOf(result: ScanResult, options = OPTIONS): string {
  return [...REPORTERS.text(result, options)].join('');
}

function compactOf(result: ScanResult): string {
  return [...REPORTERS.compact(result, OPTIONS)].join('');
}

function covering(parts: Partial<Coverage>): Coverage {
  return { ...resultOf([]).coverage, ...parts };
}

const HISTORY = { source: 'history' as const, path: 'a', object: { type: 'blob' as const, id: id('ab') } };

function seenOf(parts: Partial<Finding>): string {
  return /^ +seen +(.*)$/m.exec(textOf(resultOf([findingOf(parts)])))?.[1] ?? '';
}

describe('text', () => {
  it('lets nothing of a repository steer the terminal', () => {
    fc.assert(
      fc.property(
        hostileResult,
        fc.option(fc.integer({ min: 1, max: 120 }), { nil: undefined }),
        (result, width) => {
          const text = textOf(result, width === undefined ? OPTIONS : { ...OPTIONS, width });
          expect(text.replaceAll('\n', '')).not.toMatch(HARMFUL);
        },
      ),
    );
  });

  it('says with colour what it says without', () => {
    for (const result of Object.values(SAMPLES)) {
      const coloured = textOf(result, { ...OPTIONS, color: true });
      expect(coloured).toContain('\x1b[');
      expect(stripVTControlCharacters(coloured)).toBe(textOf(result));
    }
  });

  it('takes a title from the rules it is given', () => {
    const rules = new Map([['aws-access-key-id', { title: 'A title of its own' }]]);
    expect(textOf(resultOf([findingOf()]), { ...OPTIONS, rules })).toContain('A title of its own');
  });

  it.each([
    [[{ ...HISTORY, reachable: true, atHead: true, where: ['branch' as const] }], 'still at HEAD'],
    [
      [{ ...HISTORY, reachable: true, atHead: false, where: ['tag' as const], refs: ['refs/tags/v1'] }],
      'not at HEAD, still in history (refs/tags/v1)',
    ],
    [[{ ...HISTORY, reachable: true, atHead: false, where: ['stash' as const] }], 'only in the stash'],
    [
      [{ ...HISTORY, reachable: false, atHead: false, where: ['reflog' as const] }],
      'dropped, only in the reflog',
    ],
    [
      [{ ...HISTORY, reachable: false, atHead: false, where: ['dangling' as const] }],
      'dangling: no ref reaches it, the object store still holds it',
    ],
    [
      [
        { ...HISTORY, reachable: false, atHead: false, where: ['dangling' as const] },
        { ...HISTORY, path: 'b', reachable: true, atHead: true, where: ['branch' as const] },
      ],
      'still at HEAD; 1 other place',
    ],
    [[{ path: 'a' }], ''],
  ])('tells where a credential is today (%#)', (places, expected) => {
    const occurrences = places.map((place) => occurrenceOf(place));
    expect(seenOf({ occurrences, occurrenceCount: occurrences.length })).toBe(expected);
  });

  it('names the earliest commit, whichever occurrence is shown', () => {
    const commit = (hex: string, authoredAt: string) => ({
      id: id(hex),
      author: hex,
      email: '',
      authoredAt,
      summary: '',
    });
    const occurrences = [
      occurrenceOf({ ...HISTORY, commit: commit('aa', '2024-05-01T01:00:00+02:00') }),
      occurrenceOf({ ...HISTORY, path: 'b', commit: commit('bb', '2024-04-30T22:59:59Z') }),
      occurrenceOf({ ...HISTORY, path: 'c', commit: commit('cc', 'no date') }),
    ];
    expect(seenOf({ occurrences, occurrenceCount: 3 })).toBe(
      'first seen bbbbbbbbbbbb 2024-04-30 by bb; 2 other places',
    );
  });

  it('shows the place that people can still open', () => {
    const gone = occurrenceOf({ ...HISTORY, path: 'gone', reachable: true, atHead: false });
    const kept = occurrenceOf({ ...HISTORY, path: 'kept', reachable: true, atHead: true });
    expect(textOf(resultOf([findingOf({ occurrences: [gone, kept] })]))).toMatch(/^kept:1:1 /);
  });

  it.each([
    ['a', undefined, `git show ${'cd'.repeat(6)}:a`],
    ["it's", undefined, `git show '${'cd'.repeat(6)}:it'\\''s'`],
    ['$(id)', undefined, `git show '${'cd'.repeat(6)}:$(id)'`],
    ['a\nb', undefined, `git show $'${'cd'.repeat(6)}:a\\x0ab'`],
    ['lib/a', 'lib', `git -C lib show ${'cd'.repeat(6)}:a`],
    ['a.zip!b', undefined, `git cat-file -p ${'ab'.repeat(6)}`],
    ['a\\xffb', undefined, `git cat-file -p ${'ab'.repeat(6)}`],
  ])('prints a command that shows %j', (path, repository, command) => {
    const commit = { id: id('cd'), author: '', email: '', authoredAt: '2024-01-01T00:00:00Z', summary: '' };
    const place = occurrenceOf({ ...HISTORY, path, commit, ...(repository !== undefined && { repository }) });
    expect(textOf(resultOf([findingOf({ occurrences: [place] })]))).toContain(`show    ${command}\n`);
  });

  it.each([
    [
      { keyId: 'AKIAIOSFODNN7EXAMPLE' },
      'aws iam update-access-key --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive',
    ],
    [{ keyId: 'ASIAIOSFODNN7EXAMPLE' }, 'Revoke the active sessions'],
    [{ kind: 'bedrock-api-key' }, 'aws iam list-service-specific-credentials'],
    [{ kind: 'my-own' }, 'Revoke it where it was issued'],
    [{ canary: true }, 'A canary token is bait'],
  ])('gives the first remedy for %j', (parts, remedy) => {
    expect(textOf(resultOf([findingOf(parts)]))).toContain(`fix     ${remedy}`);
  });

  it('never tells to use a canary', () => {
    expect(textOf(resultOf([findingOf({ canary: true })]))).not.toContain('aws iam');
  });

  it('knows what has expired', () => {
    const expiring = (expiresAt: string) => textOf(resultOf([findingOf({ details: { expiresAt } })]));
    expect(expiring('2026-01-02T03:04:05Z')).toContain('expires 2026-01-02T03:04:05Z (expired)');
    expect(expiring('2026-01-02T03:04:06Z')).not.toContain('(expired)');
  });
});

describe('the verdict', () => {
  const gap = { reason: 'missing-object' as const, count: 1, examples: ['abc'] };
  const incomplete = [
    resultOf([], { complete: false, coverage: covering({ gaps: [gap] }) }),
    resultOf([], { complete: false, interrupted: true }),
    resultOf([], { complete: false }),
    resultOf([], { complete: true, coverage: covering({ gaps: [gap] }) }),
    resultOf([findingOf()], { complete: false, coverage: covering({ gaps: [gap] }) }),
  ];

  it('says INCOMPLETE of every incomplete scan, in every format for people', () => {
    for (const result of incomplete) {
      for (const format of ['text', 'compact', 'github'] as const) {
        const report = [...REPORTERS[format](result, OPTIONS)].join('');
        expect(report).toContain('INCOMPLETE');
        expect(report).not.toMatch(/^(keyturn: )?no credentials found$/im);
      }
    }
  });

  it('never says INCOMPLETE of a complete one', () => {
    expect(textOf(resultOf([findingOf()]))).not.toContain('INCOMPLETE');
    expect(compactOf(SAMPLES.none)).toBe('keyturn: no credentials found\n');
  });

  it.each([
    [{ files: 0, bytes: 0 }, 'no files were left after what git ignores'],
    [{ blobs: 0, commits: 0, bytes: 0 }, 'the range or object store holds no objects'],
    [{ bytes: 0 }, 'the input was empty'],
    [{ files: 0, bytes: 0, gaps: [gap] }, 'none of it could be read'],
  ])('says that nothing was scanned, and why (%#)', (parts, why) => {
    const { files: _files, ...blank } = covering({});
    const text = textOf(resultOf([], { coverage: { ...blank, ...parts } }));
    expect(text).toContain(`Nothing was scanned: ${why}`);
    expect(text).not.toContain('No credentials found');
  });

  it('counts credentials apart from the places where they stand', () => {
    expect(textOf(SAMPLES.full)).toContain('6 credentials (2 high, 2 medium, 1 low, 1 info) in 10 places');
  });
});

describe('compact', () => {
  it('is a line per finding and one for the verdict, whatever the names are', () => {
    fc.assert(
      fc.property(hostileResult, (result) => {
        const lines = compactOf(result).split('\n').slice(0, -1);
        expect(lines).toHaveLength(result.findings.length + 1);
        for (const line of lines) expect(line).not.toMatch(HARMFUL);
        for (const line of lines.slice(0, -1))
          expect(line).toMatch(/:\d+:\d+: (high|medium|low|info) \S+ .* \[[0-9a-f]{32}\]$/);
        expect(lines.at(-1)).toMatch(/^keyturn: /);
      }),
    );
  });
});
