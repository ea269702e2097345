import { describe, expect, it } from 'vitest';
import type { Hit } from '../../src/detect/types.ts';
import { toFindings } from '../../src/scan/findings.ts';

function hit(part: Partial<Hit>): Hit {
  return {
    rule: 'aws-access-key-id',
    kind: 'access-key-id',
    confidence: 'medium',
    encoding: [],
    offset: 0,
    line: 1,
    column: 1,
    endLine: 1,
    endColumn: 21,
    excerpt: { text: '', from: 0, to: 0 },
    ...part,
  };
}

const KEY_ID = `AKIA${'ABCDEFGHIJKLMNOP'}`;
const pair = (secretId: string, part: Partial<Hit> = {}) =>
  hit({
    rule: 'aws-access-key-pair',
    kind: 'access-key-pair',
    confidence: 'high',
    keyId: KEY_ID,
    secretId,
    ...part,
  });
const at = (path: string, value: Hit) => ({ hit: value, place: { source: 'worktree' as const, path } });

describe('toFindings', () => {
  it('joins a lone key ID with the pair of the same ID', () => {
    const findings = toFindings([at('b', hit({ keyId: KEY_ID })), at('a', pair('s1'))]);
    expect(findings).toHaveLength(1);
    expect(findings[0]!.kind).toBe('access-key-pair');
    expect(findings[0]!.occurrences.map((o) => o.path)).toEqual(['a', 'b']);
  });

  it('joins a lone secret with the pair that holds it', () => {
    const lone = hit({ kind: 'secret-access-key', rule: 'aws-secret-access-key', secretId: 's1' });
    expect(toFindings([at('a', pair('s1')), at('b', lone)])).toHaveLength(1);
  });

  it('keeps two secrets of one ID apart', () => {
    expect(toFindings([at('a', pair('s1')), at('b', pair('s2'))])).toHaveLength(2);
  });

  it('gives the same fingerprint wherever the credential stands', () => {
    const [one] = toFindings([at('a', pair('s1', { line: 3 }))]);
    const [two] = toFindings([at('z/y', pair('s1', { line: 90 }))]);
    expect(one!.fingerprint).toBe(two!.fingerprint);
    expect(one!.fingerprint).toMatch(/^[0-9a-f]{32}$/);
  });

  it('takes session credentials over a plain pair of the same halves', () => {
    const [finding] = toFindings([at('a', pair('s1')), at('b', pair('s1', { kind: 'session-credentials' }))]);
    expect(finding!.kind).toBe('session-credentials');
    expect(finding!.occurrenceCount).toBe(2);
  });

  it('counts one occurrence per object, path and line, and lists at most a thousand', () => {
    const many = Array.from({ length: 1_500 }, (_, line) => at('a', pair('s1', { line: line + 1 })));
    const [finding] = toFindings([...many, ...many]);
    expect(finding!.occurrenceCount).toBe(1_500);
    expect(finding!.occurrences).toHaveLength(1_000);
  });

  it('orders by confidence, then place, whatever the order of arrival', () => {
    const hits = [
      at('z', pair('s1')),
      at('a', hit({ keyId: `AKIA${'B'.repeat(16)}` })),
      at('b', hit({ keyId: `AKIA${'C'.repeat(16)}` })),
    ];
    const order = (list: typeof hits) => toFindings(list).map((f) => f.occurrences[0]!.path);
    expect(order(hits)).toEqual(['z', 'a', 'b']);
    expect(order(hits.toReversed())).toEqual(['z', 'a', 'b']);
  });
});
