import type { ReportOptions } from '../../src/report/reporter.ts';
import type { Finding, Occurrence, ScanResult } from '../../src/report/result.ts';

// Golden files hold what stands here, so the key IDs are the ones that AWS's documentation uses.
const KEY_ID = 'AKIAIOSFODNN7EXAMPLE';
const OTHER_KEY_ID = 'AKIAI44QH8DHBEXAMPLE';
const SESSION_KEY_ID = 'ASIAIOSFODNN7EXAMPLE';
const MASKED = '************EKEY';

export const OPTIONS: ReportOptions = { color: false, finishedAt: Date.UTC(2026, 0, 2, 3, 4, 5) };

/** `id('ab')` is an object id made of `ab`. */
export function id(pattern: string): string {
  return pattern.repeat(40).slice(0, 40);
}

export function occurrenceOf(parts: Partial<Occurrence> = {}): Occurrence {
  return { source: 'worktree', line: 1, column: 1, endLine: 1, endColumn: 21, ...parts };
}

export function findingOf(parts: Partial<Finding> = {}): Finding {
  const occurrences = parts.occurrences ?? [occurrenceOf({ path: 'config.ini' })];
  return {
    fingerprint: '0123456789abcdef0123456789abcdef',
    rule: 'aws-access-key-id',
    kind: 'access-key-id',
    confidence: 'medium',
    keyId: KEY_ID,
    occurrences,
    occurrenceCount: occurrences.length,
    ...parts,
  };
}

export function resultOf(findings: Finding[], parts: Partial<ScanResult> = {}): ScanResult {
  return {
    schemaVersion: 1,
    tool: { name: 'keyturn', version: '1.2.3' },
    complete: true,
    findings,
    coverage: {
      files: 12,
      bytes: 34_567,
      gaps: [],
      notes: [],
      suppressed: { inline: 0, allowFile: 0, baseline: 0, belowConfidence: 0, examples: 0 },
    },
    durationMs: 42,
    ...parts,
  };
}

const ADA = {
  id: id('4f2c1e9d'),
  author: 'Ada Example',
  email: 'ada@example.com',
  authoredAt: '2025-11-03T10:00:00+01:00',
  summary: 'Add production settings',
};

const MALLORY = {
  id: id('bad0'),
  author: 'Mal\x1b[31mlory\u202e',
  email: 'm@example.com',
  authoredAt: '2025-12-24T23:59:59Z',
  summary: 'nothing\n::error::to see',
};

function lineWith(before: string, marked: string, after: string): { text: string; from: number; to: number } {
  return { text: before + marked + after, from: before.length, to: before.length + marked.length };
}

/** A key pair at HEAD and in older places. */
const pair = findingOf({
  fingerprint: '5b1f0c9e42d75b1f0c9e42d75b1f0c9e',
  rule: 'aws-access-key-pair',
  kind: 'access-key-pair',
  confidence: 'high',
  masked: MASKED,
  accountId: '581039954779',
  occurrences: [
    occurrenceOf({
      source: 'history',
      path: 'infra/old.tf',
      line: 3,
      column: 5,
      endLine: 3,
      endColumn: 25,
      object: { type: 'blob', id: id('aa') },
      commit: ADA,
      reachable: true,
      atHead: false,
      where: ['branch'],
      refs: ['refs/heads/main'],
    }),
    occurrenceOf({
      source: 'history',
      path: 'infra/prod settings.tf',
      line: 12,
      column: 19,
      endLine: 12,
      endColumn: 39,
      object: { type: 'blob', id: id('ab') },
      commit: { ...ADA, id: id('5e'), authoredAt: '2025-11-04T09:00:00+01:00' },
      reachable: true,
      atHead: true,
      where: ['branch', 'remote'],
      refs: ['refs/heads/main', 'refs/remotes/origin/main'],
      excerpt: lineWith('\taccess_key =\t"', KEY_ID, '" # 日本'),
    }),
  ],
  occurrenceCount: 5,
});

