import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder, runMain } from '../cli/run-main.ts';

interface Row {
  key: string;
  value?: unknown;
  layer: string;
  where: string;
}

async function print(argv: string[], cwd: string, env: Record<string, string> = {}) {
  const run = await runMain(['config', 'print', '--format', 'json', ...argv], { cwd, env });
  expect(run.stderr).toBe('');
  const parsed = JSON.parse(run.stdout) as { files: string[]; settings: Row[]; allow: unknown[] };
  const row = (key: string): Row => parsed.settings.find((candidate) => candidate.key === key)!;
  return { ...parsed, row };
}

async function refusal(argv: string[], cwd: string, env: Record<string, string> = {}): Promise<string> {
  const run = await runMain(['config', 'print', ...argv], { cwd, env });
  expect(run.status).toBe(2);
  return run.stderr;
}

describe('the configuration', () => {
  it('puts options over variables over the project over the user over defaults', async () => {
    const home = makeFolder({
      '.config/keyturn/config.yaml': 'minConfidence: info\nfailOn: high\nformat: csv\nlogLevel: debug\n',
    });
    const cwd = makeFolder({
      '.git/': '',
      'keyturn.yaml': 'minConfidence: medium\nfailOn: medium\nformat: json\n',
    });
    const env = { HOME: home, KEYTURN_MIN_CONFIDENCE: 'high', KEYTURN_FAIL_ON: 'low' };
    const { row, files } = await print(['--min-confidence', 'low'], cwd, env);
    const user = join(home, '.config/keyturn/config.yaml');
    expect(row('minConfidence')).toMatchObject({ value: 'low', layer: 'flag', where: '--min-confidence' });
    expect(row('failOn')).toMatchObject({ value: 'low', layer: 'environment', where: 'KEYTURN_FAIL_ON' });
    expect(row('format')).toMatchObject({ value: 'json', layer: 'project', where: 'keyturn.yaml:3:1' });
    expect(row('logLevel')).toMatchObject({ value: 'debug', layer: 'user', where: `${user}:4:1` });
    expect(row('strict')).toMatchObject({ value: false, layer: 'default', where: 'default' });
    expect(files).toEqual([join(cwd, 'keyturn.yaml'), user]);
  });

  it('of the user stands where XDG says', async () => {
    const xdg = makeFolder({ 'keyturn/config.yaml': 'strict: true\n' });
    const cwd = makeFolder();
    expect((await print([], cwd, { XDG_CONFIG_HOME: xdg })).row('strict').layer).toBe('user');
    // The standard says that a relative value is to be ignored.
    expect((await print([], cwd, { XDG_CONFIG_HOME: 'relative' })).row('strict').layer).toBe('default');
  });

  it('of the project may begin with a dot, but not have both names', async () => {
    const cwd = makeFolder({ '.keyturn.yaml': 'strict: true\n' });
    expect((await print([], cwd)).row('strict').where).toBe('.keyturn.yaml:1:1');
    const both = makeFolder({ '.keyturn.yaml': '', 'keyturn.yaml': '' });
    expect(await refusal([], both)).toContain('has both keyturn.yaml and .keyturn.yaml\nKeep one of them.');
  });

  it('may be named, by option or variable, and then may set everything', async () => {
    const cwd = makeFolder({ 'keyturn.yaml': 'strict: true\n', 'ci/k.yaml': 'output: [sarif=out.sarif]\n' });
    for (const [argv, env] of [
      [['--config', 'ci/k.yaml'], {}],
      [[], { KEYTURN_CONFIG: 'ci/k.yaml' }],
    ] as const) {
      const { row } = await print([...argv], cwd, env);
      expect(row('output')).toMatchObject({
        value: [`sarif=${join(cwd, 'ci/out.sarif')}`],
        where: 'ci/k.yaml:1:1',
      });
      expect(row('strict').value).toBe(false);
    }
    expect(await refusal(['--config', 'nope.yaml'], cwd)).toBe('keyturn: nope.yaml: no such file\n');
  });

  it('can be left out: the files, or that of the project', async () => {
    const home = makeFolder({ '.config/keyturn/config.yaml': 'exitZero: true\n' });
    const cwd = makeFolder({ 'keyturn.yaml': 'strict: true\n' });
    const env = { HOME: home };
    expect((await print(['--no-config'], cwd, env)).files).toEqual([]);
    expect((await print([], cwd, { ...env, KEYTURN_PROJECT_CONFIG: '0' })).files).toEqual([
      join(home, '.config/keyturn/config.yaml'),
    ]);
  });

  it('names the place of a bad value', async () => {
    const cwd = makeFolder({ 'keyturn.yaml': '\n  failOn: hgih\n' });
    expect(await refusal([], cwd)).toBe(
      'keyturn: keyturn.yaml:2:3: failOn: "hgih" is not one of high, medium, low; did you mean "high"?\n',
    );
    expect(await refusal([], makeFolder(), { KEYTURN_JOBS: 'x' })).toBe(
      'keyturn: KEYTURN_JOBS: expected a whole number, got "x"\n',
    );
  });

  it('does not mix up options of one name: format: sarif is for scans', async () => {
    const cwd = makeFolder({
      'keyturn.yaml': 'format: sarif\n',
      '.keyturn-baseline.json': '{"schemaVersion":1,"fingerprints":[]}',
    });
    expect((await runMain(['baseline', 'show'], { cwd, env: { KEYTURN_FORMAT: 'csv' } })).status).toBe(0);
    expect((await print([], cwd)).row('format').value).toBe('sarif');
  });

  it('that is broken does not stop what needs none', async () => {
    const cwd = makeFolder({ 'keyturn.yaml': 'nope: 1\n' });
    expect((await runMain(['config', 'schema'], { cwd })).status).toBe(0);
    expect((await runMain(['completion', 'bash'], { cwd })).status).toBe(0);
    expect((await runMain(['scan'], { cwd })).status).toBe(2);
  });

  it('is printed such that it can be read again', async () => {
    const cwd = makeFolder({
      'keyturn.yaml': 'maxFileSize: 3MB\nbaseline: false\npatterns: []\nallow: ["path:a b/**"]\n',
    });
    const { stdout } = await runMain(['config', 'print', '--no-cache'], { cwd });
    expect(stdout).toMatch(/^maxFileSize: "3M" +# keyturn.yaml:1:1$/m);
    expect(stdout).toMatch(/^cache: false +# --no-cache$/m);
    const again = makeFolder({ 'again.yaml': stdout });
    const { row, allow } = await print(['--config', 'again.yaml'], again);
    expect(row('maxFileSize').value).toBe('3M');
    expect(row('cache').value).toBe(false);
    expect(row('baseline').value).toBe(false);
    expect(allow).toEqual([{ value: 'path:a b/**', where: expect.stringMatching(/^again\.yaml:\d+:5$/) }]);
  });
});
