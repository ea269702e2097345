import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '../src');

/** Rooms a room may import from, besides itself. Nothing points upwards. */
const MAY_IMPORT: Record<string, string[]> = {
  action: ['cli', 'scan', 'report', 'git', 'base'],
  cli: [
    'config',
    'hook',
    'sandbox',
    'schedule',
    'audit',
    'notify',
    'accounts',
    'keys',
    'scan',
    'report',
    'aws',
    'detect',
    'git',
    'base',
  ],
  config: ['scan', 'report', 'detect', 'base'],
  hook: ['git', 'base'],
  sandbox: ['config', 'detect', 'base'],
  schedule: ['config', 'notify', 'accounts', 'keys', 'aws', 'base'],
  audit: ['accounts', 'keys', 'config', 'scan', 'source', 'report', 'aws', 'detect', 'base'],
  keys: ['accounts', 'config', 'report', 'aws', 'detect', 'base'],
  accounts: ['config', 'aws', 'base'],
  notify: ['config', 'scan/mask', 'report/escape', 'aws', 'detect', 'base'],
  aws: ['base'],
  scan: ['source', 'report', 'git', 'detect', 'base'],
  source: ['report/result', 'git', 'detect', 'base'],
  report: ['detect', 'base'],
  git: ['report/result', 'detect', 'base'],
  detect: ['base'],
  base: [],
};

interface Import {
  from: string;
  to: string;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const found = text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g);
  return [...found].map((match) => ({
    from: relative(SRC, file),
    to: relative(SRC, join(file, '..', match[1]!)),
  }));
}

function sourceFiles(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('kernel/assembly/'))
    .map((name) => join(SRC, name));
}

describe('architecture', () => {
  it('lets imports point downwards only', () => {
    const upwards = sourceFiles()
      .flatMap(importsOf)
      .filter(({ from, to }) => {
        const room = from.split('/')[0]!;
        const target = to.replace(/\.ts$/, '');
        // Only package.json, for the version, stands outside.
        if (target === '../package.json' || !target.includes('/') || target.startsWith(`${room}/`))
          return false;
        return !MAY_IMPORT[room]!.some((allowed) => target === allowed || target.startsWith(`${allowed}/`));
      });
    expect(upwards).toEqual([]);
  });

  it('keeps process and console to the command line', () => {
    const offenders = sourceFiles()
      .filter((file) => !/^(cli\/|action\/bin\.ts|scan\/worker\.ts|scan\/pool\.ts)/.test(relative(SRC, file)))
      .filter((file) =>
        /(?<![.\w])console\.\w+\(|\bprocess\.(?!versions\b)/.test(stripComments(readFileSync(file, 'utf8'))),
      )
      .map((file) => relative(SRC, file));
    expect(offenders).toEqual([]);
  });

  it('keeps detect free of files, git and clocks', () => {
    const offenders = sourceFiles()
      .filter((file) => relative(SRC, file).startsWith('detect/'))
      .filter((file) =>
        /node:(fs|child_process|net|http)|Date\.now|new Date\(\)/.test(
          stripComments(readFileSync(file, 'utf8')),
        ),
      )
      .map((file) => relative(SRC, file));
    // The one file that loads patterns from disk for users who bring their own is in config.
    expect(offenders).toEqual([]);
  });
});

function stripComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}
