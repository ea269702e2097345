import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPORT_FORMATS } from '../../src/report/formats.ts';
import { REPORTERS } from '../../src/report/index.ts';
import { OPTIONS, SAMPLES } from './samples.ts';

const GOLDEN = path.join(import.meta.dirname, 'golden');
/** `UPDATE_GOLDEN=1 npx vitest run test/report/golden.test.ts` writes them anew; the diff is to be read. */
const isUpdate = process.env['UPDATE_GOLDEN'] === '1';

describe.each(Object.keys(SAMPLES) as (keyof typeof SAMPLES)[])('report of sample %s', (sample) => {
  it.each(REPORT_FORMATS)('as %s is as recorded', (format) => {
    const file = path.join(GOLDEN, `${sample}.${format}`);
    const report = [...REPORTERS[format](SAMPLES[sample], OPTIONS)].join('');
    if (isUpdate || !existsSync(file)) {
      expect(process.env['CI'], `no golden file ${file}`).toBeFalsy();
      mkdirSync(GOLDEN, { recursive: true });
      writeFileSync(file, report);
    }
    expect(report).toBe(readFileSync(file, 'utf8'));
  });
});
