import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeControl } from '../../src/report/escape.ts';
import { REPORTERS } from '../../src/report/index.ts';
import type { ScanResult } from '../../src/report/result.ts';
import { HARMFUL, hostileResult } from './hostile.ts';
import { parseWorkflowCommand, type WorkflowCommand } from './parsers.ts';
import { findingOf, OPTIONS, occurrenceOf, resultOf, SAMPLES } from './samples.ts';

function commandsOf(result: ScanResult): WorkflowCommand[] {
  const lines = [...REPORTERS.github(result, OPTIONS)].join('').split('\n').slice(0, -1);
  return lines.map((line) => {
    expect(line).not.toMatch(HARMFUL);
    const command = parseWorkflowCommand(line);
    expect(command, line).toBeDefined();
    return command!;
  });
}

describe('github annotations', () => {
  it('point at the span', () => {
    const [, pair] = commandsOf(SAMPLES.full);
    expect(pair).toMatchObject({
      name: 'error',
      properties: {
        file: 'infra/prod settings.tf',
        line: '12',
        col: '19',
        endColumn: '39',
        title: 'AWS access key pair',
      },
    });
  });

  it('have no file where there is none', () => {
    expect(commandsOf(SAMPLES.full)[0]!.properties).not.toHaveProperty('file');
  });

  it('give no columns for more than one line', () => {
    const occurrences = [occurrenceOf({ path: 'key.pem', line: 1, endLine: 5 })];
    expect(commandsOf(resultOf([findingOf({ occurrences })]))[0]!.properties).toEqual({
      file: 'key.pem',
      line: '1',
      endLine: '5',
      title: 'AWS access key ID',
    });
  });

  it('are the worst ten, and the verdict tells of the others', () => {
    const low = Array.from({ length: 11 }, (_, index) =>
      findingOf({ confidence: 'low', fingerprint: index.toString(16).padStart(32, '0') }),
    );
    const commands = commandsOf(resultOf([...low, findingOf({ confidence: 'high' })]));
    expect(commands).toHaveLength(11);
    expect(commands[0]!.name).toBe('error');
    expect(commands[10]!.message).toContain('12 credentials');
    expect(commands[10]!.message).toContain('2 of them not annotated');
  });

  it('cannot be broken out of', () => {
    fc.assert(
      fc.property(hostileResult, (result) => {
        const commands = commandsOf(result);
        expect(commands).toHaveLength(result.findings.length + 1);
        const files = commands
          .map(({ properties }) => properties['file'])
          .filter((file) => file !== undefined);
        const paths = new Set(
          result.findings.flatMap(({ occurrences }) =>
            occurrences.map(({ path }) => escapeControl(path ?? '')),
          ),
        );
        for (const file of files) expect(paths).toContain(file);
        for (const { name } of commands) expect(['error', 'warning', 'notice']).toContain(name);
      }),
    );
  });
});
