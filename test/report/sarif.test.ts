import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import type { Log, Run } from 'sarif';
import { describe, expect, it } from 'vitest';
import { REPORTERS } from '../../src/report/index.ts';
import type { ScanResult } from '../../src/report/result.ts';
import { encodePath } from '../../src/report/sarif.ts';
import { HARMFUL, hostileResult, hostileText } from './hostile.ts';
import { findingOf, OPTIONS, occurrenceOf, resultOf, SAMPLES } from './samples.ts';
import { compileSchema, problemsOf, readSchema } from './schemas.ts';

/** The multitool's program for this platform, or why there is none. */
function findMultitool(): { program: string } | { missing: string } {
  try {
    const program = createRequire(import.meta.url)('@microsoft/sarif-multitool') as string;
    accessSync(program, constants.X_OK);
    const started = spawnSync(program, ['--version'], { encoding: 'utf8' });
    return started.status === null
      ? { missing: `it does not start: ${started.error?.message}` }
      : { program };
  } catch (error) {
    return { missing: (error as Error).message.split('\n')[0]! };
  }
}

const multitool = findMultitool();
const program = 'program' in multitool ? multitool.program : '';
const schemaFile = path.join(path.dirname(program), 'sarif-2.1.0.json');
const hasSchema = program !== '' && existsSync(schemaFile);
const why = 'missing' in multitool ? ` (skipped: ${multitool.missing})` : '';

function sarifOf(result: ScanResult): string {
  return [...REPORTERS.sarif(result, OPTIONS)].join('');
}

function runOf(result: ScanResult): Run {
  return (JSON.parse(sarifOf(result)) as Log).runs[0]!;
}

describe('sarif', () => {
  describe.skipIf(!hasSchema)(`by the OASIS schema${why}`, () => {
    const isLog = hasSchema ? compileSchema(readSchema(schemaFile)) : compileSchema(true);

    it.each(Object.entries(SAMPLES))('sample %s is valid', (_name, result) => {
      expect(problemsOf(isLog, JSON.parse(sarifOf(result)))).toEqual([]);
    });

    it('is valid and harmless whatever the names are', () => {
      fc.assert(
        fc.property(hostileResult, (result) => {
          const text = sarifOf(result);
          expect(text.replaceAll('\n', '')).not.toMatch(HARMFUL);
          expect(problemsOf(isLog, JSON.parse(text))).toEqual([]);
        }),
      );
    });
  });

  it.skipIf(program === '')(`passes the multitool's rules without an error or a warning${why}`, () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'keyturn-sarif-'));
    try {
      const hostile = fc.sample(hostileResult, { numRuns: 20, seed: 7 }).flatMap((result) => result.findings);
      const results = { ...SAMPLES, hostile: resultOf(hostile) };
      const files = Object.entries(results).map(([name, result]) => {
        const file = path.join(directory, `${name}.sarif`);
        writeFileSync(file, sarifOf(result));
        return file;
      });
      const output = path.join(directory, 'problems.json');
      const levels = ['--level', 'Error;Warning', '--kind', 'Fail', '-o', output];
      const { stdout } = spawnSync(program, ['validate', ...files, ...levels], { encoding: 'utf8' });
      expect(stdout).toContain('Analysis completed successfully');
      const problems =
        (JSON.parse(readFileSync(output, 'utf8').replace(/^\ufeff/, '')) as Log).runs[0]!.results ?? [];
      expect(problems.map(({ ruleId, message, locations }) => ({ ruleId, message, locations }))).toEqual([]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('names each rule once, in order, and points at it', () => {
    const run = runOf(SAMPLES.full);
    const rules = run.tool.driver.rules!.map(({ id }) => id);
    expect(rules).toEqual([...new Set(rules)].sort());
    for (const result of run.results!) expect(rules[result.ruleIndex!]).toBe(result.ruleId);
  });

  it('fingerprints a credential and not its place', () => {
    const moved = (line: number) =>
      runOf(resultOf([findingOf({ occurrences: [occurrenceOf({ path: 'a', line })] })]));
    expect(moved(1).results![0]!.partialFingerprints).toEqual(moved(99).results![0]!.partialFingerprints);
  });

  it('gives every result a physical location, the message of a commit too', () => {
    const run = runOf(SAMPLES.full);
    for (const result of run.results!)
      expect(result.locations![0]!.physicalLocation!.artifactLocation!.uri).toBeTruthy();
    const commit = run.results!.find((result) =>
      result.locations![0]!.logicalLocations?.[0]?.fullyQualifiedName?.startsWith('commit'),
    );
    expect(commit!.locations![0]!.physicalLocation!.artifactLocation!.uri).toMatch(/^\.git\/commit\/c0ffee/);
  });

  it('tells of gaps as notifications of a run that did not succeed', () => {
    const [invocation] = runOf(SAMPLES.full).invocations!;
    expect(invocation!.executionSuccessful).toBe(false);
    expect(invocation!.toolExecutionNotifications!.map(({ descriptor }) => descriptor?.id)).toEqual([
      'missing-object',
      'unreadable-file',
      undefined,
    ]);
    expect(runOf(SAMPLES.none).invocations![0]!.executionSuccessful).toBe(true);
  });

  it('lists at most twenty other places', () => {
    const occurrences = Array.from({ length: 50 }, (_, line) => occurrenceOf({ path: 'a', line: line + 1 }));
    const [result] = runOf(resultOf([findingOf({ occurrences, occurrenceCount: 70 })])).results!;
    expect(result!.relatedLocations).toHaveLength(20);
    expect(result!.message.text).toContain('69 other places');
  });

  it('percent-encodes paths so that they come back', () => {
    expect(encodePath("a b/é#?:%[x]'.tf")).toBe('a%20b/%C3%A9%23%3F%3A%25%5Bx%5D%27.tf');
    fc.assert(
      fc.property(hostileText, (name) => {
        const encoded = encodePath(name);
        expect(encoded).toMatch(/^[A-Za-z0-9\-._~%/]*$/);
        expect(decodeURIComponent(encoded)).toBe(name.replace(/[\ud800-\udfff]/gu, '\ufffd'));
      }),
    );
  });
});
