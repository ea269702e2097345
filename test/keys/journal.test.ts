import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal, readJournal, unstoredKeys } from '../../src/keys/journal.ts';
import { createBench, flawsAtEnd } from './bench.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(file = join(folder, 'deep/journal.ndjson')) {
  return { file, journal: openJournal({ file, run: 'r', actor: 'arn:me', now: () => 0 }) };
}

const note = { event: 'note', action: 'test', user: 'ci' } as const;

describe('the journal', () => {
  it('is one object a line, for its owner only', () => {
    const { file, journal } = open();
    journal.write(note);
    journal.write({ ...note, text: 'line\nfeed' });
    expect(readFileSync(file, 'utf8').trim().split(/\n+/)).toHaveLength(2);
    expect(journal.entries()).toEqual([
      { at: '1970-01-01T00:00:00.000Z', run: 'r', actor: 'arn:me', ...note },
      { at: '1970-01-01T00:00:00.000Z', run: 'r', actor: 'arn:me', ...note, text: 'line\nfeed' },
    ]);
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it('goes on after a line that was torn by a crash', () => {
    const { file, journal } = open();
    journal.write(note);
    appendFileSync(file, '{"at":"1970-01-01T00:0');
    journal.write({ ...note, user: 'next' });
    expect(readJournal(file).map(({ user }) => user)).toEqual(['ci', 'next']);
  });

  it('says what to do when the disk is full', () => {
    // A device that is always full.
    const { journal } = open('/dev/full');
    expect(() => journal.write(note)).toThrow(/cannot write the journal \/dev\/full: ENOSPC/);
  });

  it('stops a rotation before anything is done when it cannot be written', async () => {
    const bench = createBench();
    const aws = bench.start();
    const session = bench.sessionOf(aws);
    const { journal } = open('/dev/full');
    const { rotate } = await import('../../src/keys/rotate.ts');
    const { runnerOf } = await import('./bench.ts');
    await expect(
      rotate({ ...session, journal: { ...journal, entries: () => [] } }, runnerOf(aws)),
    ).rejects.toMatchObject({ code: 'journal' });
    expect(bench.account.users.get('ci')!.tags.size).toBe(0);
    expect(await bench.run()).toMatchObject({ state: 'done' });
    expect(flawsAtEnd(bench)).toEqual([]);
  });

  it('has an intent before every mutation, and its outcome after', async () => {
    const bench = createBench();
    const order: string[] = [];
    await bench.run({
      onDone: (action) => {
        const last = bench.journal.at(-1);
        if (/^(?:Create|Update|Delete|Tag|Untag)|PutSecretValue/.test(action))
          order.push(`${action} after ${last?.event} ${last?.action.split(':')[1]}`);
      },
    });
    const ofSteps = order.filter((line) => line.includes('after intent'));
    expect(ofSteps).toEqual([
      'TagUser after intent TagUser',
      'CreateAccessKey after intent CreateAccessKey',
      'PutSecretValue after intent PutSecretValue',
      'TagUser after intent TagUser',
      'UpdateSecretVersionStage after intent UpdateSecretVersionStage',
      'UpdateSecretVersionStage after intent UpdateSecretVersionStage',
      'UntagUser after intent UntagUser',
      'TagUser after intent TagUser',
      'UpdateAccessKey after intent UpdateAccessKey',
    ]);
    // What is left is the lock, which is no change of a key.
    expect(order.filter((line) => !line.includes('after intent'))).toHaveLength(4);
  });

  it('knows the keys that were made and never stored', () => {
    const done = { at: '', run: '', actor: '', event: 'done', user: 'ci' } as const;
    const entries = ['A', 'B', 'C'].map((keyId) => ({ ...done, action: 'iam:CreateAccessKey', keyId }));
    expect(
      unstoredKeys(
        [
          ...entries,
          { ...done, action: 'secretsmanager:PutSecretValue', keyId: 'A' },
          { ...done, action: 'iam:DeleteAccessKey', keyId: 'B' },
          { ...done, action: 'iam:CreateAccessKey', keyId: 'D', user: 'other' },
        ],
        'ci',
      ),
    ).toEqual(new Set(['C']));
  });
});
