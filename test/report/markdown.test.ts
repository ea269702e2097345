import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeMarkdown, reportMarkdown } from '../../src/report/markdown.ts';
import type { ScanResult } from '../../src/report/result.ts';
import { makeFinding, makeResult } from '../cli/run-main.ts';

function page(parts: Partial<ScanResult>): string {
  return [...reportMarkdown(makeResult(parts), { color: false, finishedAt: 0 })].join('');
}

describe('the page for people', () => {
  it('of a clean scan says so in a line', () => {
    expect(page({})).toBe(
      '**no credentials found**\n\nScanned 1 file&#44; 100 bytes in 0&#46;01 s &#40;20 kB/s&#41;\n',
    );
  });

  it('lists findings, worst first, and what to do', () => {
    const text = page({
      findings: [
        makeFinding({ keyId: 'KEYID', accountId: '123456789012', occurrenceCount: 3 }),
        makeFinding({
          kind: 'access-key-pair',
          confidence: 'high',
          fingerprint: 'f'.repeat(32),
          keyId: 'KEYID',
        }),
      ],
    });
    const rows = text.split('\n').filter((line) => line.startsWith('| '));
    expect(rows).toEqual([
      '| confidence | what | where | account | fingerprint |',
      '| --- | --- | --- | --- | --- |',
      '| high | AWS access key pair <code>KEYID</code> | <code>a&#46;txt&#58;1</code> |  | <code>ffffffffffff</code> |',
      '| medium | AWS access key ID <code>KEYID</code> | <code>a&#46;txt&#58;1</code> and 2 other places | 123456789012 | <code>0123456789ab</code> |',
    ]);
    expect(text.match(/^- .*/gm)).toEqual([
      '- <code>aws iam update-access-key --access-key-id KEYID --status Inactive</code> ' +
        'Add --user-name for the key of another user&#46; Deleting the line does not un-leak it&#46;',
    ]);
  });

  it('never calls an incomplete scan clean', () => {
    const gaps = [{ reason: 'shallow' as const, count: 1, examples: ['a'] }];
    const text = page({ complete: false, coverage: { ...makeResult().coverage, gaps } });
    expect(text).toContain('**INCOMPLETE');
    expect(text).toContain('Not scanned:\n\n- 1 commit where a shallow clone ends');
  });

  it('is cut where nobody reads on', () => {
    const findings = Array.from({ length: 60 }, (_, at) =>
      makeFinding({ fingerprint: String(at).padStart(32, '0') }),
    );
    expect(page({ findings })).toContain('\n10 more findings in the full report.\n');
  });

  it('lets no name become more than text', () => {
    const path = '|</code><img src=x>`*_[a](http://b.c)@you\n| x |';
    const [occurrence] = makeFinding().occurrences;
    const text = page({ findings: [makeFinding({ occurrences: [{ ...occurrence!, path }] })] });
    expect(text.split('\n').filter((line) => line.startsWith('| '))).toHaveLength(3);
    expect(text).not.toMatch(/<(?!\/?code>)|[`@[]|http:/);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(escapeMarkdown(name).replace(/&#\d+;/g, '')).not.toMatch(/[!-,.:-@[-`{-~\n\r]/);
      }),
    );
  });
});
