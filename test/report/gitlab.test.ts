import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REPORTERS } from '../../src/report/index.ts';
import type { ScanResult } from '../../src/report/result.ts';
import { HARMFUL, hostileResult } from './hostile.ts';
import { OPTIONS, SAMPLES } from './samples.ts';
import { compileSchema, problemsOf } from './schemas.ts';

const text = { type: 'string', minLength: 1 };
const tool = {
  type: 'object',
  required: ['id', 'name', 'version', 'vendor'],
  properties: {
    id: text,
    name: text,
    version: text,
    vendor: { type: 'object', required: ['name'], properties: { name: text } },
  },
};
const time = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}$' };

/** What GitLab's schema for secret detection reports, 15.0.6, demands of the parts that we write. */
const isReport = compileSchema({
  type: 'object',
  required: ['scan', 'version', 'vulnerabilities'],
  additionalProperties: false,
  properties: {
    version: { type: 'string', pattern: '^[0-9]+\\.[0-9]+\\.[0-9]+$' },
    scan: {
      type: 'object',
      required: ['analyzer', 'end_time', 'scanner', 'start_time', 'status', 'type'],
      additionalProperties: false,
      properties: {
        type: { const: 'secret_detection' },
        status: { enum: ['success', 'failure'] },
        start_time: time,
        end_time: time,
        analyzer: tool,
        scanner: tool,
        messages: {
          type: 'array',
          items: {
            type: 'object',
            required: ['level', 'value'],
            properties: { level: { enum: ['info', 'warn', 'fatal'] }, value: text },
          },
        },
      },
    },
    vulnerabilities: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'identifiers', 'location'],
        additionalProperties: false,
        properties: {
          id: { type: 'string', format: 'uuid' },
          name: { type: 'string', maxLength: 255 },
          description: { type: 'string', maxLength: 1_048_576 },
          severity: { enum: ['Info', 'Unknown', 'Low', 'Medium', 'High', 'Critical'] },
          solution: { type: 'string', maxLength: 7_000 },
          identifiers: {
            type: 'array',
            minItems: 1,
            items: {
              type: 'object',
              required: ['type', 'name', 'value'],
              properties: { type: text, name: text, value: text },
            },
          },
          location: {
            type: 'object',
            required: ['commit'],
            properties: {
              file: { type: 'string' },
              start_line: { type: 'number' },
              end_line: { type: 'number' },
              commit: {
                type: 'object',
                required: ['sha'],
                properties: {
                  sha: text,
                  author: { type: 'string' },
                  date: { type: 'string' },
                  message: { type: 'string' },
                },
              },
            },
          },
          raw_source_code_extract: { type: 'string' },
          details: {
            type: 'object',
            additionalProperties: {
              type: 'object',
              required: ['type', 'name', 'value'],
              properties: { type: { const: 'text' }, name: text, value: { type: 'string' } },
            },
          },
        },
      },
    },
  },
});

interface Report {
  scan: { status: string; start_time: string; end_time: string; messages?: unknown[] };
  vulnerabilities: { severity: string; location: { file: string; commit: { sha: string } } }[];
}

function reportOf(result: ScanResult): Report {
  const report = [...REPORTERS.gitlab(result, OPTIONS)].join('');
  expect(report.replaceAll('\n', '')).not.toMatch(HARMFUL);
  return JSON.parse(report) as Report;
}

describe('gitlab report', () => {
  it.each(Object.entries(SAMPLES))('of sample %s is what GitLab takes', (_name, result) => {
    expect(problemsOf(isReport, reportOf(result))).toEqual([]);
  });

  it('fails a scan that is not complete', () => {
    expect(reportOf(SAMPLES.none).scan.status).toBe('success');
    expect(reportOf(SAMPLES.gap).scan).toMatchObject({ status: 'failure', messages: [{ level: 'warn' }] });
  });

  it('tells when the scan ran', () => {
    expect(reportOf(SAMPLES.full).scan).toMatchObject({
      start_time: '2026-01-02T03:04:04',
      end_time: '2026-01-02T03:04:05',
    });
  });

  it('stands hostile names', () => {
    fc.assert(
      fc.property(hostileResult, (result) => {
        expect(problemsOf(isReport, reportOf(result))).toEqual([]);
      }),
    );
  });
});
