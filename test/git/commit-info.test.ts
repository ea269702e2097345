import { expect, it } from 'vitest';
import { parseCommitInfo } from '../../src/git/commit-info.ts';

const ID = 'f'.repeat(40);

function commit(author: string, message: string, extra = ''): Buffer {
  return Buffer.from(
    `tree ${ID}\nauthor ${author}\ncommitter C <c@example.com> 1 +0000\n${extra}\n${message}`,
    'latin1',
  );
}

it('reads author, date with the author’s offset, and the first paragraph', () => {
  expect(
    parseCommitInfo(ID, commit('A B <a@example.com> 1700000000 -0330', '\nOne\n  two\n\nbody\n')),
  ).toEqual({
    id: ID,
    author: 'A B',
    email: 'a@example.com',
    authoredAt: '2023-11-14T18:43:20-03:30',
    summary: 'One two',
  });
});

it('decodes what the commit claims, UTF-8 without a claim, latin1 when neither holds', () => {
  const author = 'Ren\xe9 <r@example.com> 0 +0000';
  expect(parseCommitInfo(ID, commit(author, 'd\xe9j\xe0', 'encoding ISO-8859-1\n'))).toMatchObject({
    author: 'René',
    summary: 'déjà',
  });
  expect(parseCommitInfo(ID, commit(author, 'd\xe9j\xe0', 'encoding no-such\n'))).toMatchObject({
    summary: 'déjà',
  });
  expect(parseCommitInfo(ID, commit(author, 'd\xe9j\xe0'))).toMatchObject({
    author: 'René',
    summary: 'déjà',
  });
  expect(parseCommitInfo(ID, commit('x <y> 0 +0000', 'd\xc3\xa9j\xc3\xa0'))).toMatchObject({
    summary: 'déjà',
  });
});

it('bears malformed commits', () => {
  const empty = { id: ID, author: '', email: '', authoredAt: '', summary: '' };
  expect(parseCommitInfo(ID, new Uint8Array(0))).toEqual(empty);
  expect(parseCommitInfo(ID, commit('nobody', ''))).toEqual({ ...empty, author: 'nobody' });
  expect(parseCommitInfo(ID, commit('A <a> x y', 's'))).toMatchObject({
    author: 'A',
    email: 'a',
    authoredAt: '',
  });
  expect(parseCommitInfo(ID, commit('A <a> 99999999999999999 +9999', 's'))).toMatchObject({ authoredAt: '' });
  expect(parseCommitInfo(ID, commit('A <a> 1 elsewhere', 's'))).toMatchObject({
    authoredAt: '1970-01-01T00:00:01+00:00',
  });
});
