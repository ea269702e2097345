import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFromOutside, namedChange, wantedFor } from '../../src/action/event.ts';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];
const ZERO = '0'.repeat(40);
const MAIN = 'refs/remotes/origin/main';

/** The parts of GitHub's payloads that are read, in the shape GitHub sends them. */
const repository = { full_name: 'acme/shop', default_branch: 'main' };

function pushed(parts: object) {
  const payload = {
    ref: 'refs/heads/topic',
    before: A,
    after: B,
    created: false,
    deleted: false,
    forced: false,
  };
  return { name: 'push', payload: { ...payload, repository, ...parts }, ref: 'refs/heads/topic', sha: B };
}

function request(name: string, headRepository: object | null = repository) {
  const payload = {
    action: 'synchronize',
    pull_request: {
      head: { ref: 'topic', sha: B, repo: headRepository },
      base: { ref: 'main', sha: A, repo: repository },
    },
    repository,
  };
  return { name, payload, ref: 'refs/pull/7/merge', sha: C };
}

describe('what an event is about', () => {
  it.each([
    ['a push', pushed({}), [A, MAIN], B],
    ['a forced push', pushed({ forced: true }), [A, MAIN], B],
    ['the first push of a branch', pushed({ before: ZERO, created: true }), [MAIN], B],
    ['a push to the default branch', pushed({ ref: 'refs/heads/main' }), [A], B],
    ['the first push of all', pushed({ ref: 'refs/heads/main', before: ZERO, created: true }), [], B],
    ['a tag', pushed({ ref: 'refs/tags/v1', before: ZERO, created: true }), [MAIN], B],
    ['a tag that moved', pushed({ ref: 'refs/tags/v1', forced: true }), [A, MAIN], B],
    ['a pull request', request('pull_request'), [A, MAIN], B],
    ['a pull request of a fork', request('pull_request_target'), [A, MAIN], B],
    ['a review', request('pull_request_review'), [A, MAIN], B],
    [
      'a merge queue',
      { name: 'merge_group', payload: { merge_group: { base_sha: A, head_sha: B } }, ref: '', sha: B },
      [A],
      B,
    ],
    [
      'a new branch',
      { name: 'create', payload: { ref: 'topic', repository }, ref: 'refs/heads/topic', sha: B },
      [MAIN],
      B,
    ],
    [
      'SHA-256 ids',
      pushed({ before: 'd'.repeat(64), after: 'e'.repeat(64) }),
      ['d'.repeat(64), MAIN],
      'e'.repeat(64),
    ],
  ])('%s: a range', (_, event, bases, head) => {
    expect(wantedFor(event)).toMatchObject({ what: 'changes', bases, head });
  });

  it.each([
    ['a deleted ref', pushed({ after: ZERO, deleted: true })],
    ['a deleted ref of a SHA-256 repository', pushed({ after: '0'.repeat(64) })],
    ['the event of a deletion', { name: 'delete', payload: { ref: 'topic' }, ref: '', sha: A }],
  ])('%s: nothing', (_, event) => {
    expect(wantedFor(event).what).toBe('nothing');
  });

  it.each(['schedule', 'workflow_dispatch', 'repository_dispatch', 'release', 'an event\n::error::'])(
    '%s: everything',
    (name) => {
      const wanted = wantedFor({ name, payload: { repository }, ref: 'refs/heads/main', sha: A });
      expect(wanted.what).toBe('everything');
      expect(wanted.why).not.toMatch(/[\n:]/);
    },
  );

  it('a payload that is not what it should be: never nothing, and no text of it goes anywhere', () => {
    const payload = fc.record(
      {
        ref: fc.anything(),
        before: fc.anything(),
        after: fc.anything().filter((value) => typeof value !== 'string' || !/^0+$/.test(value)),
        pull_request: fc.anything(),
        merge_group: fc.anything(),
        repository: fc.anything(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.constantFrom('push', 'pull_request', 'merge_group', 'create'),
        payload,
        (name, event) => {
          const wanted = wantedFor({ name, payload: event, ref: '--upload-pack=x', sha: '--output=x' });
          expect(wanted.what).not.toBe('nothing');
        },
      ),
    );
  });

  it.each(['--output=x', 'a b', 'a\nb', 'a..b', 'a^{/x}', ':x', '', '~', 'a:b'])(
    'a branch called %j is no revision',
    (branch) => {
      const event = pushed({ before: ZERO, repository: { default_branch: branch } });
      expect(wantedFor(event)).toMatchObject({ bases: [] });
      expect(namedChange(branch, 'HEAD')).toBeUndefined();
      expect(namedChange('main', branch)).toBeUndefined();
    },
  );

  it('takes a name for a branch of the remote too', () => {
    expect(namedChange('main', 'HEAD')).toMatchObject({ bases: ['main', MAIN], head: 'HEAD', isNamed: true });
  });
});

describe('a change is from outside', () => {
  it.each([
    ['a push', pushed({}), false],
    ['a pull request of the repository', request('pull_request'), false],
    ['one of a fork', request('pull_request', { full_name: 'mallory/shop' }), true],
    ['one of a fork that is gone', request('pull_request', null), true],
    ['pull_request_target', request('pull_request_target'), true],
  ])('%s', (_, event, isOutside) => {
    expect(isFromOutside(event)).toBe(isOutside);
  });
});
