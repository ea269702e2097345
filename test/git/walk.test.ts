import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createTwinKernel } from '../../src/detect/kernel/twin.ts';
import { makeRepository, openRepository, runGit, type TestRepository } from '../helpers/repository.ts';
import { listByGit, seeingEverything, walkStore } from '../helpers/walk.ts';

const repositories: TestRepository[] = [];
afterEach(() => {
  for (const repository of repositories.splice(0)) repository.remove();
});

function repository(options: Parameters<typeof makeRepository>[0] = {}): TestRepository {
  const made = makeRepository(options);
  repositories.push(made);
  return made;
}

/** Files that change little by little, so that repacking finds deltas of several levels; a tag, a merge, a lost commit. */
function fill(target: TestRepository): void {
  const lines = Array.from(
    { length: 400 },
    (_, line) => `line ${line} of a file that is long enough for deltas`,
  );
  for (let version = 0; version < 12; version++) {
    lines[(version * 37) % lines.length] =
      `changed in version ${version}${version % 5 === 3 ? ' NEEDLE' : ''}`;
    target.write('docs/long.txt', lines.join('\n'));
    target.write(`src/file-${version}.txt`, `small ${version}\n`);
    target.commit(`version ${version}\n\nbody${version === 4 ? ' with a NEEDLE' : ''}`);
  }
  target.git('tag', '-a', 'v1', '-m', 'a tag with a NEEDLE');
  target.blob('nothing points at this NEEDLE');
}

function kernel() {
  return createTwinKernel({ anchors: [{ bytes: Buffer.from('NEEDLE'), tag: 1 }] });
}

function expectWholeStore(target: TestRepository, settings = {}): void {
  const walked = walkStore(target, seeingEverything(kernel()), settings);
  const byGit = listByGit(target);
  expect(walked.contents).toEqual(byGit);
  expect(walked.gaps).toEqual([]);
  const { blobs, commits, tags, trees } = walked.result;
  expect(blobs + commits + tags + trees).toBe(byGit.length);
  expect(walked.commits.length).toBe(commits);
}

function packFiles(target: TestRepository, extension: string): string[] {
  const folder = join(target.gitDir, 'objects/pack');
  return readdirSync(folder)
    .filter((name) => name.endsWith(extension))
    .map((name) => join(folder, name));
}

describe('a walk visits every object of', () => {
  it('an empty repository', () => {
    expectWholeStore(repository());
  });

  for (const objectFormat of ['sha1', 'sha256'] as const) {
    it(`loose objects (${objectFormat})`, () => {
      const target = repository({ objectFormat });
      fill(target);
      expectWholeStore(target);
    });

    it(`a pack with offset deltas (${objectFormat})`, () => {
      const target = repository({ objectFormat });
      fill(target);
      target.git('repack', '-adfq', '--depth=50', '--window=50');
      expectWholeStore(target);
    });

    it(`a pack with ref deltas (${objectFormat})`, () => {
      const target = repository({ objectFormat });
      fill(target);
      target.git('-c', 'repack.useDeltaBaseOffset=false', 'repack', '-adfq', '--depth=50', '--window=50');
      expectWholeStore(target);
    });
  }
});

describe('what is hot', () => {
  it('is what holds a candidate, whether whole or as a delta', () => {
    const target = repository();
    fill(target);
    target.git('repack', '-adfq', '--depth=50', '--window=50');
    const walked = walkStore(target, kernel());
    const expected = listByGit(target).filter((line) => {
      const [id, type] = line.split(' ');
      return type !== 'tree' && target.gitBytes(['cat-file', type!, id!]).includes('NEEDLE');
    });
    expect(walked.contents).toEqual(expected);
    expect(expected.length).toBeGreaterThan(5);
  });
});
