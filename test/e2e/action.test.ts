import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { makeRepository, runGit, type TestRepository } from '../helpers/repository.ts';
import { type BuiltCli, buildCli, type Ended, type Leak, makeLeak } from './keyturn.ts';

const [OLD, NEW, BETWEEN] = [1, 2, 3].map(makeLeak) as [Leak, Leak, Leak];
const ZERO = '0'.repeat(40);

let cli: BuiltCli;
let folder: string;
let remote: TestRepository;
/** On main: a clean commit and an old leak. On topic: a leak that is taken out again, and one that stays. */
let ids: Record<'base' | 'middle' | 'topic', string>;

beforeAll(async () => {
  cli = await buildCli();
});
afterAll(() => cli.remove());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-action-'));
  remote = makeRepository();
  remote.write('old.env', OLD.text);
  const base = remote.commit('base');
  remote.git('checkout', '-q', '-b', 'topic');
  remote.write('between.env', BETWEEN.text);
  const middle = remote.commit('middle');
  remote.write('between.env', 'none');
  remote.write('dir/new.env', NEW.text);
  ids = { base, middle, topic: remote.commit('topic') };
});
afterEach(() => {
  remote.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** What actions/checkout leaves behind; all branches unless `depth` is given. */
function checkOut(ref: string, depth?: number): string {
  const path = join(folder, 'work');
  runGit(folder, ['init', '-q', path]);
  const url = pathToFileURL(remote.path).href;
  runGit(path, ['remote', 'add', 'origin', url]);
  const what =
    depth === undefined
      ? ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*']
      : [`--depth=${depth}`, `${remote.git('rev-parse', ref)}:refs/remotes/origin/checked-out`];
  runGit(remote.path, ['config', 'uploadpack.allowAnySHA1InWant', 'true']);
  runGit(path, ['fetch', '-q', '--no-tags', 'origin', ...what]);
  runGit(path, ['checkout', '-q', '--detach', remote.git('rev-parse', `${ref}^{commit}`)]);
  return path;
}

interface ActionRun extends Ended {
  outputs: Record<string, string>;
  summary: string;
  /** Key IDs of the SARIF report. */
  found: string[];
}

/** Runs the built action as the runner does. */
function act(cwd: string, name: string, payload: object, inputs: Record<string, string> = {}): ActionRun {
  const [event, output, summary] = ['event.json', 'output', 'summary'].map((file) => join(folder, file));
  writeFileSync(
    event!,
    JSON.stringify({ repository: { full_name: 'acme/shop', default_branch: 'main' }, ...payload }),
  );
  for (const file of [output!, summary!]) writeFileSync(file, '');
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(cli.folder, 'action.js')], {
    cwd,
    env: cli.environment({
      GITHUB_ACTIONS: 'true',
      CI: 'true',
      GITHUB_EVENT_NAME: name,
      GITHUB_EVENT_PATH: event!,
      GITHUB_OUTPUT: output!,
      GITHUB_STEP_SUMMARY: summary!,
      GITHUB_SHA: ids.topic,
      GITHUB_REF: 'refs/heads/topic',
      GITHUB_WORKSPACE: cwd,
      RUNNER_TEMP: folder,
      KEYTURN_CACHE: 'false',
      ...Object.fromEntries(
        Object.entries(inputs).map(([key, value]) => [`INPUT_${key.toUpperCase()}`, value]),
      ),
    }),
    encoding: 'utf8',
    timeout: 30_000,
  });
  const outputs = Object.fromEntries(
    readFileSync(output!, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const report = outputs['sarif'] === undefined ? '' : readFileSync(outputs['sarif'], 'utf8');
  const found = [OLD, NEW, BETWEEN].map(({ keyId }) => keyId).filter((keyId) => report.includes(keyId));
  const run = { status, stdout, stderr, outputs, summary: readFileSync(summary!, 'utf8'), found };
  for (const { secret } of [OLD, NEW, BETWEEN]) expect(JSON.stringify(run) + report).not.toContain(secret);
  return run;
}

function pushOf(parts: object = {}) {
  return {
    ref: 'refs/heads/topic',
    before: ids.base,
    after: ids.topic,
    deleted: false,
    forced: false,
    ...parts,
  };
}

function requestOf(headRepository = 'acme/shop') {
  return {
    action: 'opened',
    number: 7,
    pull_request: {
      head: { ref: 'topic', sha: ids.topic, repo: { full_name: headRepository } },
      base: { ref: 'main', sha: ids.base, repo: { full_name: 'acme/shop' } },
    },
  };
}

const BOTH = [NEW.keyId, BETWEEN.keyId];

describe('the action', () => {
  it('finds what a push brings, in every commit, and nothing older', () => {
    const run = act(checkOut('topic'), 'push', pushOf());
    expect(run.status).toBe(1);
    expect(run.found).toEqual(BOTH);
    expect(run.outputs).toEqual({ findings: '2', complete: 'true', sarif: join(folder, 'keyturn.sarif') });
    expect(run.stdout).toMatch(/^::error file=dir\/new\.env,line=1,/m);
    expect(run.summary).toContain('| high | ');
    expect(run.stderr).toBe('');
  });

  it('passes when there is nothing new', () => {
    const run = act(checkOut('topic'), 'push', pushOf({ before: ids.topic }));
    expect({ status: run.status, findings: run.outputs['findings'] }).toEqual({ status: 0, findings: '0' });
  });

  it.each(['pull_request', 'pull_request_target', 'pull_request_review'])(
    'scans what a %s brings',
    (name) => {
      const run = act(checkOut('topic'), name, requestOf());
      expect({ status: run.status, found: run.found }).toEqual({ status: 1, found: BOTH });
    },
  );

  it('scans the pull request and not the merge that the checkout is of', () => {
    remote.git('checkout', '-q', 'main');
    remote.git('merge', '-q', '--no-ff', '-m', 'merge', 'topic');
    const run = act(checkOut('main'), 'pull_request', requestOf());
    expect({ status: run.status, found: run.found }).toEqual({ status: 1, found: BOTH });
  });

  it('scans a merge group', () => {
    const payload = { merge_group: { base_sha: ids.middle, head_sha: ids.topic } };
    expect(act(checkOut('topic'), 'merge_group', payload).found).toEqual([NEW.keyId]);
  });

  it.each([
    ['a new branch', (): object => pushOf({ before: ZERO, created: true })],
    ['a forced push whose old head is gone', (): object => pushOf({ before: 'f'.repeat(40), forced: true })],
  ])('of %s scans what the default branch does not hold', (_, payload) => {
    const run = act(checkOut('topic'), 'push', payload());
    expect({ status: run.status, found: run.found }).toEqual({ status: 1, found: BOTH });
  });

  it.each([
    ['the first push of all', ZERO],
    ['a forced push to the default branch', 'f'.repeat(40)],
  ])('of %s scans everything', (_, before) => {
    const run = act(checkOut('main'), 'push', pushOf({ ref: 'refs/heads/main', before, after: ids.base }));
    expect(run.status).toBe(1);
    expect(run.found).toContain(OLD.keyId);
    expect(run.summary).toContain('history');
  });

  it('reads the message of a tag', () => {
    remote.gitBytes(['tag', '-a', '-F', '-', 'v1', 'main'], BETWEEN.text);
    const tag = remote.git('rev-parse', 'v1');
    const run = act(checkOut('v1'), 'push', pushOf({ ref: 'refs/tags/v1', before: ZERO, after: tag }));
    expect({ status: run.status, found: run.found }).toEqual({ status: 1, found: [BETWEEN.keyId] });
  });

  it('has nothing to do for a deleted ref', () => {
    const run = act(checkOut('main'), 'push', pushOf({ after: ZERO, deleted: true }));
    expect(run.status).toBe(0);
    expect(run.outputs).toEqual({ findings: '0', complete: 'true' });
    expect(run.summary).toContain('Nothing to scan');
  });

  it.each(['schedule', 'workflow_dispatch'])('scans everything on %s', (name) => {
    expect(act(checkOut('topic'), name, {}).found).toEqual([OLD.keyId, ...BOTH]);
  });

  it('scans what its inputs name', () => {
    const work = checkOut('topic');
    expect(act(work, 'schedule', {}, { base: ids.middle }).found).toEqual([NEW.keyId]);
    expect(act(work, 'push', pushOf(), { base: 'main', head: ids.middle }).found).toEqual([BETWEEN.keyId]);
    expect(act(work, 'push', pushOf(), { history: 'true' }).found).toHaveLength(3);
    expect(act(work, 'push', pushOf(), { 'exit-zero': 'true' })).toMatchObject({ status: 0, found: BOTH });
    const gone = act(work, 'push', pushOf(), { base: 'nowhere' });
    expect(gone.status).toBe(2);
    expect(gone.stdout).toMatch(/^::error title=keyturn::nowhere is not in this checkout/m);
    expect(gone.outputs).toEqual({ complete: 'false' });
  });
});

describe('a shallow checkout', () => {
  it.each([1, 2])('of depth %i is named, and never called clean', (depth) => {
    const run = act(checkOut('topic', depth), 'push', pushOf());
    expect(run.outputs['complete']).toBe('false');
    expect(run.status).not.toBe(0);
    expect(run.stdout).toMatch(/^::error title=keyturn::The checkout is shallow: .*`fetch-depth: 0`/m);
    expect(run.summary).toContain('`fetch-depth: 0`');
    expect(run.summary).toContain('**INCOMPLETE');
  });

  it('that holds both ends, and not what is between them, is named', () => {
    const work = checkOut('topic', 1);
    runGit(work, ['fetch', '-q', '--depth=1', 'origin', ids.base]);
    const run = act(work, 'pull_request', requestOf());
    // Nothing links the two ends: git takes all of the head for new, and what came and went between them is not there.
    expect(run.found).toEqual([OLD.keyId, NEW.keyId]);
    expect(run.outputs['complete']).toBe('false');
    expect(run.stdout).toMatch(/^keyturn: --range /);
    expect(run.stdout).toMatch(/^::error title=keyturn::The checkout is shallow: /m);
  });

  it('without a finding ends with 2', () => {
    remote.write('dir/new.env', 'none');
    const clean = remote.commit('clean');
    const run = act(checkOut('topic', 1), 'push', pushOf({ after: clean }));
    // The old leak is still in the tree at HEAD: that of the tree without it is what counts here.
    expect(run.found).toEqual([OLD.keyId]);
    remote.git('rm', '-q', 'old.env');
    const empty = remote.commit('empty');
    rmSync(join(folder, 'work'), { recursive: true });
    const other = act(checkOut('topic', 1), 'push', pushOf({ after: empty }));
    expect({ status: other.status, found: other.found, outputs: other.outputs }).toMatchObject({
      status: 2,
      found: [],
      outputs: { complete: 'false', findings: '0' },
    });
  });

  it('is made whole when that is asked for', () => {
    const run = act(checkOut('topic', 1), 'push', pushOf(), { deepen: 'true' });
    expect({ status: run.status, found: run.found, complete: run.outputs['complete'] }).toEqual({
      status: 1,
      found: BOTH,
      complete: 'true',
    });
  });

  it('gets the head of a pull request that it is not of', () => {
    const run = act(checkOut('main', 1), 'pull_request_target', requestOf(), { deepen: 'true' });
    expect({ found: run.found, complete: run.outputs['complete'] }).toEqual({
      found: BOTH,
      complete: 'true',
    });
  });

  it('that cannot be made whole says why', () => {
    const work = checkOut('topic', 1);
    runGit(work, ['remote', 'set-url', 'origin', 'ext::touch% owned']);
    const run = act(work, 'push', pushOf(), { deepen: 'true' });
    expect(run.status).toBe(2);
    expect(run.stdout).toMatch(/^::error title=keyturn::git fetch: /m);
    expect(existsSync(join(work, 'owned'))).toBe(false);
  });
});

describe('what comes from outside', () => {
  it('does not decide what is found', () => {
    remote.write('.keyturnignore', 'path:**\n');
    ids.topic = remote.commit('hide');
    const work = checkOut('topic');
    expect(act(work, 'pull_request', requestOf('mallory/shop')).found).toEqual(BOTH);
    expect(act(work, 'pull_request_target', requestOf()).found).toEqual(BOTH);
    expect(act(work, 'pull_request', requestOf()).found).toEqual([]);
    expect(act(work, 'pull_request', requestOf(), { 'project-config': 'false' }).found).toEqual(BOTH);
  });

  it('cannot write commands to the log', () => {
    remote.write('a\n::add-mask::x\n##[error]y::z%0A', NEW.text);
    remote.write('keyturn.yaml', '"##[add-matcher]x": 1\n');
    ids.topic = remote.commit('##[set-output name=a]b\n\n::error::x');
    const work = checkOut('topic');
    const outside = act(work, 'pull_request', requestOf('mallory/shop'));
    expect(outside.found).toEqual(BOTH);
    for (const line of outside.stdout.split('\n')) {
      expect(line).toMatch(/^(?:|::(?:error|notice) [^\n]*::[^\n]*|keyturn: [^\n]*)$/);
    }
    expect(outside.stderr).toBe('');
    const inside = act(work, 'pull_request', requestOf());
    expect(inside.status).toBe(2);
    expect(inside.outputs).toEqual({ complete: 'false' });
    expect(inside.stdout).toMatch(/^::error title=keyturn::keyturn\.yaml:1:1: /m);
    expect(inside.stderr).not.toContain('##[');
  });
});

describe('bad input', () => {
  it('names the input', () => {
    const work = checkOut('main');
    const said = (inputs: Record<string, string>) => {
      const { status, stdout } = act(work, 'push', pushOf(), inputs);
      return { status, stdout };
    };
    const error = (text: string) => ({ status: 2, stdout: `::error title=keyturn::${text}\n` });
    expect(said({ history: 'maybe' })).toEqual(error('input history: expected true or false'));
    expect(said({ head: 'HEAD' })).toEqual(error('input head: is of no use without base'));
    expect(said({ base: '--upload-pack=x' })).toEqual(
      error('inputs base and head: expected a branch, a tag or a commit'),
    );
    expect(said({ base: 'a\n::error::b' })).toEqual(error('input base: control characters are not allowed'));
    expect(said({ 'fail-on': 'never' }).stdout).toMatch(
      /::error title=keyturn::--fail-on: "never" is not one of/,
    );
  });

  it('names a folder that is no repository', () => {
    const { status, stdout } = act(folder, 'push', pushOf());
    expect(status).toBe(2);
    expect(stdout).toMatch(/^::error title=keyturn::.*not a git repository\n$/);
  });
});

it('action.yml has every input and output that the code has', () => {
  const action = parse(readFileSync('action.yml', 'utf8')) as {
    inputs: Record<string, unknown>;
    outputs: Record<string, unknown>;
    runs: unknown;
  };
  const code = readFileSync('src/action/inputs.ts', 'utf8');
  const read = [...code.matchAll(/read(?:Flag)?\('([a-z-]+)'\)/g)].map((match) => match[1]!);
  const passed = /PASSED_ON = \[([^\]]+)\]/.exec(code)![1]!.match(/[a-z-]+/g)!;
  expect(Object.keys(action.inputs).sort()).toEqual([...new Set([...read, ...passed])].sort());
  expect(Object.keys(action.outputs)).toEqual(['findings', 'complete', 'sarif']);
  expect(action.runs).toEqual({ using: 'node24', main: 'dist/action.js' });
});
