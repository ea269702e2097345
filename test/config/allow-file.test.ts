import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllowEntry, parseAllowFile, readAllowFile } from '../../src/config/allow-file.ts';
import { makeFolder } from '../cli/run-main.ts';

describe('an allow file', () => {
  it('holds fingerprints, accounts and paths, each with a reason', () => {
    const lines = [
      '# a comment',
      '',
      `${'0123456789ab'.toUpperCase()}  # cut short, in capitals`,
      'f'.repeat(32),
      ' account: 123456789012 # sandbox ',
      'path:docs/**/*.md',
      'path:./a # b#c/#d   # the reason\r',
    ];
    expect(parseAllowFile(lines.join('\n'), '.keyturnignore')).toEqual([
      {
        kind: 'fingerprint',
        prefix: '0123456789ab',
        origin: '.keyturnignore:3',
        reason: 'cut short, in capitals',
      },
      { kind: 'fingerprint', prefix: 'f'.repeat(32), origin: '.keyturnignore:4' },
      { kind: 'account', accountId: '123456789012', origin: '.keyturnignore:5', reason: 'sandbox' },
      { kind: 'path', glob: 'docs/**/*.md', origin: '.keyturnignore:6' },
      { kind: 'path', glob: 'a', origin: '.keyturnignore:7', reason: 'b#c/#d   # the reason' },
    ]);
  });

  it.each([
    ['0123456789a', 'a fingerprint needs at least its first 12 characters'],
    ['f'.repeat(33), 'neither a fingerprint, nor account:, nor path:'],
    ['account:12345', 'an account has twelve digits'],
    ['account:', 'an account has twelve digits'],
    ['path:', 'path: needs a path or a glob'],
    ['path:/etc/**', 'a glob is relative to the folder of this file, and has no "..", nor "!" in front'],
    ['path:a/../../b', 'a glob is relative to the folder of this file, and has no "..", nor "!" in front'],
    ['path:!a', 'a glob is relative to the folder of this file, and has no "..", nor "!" in front'],
    [`path:${'*'.repeat(1_025)}`, 'a glob of more than 1024 characters'],
  ])('refuses %j', (line, message) => {
    expect(() => parseAllowFile(`\n${line}\n`, '.keyturnignore')).toThrow(`.keyturnignore:2: ${message}`);
  });

  it('does not echo what it refuses: it may be a secret', () => {
    expect(() => parseAllowEntry('hunter2-hunter2', 'x:1')).toThrow(/^(?!.*hunter2).*$/s);
  });

  it('speaks of the folder it stands in', () => {
    const folder = makeFolder({ 'sub/.keyturnignore': '\ufeffpath:x\n' });
    expect(readAllowFile(join(folder, 'sub/.keyturnignore'))).toEqual({
      root: join(folder, 'sub'),
      entries: [{ kind: 'path', glob: 'x', origin: '.keyturnignore:1' }],
    });
  });
});
