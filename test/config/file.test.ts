import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { CONFIG_OPTIONS } from '../../src/cli/options.ts';
import { parseConfig, readConfigFile } from '../../src/config/file.ts';
import { makeFolder } from '../cli/run-main.ts';

async function parse(text: string, isProject = true) {
  return parseConfig(text, '/repo/keyturn.yaml', {
    specs: CONFIG_OPTIONS,
    shownAs: 'keyturn.yaml',
    isProject,
  });
}

async function refusal(text: string, isProject = true): Promise<string> {
  return parse(text, isProject).then(
    () => 'accepted',
    (error: unknown) => {
      expect(error).toBeInstanceOf(UsageError);
      return (error as UsageError).message;
    },
  );
}

describe('a configuration file', () => {
  it('gives values with their places', async () => {
    const file = await parse(
      '# ours\nminConfidence: high\n\npatterns:\n  - a.yaml\n  - b.yaml\n$schema: x\n',
    );
    expect([...file.values]).toEqual([
      [
        'min-confidence',
        { value: 'high', where: 'keyturn.yaml:2:1', label: 'keyturn.yaml:2:1: minConfidence', base: '/repo' },
      ],
      [
        'patterns',
        {
          value: ['a.yaml', 'b.yaml'],
          where: 'keyturn.yaml:4:1',
          label: 'keyturn.yaml:4:1: patterns',
          base: '/repo',
        },
      ],
    ]);
  });

  it.each(['', '\n', '# only a comment\n', '---\n', '{}', 'null\n'])('may hold nothing: %j', async (text) => {
    const file = await parse(text);
    expect(file.values.size).toBe(0);
    expect(file.allow).toEqual([]);
  });

  it('may be JSON, and may begin with a byte order mark', async () => {
    const folder = makeFolder({ 'keyturn.yaml': '\ufeff{"failOn": "high"}' });
    const file = await readConfigFile(join(folder, 'keyturn.yaml'), {
      specs: CONFIG_OPTIONS,
      isProject: true,
    });
    expect(file.values.get('fail-on')).toMatchObject({ value: 'high', where: 'keyturn.yaml:1:2' });
  });

  it.each([
    ['a: 1\n', 'keyturn.yaml:1:1: unknown key "a"'],
    [
      '# x\n\nmin_confidence: low\n',
      'keyturn.yaml:3:1: unknown key "min_confidence"; did you mean "minConfidence"?',
    ],
    ['failon: low\n', 'keyturn.yaml:1:1: unknown key "failon"; did you mean "failOn"?'],
    ['ptaterns: []\n', 'keyturn.yaml:1:1: unknown key "ptaterns"; did you mean "patterns"?'],
    [
      'strict: true\nfailOn: low\nstrict: false\n',
      'keyturn.yaml:3:1: this key stands here for the second time',
    ],
    ['allow:\n\t- x\n', 'keyturn.yaml:2:1: a tab cannot indent; use spaces'],
    ['- strict\n', 'keyturn.yaml:1:1: expected "key: value" lines'],
    ['strict', 'keyturn.yaml:1:1: expected "key: value" lines'],
    ['strict: true\n---\nstrict: false\n', 'keyturn.yaml:2:1: a second document in one file'],
    ['? [a, b]\n: c\n', 'keyturn.yaml:1:3: a key must be a plain word'],
    ['allow: all\n', 'keyturn.yaml:1:1: expected a list of texts'],
    ['allow:\n  - 123456789012\n', 'keyturn.yaml:2:5: expected a text (put it in quotes)'],
    ['<<: {strict: true}\n', 'keyturn.yaml:1:1: unknown key "<<"'],
    ['__proto__: {}\n', 'keyturn.yaml:1:1: unknown key "__proto__"'],
  ])('refuses %j', async (text, message) => {
    expect(await refusal(text)).toBe(message);
  });

  it.each([
    'strict: [\n',
    'strict: "x\n',
    'strict: {a: b\n',
    '%YAML 9\n---\n{\n',
    'a: b: c\n',
    '\u0000',
    '@',
  ])('names the place where %j is broken', async (text) => {
    expect(await refusal(text)).toMatch(/^keyturn\.yaml:\d+:\d+: .+/);
  });

  it('expands no aliases, so that a small file stays small', async () => {
    const names = 'abcdefghi';
    const laughs = [...names].map((name, level) => {
      const below = level === 0 ? '"ha"' : `*${names[level - 1]}`;
      return `${name}: &${name} [${Array(9).fill(below).join(', ')}]`;
    });
    const start = performance.now();
    expect(await refusal(`${laughs.join('\n')}\nallow: *i\n`)).toMatch(/unknown key "a"|aliases/);
    expect(await refusal('patterns: &p [a]\nallow: *p\n')).toBe(
      'keyturn.yaml:2:8: anchors and aliases are not supported',
    );
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('may not be nested deeply, which would exhaust the stack of the parser', async () => {
    const texts = [
      '['.repeat(100_000),
      `${'[ '.repeat(5_000)}x${' ]'.repeat(5_000)}`,
      '{a: '.repeat(5_000),
      `"${']'.repeat(5_000)}"${'['.repeat(5_000)}`,
      '- '.repeat(5_000),
      '? '.repeat(5_000),
      Array.from({ length: 1_000 }, (_, level) => `${' '.repeat(level)}a:`).join('\n'),
    ];
    for (const text of texts)
      expect(await refusal(`allow:\n ${text}`)).toBe('keyturn.yaml: nested too deeply');
    const long = Array.from({ length: 5_000 }, (_, index) => `  - "path:dir ${index}/**"`).join('\n');
    expect(await refusal(`allow:\n${long}`)).toBe('accepted');
  });

  it('either reads or refuses any text, and throws nothing else', async () => {
    const piece = fc.constantFrom(
      'strict',
      ': ',
      '\n',
      '- ',
      '"',
      "'",
      '&a ',
      '*a',
      '{',
      '}',
      '[',
      ']',
      '!!x ',
      '|\n ',
      '#',
      ',',
      '? ',
      '\t',
      '---\n',
      '9',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        await refusal(pieces.join(''));
      }),
      { numRuns: 300 },
    );
  });

  it('does not let a project write files, while a user may', async () => {
    const message = 'keyturn.yaml:1:1: output cannot be set by the configuration of a project';
    expect(await refusal('output: [json=/etc/passwd]\n')).toBe(message);
    expect(await refusal('cacheDir: /tmp\n')).toContain('cannot be set by the configuration of a project');
    expect(await refusal('output: [json=out.json]\ncacheDir: c\n', false)).toBe('accepted');
  });

  it('must be a regular file of UTF-8, and not large', async () => {
    const folder = makeFolder({ 'large.yaml': '#'.repeat(2 ** 20 + 1), 'folder/': '' });
    execFileSync('sh', ['-c', 'printf "\\377\\376s" > wide.yaml; mkfifo pipe.yaml'], { cwd: folder });
    const read = (name: string) =>
      readConfigFile(join(folder, name), { specs: CONFIG_OPTIONS, isProject: true });
    await expect(read('large.yaml')).rejects.toThrow('large.yaml: larger than 1 MiB');
    await expect(read('wide.yaml')).rejects.toThrow('wide.yaml: not UTF-8');
    await expect(read('pipe.yaml')).rejects.toThrow('pipe.yaml: not a regular file');
    await expect(read('folder')).rejects.toThrow('folder: not a regular file');
    await expect(read('none.yaml')).rejects.toThrow('none.yaml: no such file');
  });
});
