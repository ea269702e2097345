import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { formatBaseline } from '../../src/config/baseline.ts';
import { makeFinding, makeFolder, makeResult, runMain } from './run-main.ts';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(32)) as [string, string, string];

function resultWith(...fingerprints: string[]) {
  return makeResult({ findings: fingerprints.map((fingerprint) => makeFinding({ fingerprint })) });
}

function repository(known?: string[]) {
  const root = makeFolder({ '.git/': '', 'sub/': '' });
  const file = join(root, '.keyturn-baseline.json');
  if (known !== undefined) writeFileSync(file, formatBaseline(known));
  return { root, file, text: () => readFileSync(file, 'utf8') };
}

describe('keyturn baseline', () => {
  it('create records what a scan finds, at the root of the repository', async () => {
    const { root, text } = repository();
    const run = await runMain(['baseline', 'create', '--history'], {
      cwd: join(root, 'sub'),
      result: resultWith(B, A),
    });
    expect(run).toMatchObject({
      status: 0,
      stdout: '../.keyturn-baseline.json: 2 findings recorded; later scans leave them out\n',
      plan: { mode: 'history' },
    });
    expect(text()).toBe(formatBaseline([A, B]));
    const schema = JSON.parse(readFileSync('schema/baseline.schema.json', 'utf8')) as object;
    expect(new Ajv2020({ strict: true }).validate(schema, JSON.parse(text()))).toBe(true);
  });

  it('create does not overwrite', async () => {
    const { root, text } = repository([C]);
    const run = await runMain(['baseline', 'create'], { cwd: root, result: resultWith(A) });
    expect(run.status).toBe(2);
    expect(run.stderr).toBe(
      'keyturn: .keyturn-baseline.json: exists already\nkeyturn baseline update adds what is new.\n',
    );
    expect(run.plan).toBeUndefined();
    expect(text()).toBe(formatBaseline([C]));
  });

  it('update adds what is new, and takes out what is gone only when asked', async () => {
    const { root, text } = repository([A, B]);
    const update = (...argv: string[]) =>
      runMain(['baseline', 'update', ...argv], { cwd: root, result: resultWith(B, C) });
    const added = await update();
    expect(added.stdout).toBe('.keyturn-baseline.json: 1 added, 0 removed, 3 findings recorded\n');
    // What is known already must not be hidden from the scan that renews it.
    expect(added.plan?.baseline).toEqual(new Set());
    expect(text()).toBe(formatBaseline([A, B, C]));
    expect((await update('--prune')).stdout).toContain('0 added, 1 removed, 2 findings recorded');
    expect(text()).toBe(formatBaseline([B, C]));
  });

  it('update takes nothing out after an incomplete scan', async () => {
    const { root, text } = repository([A]);
    const gaps = [{ reason: 'corrupt-object' as const, count: 2, examples: ['1', '2'] }];
    const result = { complete: false, coverage: { ...makeResult().coverage, gaps } };
    const run = await runMain(['baseline', 'update', '--prune'], { cwd: root, result });
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('not looked at: 2 objects that cannot be read');
    expect(text()).toBe(formatBaseline([A]));
  });

  it('writes nothing when interrupted', async () => {
    const { root, file } = repository();
    const result = { ...resultWith(A), interrupted: true, complete: false };
    expect((await runMain(['baseline', 'create'], { cwd: root, result })).status).toBe(130);
    expect(existsSync(file)).toBe(false);
  });

  it('update needs one', async () => {
    const run = await runMain(['baseline', 'update', '--baseline', 'x.json']);
    expect(run.stderr).toBe('keyturn: x.json: no such baseline\nkeyturn baseline create writes one.\n');
  });

  it('show prints it, for people or programs', async () => {
    const { root } = repository([B, A]);
    expect((await runMain(['baseline', 'show'], { cwd: root })).stdout).toBe(`${A}\n${B}\n`);
    const { stdout } = await runMain(['baseline', 'show', '-f', 'json'], { cwd: root });
    expect(JSON.parse(stdout)).toEqual({ schemaVersion: 1, fingerprints: [A, B] });
  });
});