const removed = findingOf({
  fingerprint: '11111111111111112222222222222222',
  occurrences: [
    occurrenceOf({
      source: 'history',
      path: 'src/é\x1b[2J.py',
      line: 7,
      column: 10,
      endLine: 7,
      endColumn: 30,
      object: { type: 'blob', id: id('cd') },
      commit: MALLORY,
      reachable: true,
      atHead: false,
      where: ['branch', 'tag'],
      refs: ['refs/heads/feature', 'refs/tags/v1'],
      encoding: ['base64', 'utf-16le'],
      excerpt: lineWith('é = \x1b[31m"', 'QUtJQUlPU0ZPRE5ON0VYQU1QTEU=', '"'),
    }),
  ],
});

const inMessage = findingOf({
  fingerprint: '33333333333333334444444444444444',
  keyId: OTHER_KEY_ID,
  occurrences: [
    occurrenceOf({
      source: 'history',
      line: 3,
      column: 6,
      endLine: 3,
      endColumn: 26,
      object: { type: 'commit', id: id('c0ffee') },
      commit: { ...ADA, id: id('c0ffee') },
      reachable: true,
      atHead: false,
      where: ['stash'],
      refs: ['stash@{0}'],
    }),
  ],
});

const session = findingOf({
  fingerprint: '55555555555555556666666666666666',
  rule: 'aws-session-credentials',
  kind: 'session-credentials',
  confidence: 'low',
  keyId: SESSION_KEY_ID,
  masked: MASKED,
  details: { region: 'eu-central-1', expiresAt: '2025-12-31T00:00:00Z' },
  occurrences: [
    occurrenceOf({
      source: 'history',
      path: '.env',
      object: { type: 'blob', id: id('dead') },
      reachable: false,
      atHead: false,
      where: ['dangling'],
    }),
  ],
});

const canary = findingOf({
  fingerprint: '77777777777777778888888888888888',
  confidence: 'info',
  accountId: '171436882533',
  canary: true,
  example: true,
  occurrences: [
    occurrenceOf({ path: '=cmd|calc!inner/[x](http://example.com),%41:y.txt', repository: "vendor/o'lib" }),
  ],
});

const privateKey = findingOf({
  fingerprint: '9999999999999999aaaaaaaaaaaaaaaa',
  rule: 'acme-token',
  kind: 'acme-token',
  confidence: 'high',
  occurrences: [occurrenceOf({ source: 'stdin', line: 2, column: 1, endLine: 4, endColumn: 9 })],
});

export const SAMPLES = {
  full: resultOf([canary, removed, session, pair, inMessage, withoutKeyId(privateKey)], {
    complete: false,
    interrupted: true,
    coverage: {
      blobs: 12_408,
      commits: 1_902,
      tags: 3,
      trees: 5_000,
      bytes: 311_000_000,
      gaps: [
        { reason: 'missing-object', count: 2, examples: [id('0123'), id('4567')] },
        { reason: 'unreadable-file', count: 1, examples: ['secret\nstuff/[a](b)'] },
      ],
      notes: [{ reason: 'lfs-pointer', count: 1, examples: ['big\u2028.bin'] }],
      suppressed: { inline: 2, allowFile: 1, baseline: 17, belowConfidence: 4, examples: 3 },
    },
    durationMs: 912.4,
  }),
  none: resultOf([]),
  gap: resultOf([], {
    complete: false,
    coverage: {
      files: 2,
      bytes: 10,
      gaps: [{ reason: 'too-large', count: 1, examples: ['big.iso'] }],
      notes: [],
      suppressed: { inline: 0, allowFile: 0, baseline: 0, belowConfidence: 0, examples: 0 },
    },
  }),
} as const satisfies Record<string, ScanResult>;

function withoutKeyId({ keyId: _keyId, ...finding }: Finding): Finding {
  return finding;
}
