import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDetector } from '../../src/detect/detector.ts';
import { expandExample } from '../../src/detect/example.ts';
import { createTwinKernel } from '../../src/detect/kernel/twin.ts';
import { parsePatternFile } from '../../src/detect/pattern-file.ts';
import { DERIVED_RULES, PATTERNS } from '../../src/detect/patterns.generated.ts';
import { makeRandom } from '../helpers/credentials.ts';
import { detector, scan } from './scan.ts';

const ROOT = join(import.meta.dirname, '../..');
const SEEDS = [1, 2, 3, 4, 5];

describe('built-in patterns', () => {
  it('are compiled from the files as they are', () => {
    expect(() =>
      execFileSync('node', ['scripts/build-patterns.mjs', '--check'], { cwd: ROOT, stdio: 'pipe' }),
    ).not.toThrow();
  });

  for (const { id, examples } of PATTERNS) {
    it.each(examples.match)(`${id} finds %s`, (template) => {
      for (const seed of SEEDS) {
        const rules = scan(expandExample(template, makeRandom(seed))).map((match) => match.rule);
        const isPair =
          rules.includes('aws-access-key-pair') &&
          ['aws-access-key-id', 'aws-secret-access-key'].includes(id);
        expect(rules.includes(id) || isPair, `seed ${seed}: ${rules.join(', ')}`).toBe(true);
      }
    });
    it.each(examples.reject)(`${id} rejects %s`, (template) => {
      for (const seed of SEEDS) {
        const rules = scan(expandExample(template, makeRandom(seed))).map((match) => match.rule);
        expect(rules, `seed ${seed}`).not.toContain(id);
      }
    });
  }

  it('have distinct ids, and rules that code makes have too', () => {
    const ids = [...PATTERNS, ...DERIVED_RULES].map((rule) => rule.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('hold nothing that a scanner would report', () => {
    for (const file of ['patterns/aws.yaml', 'src/detect/patterns.generated.ts']) {
      const reported = scan(readFileSync(join(ROOT, file))).filter((match) => match.confidence !== 'info');
      expect(
        reported.map((match) => match.rule),
        file,
      ).toEqual([]);
    }
  });

  it('give one hash, which changes with them', () => {
    const hashOf = (patterns: typeof PATTERNS) => createDetector(patterns, createTwinKernel).hash;
    expect(hashOf(PATTERNS)).toBe(detector.hash);
    expect(hashOf(PATTERNS.slice(1))).not.toBe(detector.hash);
    expect(hashOf([{ ...PATTERNS[0]!, entropy: 4.5 }, ...PATTERNS.slice(1)])).not.toBe(detector.hash);
  });
});

describe("users' own patterns", () => {
  const file = `
patterns:
  - id: acme-token
    kind: acme-token
    title: ACME token
    confidence: high
    anchors: [acme_]
    regex: 'acme_(?<value>[a-z0-9]{20})'
    entropy: 3
    remediation: Revoke it.
    match: ['token = "acme_{lower:20}"']
    reject: ['acme_{lower:19}']
`;

  it('are found beside the built-in ones, in encodings they ask for', () => {
    const patterns = [
      ...PATTERNS,
      ...parsePatternFile(file.replace('[acme_]', '[{ text: acme_, forms: [plain, base64] }]'), 'own.yaml'),
    ];
    const own = createDetector(patterns, createTwinKernel);
    const prefilter = createTwinKernel(own.anchors);
    const text = expandExample('token = "acme_{lower:20}"', makeRandom(1));
    for (const content of [text, `x: ${Buffer.from(`${text} and a few words more`).toString('base64')}`]) {
      const bytes = Buffer.from(content);
      expect(own.detect(bytes, prefilter.find(bytes))).toMatchObject([
        { rule: 'acme-token', kind: 'acme-token', confidence: 'high' },
      ]);
    }
  });
});
