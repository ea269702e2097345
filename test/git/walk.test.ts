import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createTwinKernel } from '../../src/detect/kernel/twin.ts';
import type { Kernel } from '../../src/detect/kernel/types.ts';
import { createWasmKernel } from '../../src/detect/kernel/wasm-kernel.ts';
import { makeRepository, openRepository, type TestRepository } from '../helpers/repository.ts';
import { listByGit, objectDirsOf, seeingEverything, type WalkSettings, walkStore } from '../helpers/walk.ts';

const MARK = 'QQMARKQQ';
const ANCHORS = { anchors: [{ bytes: Buffer.from(MARK), tag: 1 }] };

const repositories: TestRepository[] = [];
afterEach(() => {
  for (const repository of repositories.splice(0)) repository.remove();
});

function repository(options: Parameters<typeof makeRepository>[0] = {}): TestRepository {
  return later(makeRepository(options));
}

function later(target: TestRepository): TestRepository {
  repositories.push(target);
  return target;
}

/** Files that change little by little, so that repacking finds deltas of several levels; a tag, and a blob nothing points at. */
function fill(target: TestRepository, versions = 12): void {
  const lines = Array.from(
    { length: 400 },
    (_, line) => `line ${line} of a file that is long enough for deltas`,
  );
  for (let version = 0; version < versions; version++) {
    lines[(version * 37) % lines.length] =
      `changed in version ${version}${version % 5 === 3 ? ` ${MARK}` : ''}`;
    target.write('docs/long.txt', lines.join('\n'));
    target.write(`src/file-${version}.txt`, `small ${version}\n`);
    target.commit(`version ${version}\n\nbody${version === 4 ? ` with a ${MARK}` : ''}`);
  }
  target.git('tag', '-a', `v${versions}`, '-m', `a tag with a ${MARK}`);
  target.blob(`nothing points at this ${MARK}`);
}

function repack(target: TestRepository, ...config: string[]): void {
  target.git(...config, 'repack', '-adfq', '--depth=50', '--window=50');
}

const REF_DELTAS = ['-c', 'repack.useDeltaBaseOffset=false'];

/** Everything that git lists is visited once, with git's bytes, and nothing else is. */
function expectWholeStore(target: TestRepository, settings: WalkSettings = {}, kernel?: Kernel): void {
  const walked = walkStore(target, seeingEverything(kernel ?? createWasmKernel(ANCHORS)), settings);
  const byGit = listByGit(target);
  expect(walked.contents).toEqual(byGit);
  expect(walked.gaps).toEqual([]);
  const { blobs, commits, tags, trees } = walked.result;
  const countOf = (type: string) => byGit.filter((line) => line.split(' ')[1] === type).length;
  expect({ blobs, commits, tags, trees }).toEqual({
    blobs: countOf('blob'),
    commits: countOf('commit'),
    tags: countOf('tag'),
    trees: countOf('tree'),
  });
  expect(walked.commits.length).toBe(commits);
}

function packFiles(target: TestRepository, extension: string): string[] {
  const folder = join(target.gitDir, 'objects/pack');
  return readdirSync(folder)
    .filter((name) => name.endsWith(extension))
    .map((name) => join(folder, name));
}

function deltaCount(target: TestRepository): number {
  const bases = target.git('cat-file', '--batch-all-objects', '--batch-check=%(deltabase)').split('\n');
  return bases.filter((base) => !/^0+$/.test(base)).length;
}

/** Overwrites one byte of a read-only file. */
function damage(file: string, at: number): void {
  chmodSync(file, 0o644);
  const bytes = readFileSync(file);
  bytes[at]! ^= 0xff;
  writeFileSync(file, bytes);
}

function offsetsOf(target: TestRepository): { id: string; offset: number }[] {
  const index = readFileSync(packFiles(target, '.idx')[0]!);
  const lines = target.gitBytes(
    ['show-index', `--object-format=${target.git('rev-parse', '--show-object-format')}`],
    index,
  );
  return lines
    .toString()
    .trim()
    .split('\n')
    .map((line) => ({ id: line.split(' ')[1]!, offset: Number(line.split(' ')[0]) }))
    .sort((one, other) => one.offset - other.offset);
}

describe('a walk visits every object of', () => {
  it('an empty repository', () => expectWholeStore(repository()));

  for (const objectFormat of ['sha1', 'sha256'] as const) {
    it(`loose objects (${objectFormat})`, () => {
      const target = repository({ objectFormat });
      fill(target);
      expectWholeStore(target);
    });

    it(`a pack with offset deltas (${objectFormat})`, () => {
      const target = repository({ objectFormat });
      fill(target);
      repack(target);
      expect(deltaCount(target)).toBeGreaterThan(10);
      expectWholeStore(target);
    });

    it(`a pack with ref deltas (${objectFormat})`, () => {
      const target = repository({ objectFormat });
      fill(target);
      repack(target, ...REF_DELTAS);
      expect(deltaCount(target)).toBeGreaterThan(10);
      expectWholeStore(target);
    });
  }

  it('a pack, with the plain TypeScript kernel', () => {
    const target = repository();
    fill(target, 6);
    repack(target);
    expectWholeStore(target, {}, createTwinKernel(ANCHORS));
  });

  it('a pack with an index of version 1', () => {
    const target = repository();
    fill(target);
    repack(target, '-c', 'pack.indexVersion=1');
    expectWholeStore(target);
  });

  it('several packs, one of them kept, with a multi-pack-index', () => {
    const target = repository();
    for (const versions of [4, 8, 12]) {
      fill(target, versions);
      target.git('repack', '-dq');
    }
    const packs = packFiles(target, '.pack');
    expect(packs.length).toBe(3);
    writeFileSync(packs[0]!.replace(/pack$/, 'keep'), '');
    target.git('multi-pack-index', 'write');
    expectWholeStore(target);
  });

  it('packs and loose files that hold the same objects', () => {
    const target = repository();
    fill(target);
    target.git('repack', '-q');
    const first = packFiles(target, '.pack')[0]!;
    writeFileSync(first.replace(/pack$/, 'keep'), '');
    fill(target, 14);
    // Without --honor-pack-keep the second pack holds everything once more; the loose files stay.
    target.gitBytes(['pack-objects', '--all', '--quiet', join(target.gitDir, 'objects/pack/pack')]);
    expect(packFiles(target, '.pack').length).toBe(2);
    expect(Number(/^count: (\d+)/m.exec(target.git('count-objects', '-v'))![1])).toBeGreaterThan(0);
    expectWholeStore(target);
  });

  it('a store with alternates', () => {
    const origin = repository();
    fill(origin);
    repack(origin);
    const path = join(dirname(origin.path), `${origin.path.split('/').at(-1)}-borrower`);
    origin.git('clone', '-q', '--shared', origin.path, path);
    const borrower = later(openRepository(path));
    borrower.write('own.txt', 'own');
    borrower.commit('own');
    expect(objectDirsOf(borrower).length).toBe(2);
    expectWholeStore(borrower);
  });

  it('a bare repository after gc, with what became unreachable', () => {
    const target = repository();
    fill(target);
    target.git('checkout', '-q', '--orphan', 'other');
    target.write('other.txt', 'other');
    target.commit('other');
    target.git('branch', '-D', 'main');
    target.git('tag', '-d', 'v12');
    target.git('gc', '-q', '--prune=never');
    expectWholeStore(target);
  });

  it('thin packs whose ref deltas have their bases in other packs or loose files', () => {
    const target = repository();
    fill(target, 6);
    repack(target);
    const before = target.git('rev-parse', 'HEAD');
    fill(target, 12);
    const thin = target.gitBytes(
      ['pack-objects', '--thin', '--stdout', '--revs', '-q', '--delta-base-offset'],
      `HEAD\n^${before}\n`,
    );
    const bases = target.git('cat-file', '--batch-all-objects', '--batch-check=%(objectname)').split('\n');
    const lonely = later(makeRepository());
    cpSync(join(target.gitDir, 'objects'), join(lonely.gitDir, 'objects'), { recursive: true });
    storeThinPack(lonely, thin);
    const walked = walkStore(lonely, seeingEverything(createWasmKernel(ANCHORS)));
    expect(walked.gaps).toEqual([]);
    expect(walked.contents.map((line) => line.split(' ')[0])).toEqual(bases);
  });
});

/**
 * Git completes thin packs when it stores them; other tools may not. The pack is put there as it is, with an index made from
 * what git says of the completed one, whose first entries are the same.
 */
function storeThinPack(target: TestRepository, thin: Buffer): void {
  const folder = join(target.gitDir, 'objects/pack');
  const completed = target
    .gitBytes(['index-pack', '--stdin', '--fix-thin'], thin)
    .toString()
    .trim()
    .split('\t')
    .at(-1)!;
  const indexFile = join(folder, `pack-${completed}.idx`);
  const entries = target
    .gitBytes(['show-index'], readFileSync(indexFile))
    .toString()
    .trim()
    .split('\n')
    .map((line) => ({ offset: Number(line.split(' ')[0]), id: line.split(' ')[1]! }))
    .filter(({ offset }) => offset < thin.length - 20);
  chmodSync(indexFile, 0o644);
  writeFileSync(indexFile, indexOfVersion1(entries, thin.subarray(-20)));
  const packFile = join(folder, `pack-${completed}.pack`);
  chmodSync(packFile, 0o644);
  writeFileSync(packFile, thin);
}

function indexOfVersion1(entries: { offset: number; id: string }[], packChecksum: Uint8Array): Buffer {
  const fanout = Buffer.alloc(1024);
  for (let byte = 0; byte < 256; byte++) {
    fanout.writeUInt32BE(
      entries.filter(({ id }) => Number.parseInt(id.slice(0, 2), 16) <= byte).length,
      byte * 4,
    );
  }
  const rows = entries.map(({ offset, id }) => {
    const row = Buffer.alloc(24);
    row.writeUInt32BE(offset);
    row.write(id, 4, 'hex');
    return row;
  });
  return Buffer.concat([fanout, ...rows, packChecksum, Buffer.alloc(20)]);
}

describe('objects that do not fit', () => {
  const huge = Array.from({ length: 30_000 }, (_, line) => `${line * 7919} is a number in a long file`).join(
    '\n',
  );

  function withLargeFamily(): TestRepository {
    const target = repository();
    for (let version = 0; version < 4; version++) {
      target.write('large.txt', `${version}\n${huge}\n${version}`);
      target.write('small.txt', `${version}\n${huge.slice(0, 5000)}`);
      target.commit(`version ${version}`);
    }
    repack(target);
    expect(deltaCount(target)).toBeGreaterThan(3);
    return target;
  }

  it('into the arena together are built one after the other', () => {
    const limits = { arenaBytes: 1 << 20, largeBytes: 1 << 20, giantBytes: 1 << 26 };
    expectWholeStore(withLargeFamily(), { limits });
  });

  it('into the arena at all are built outside of it', () => {
    const limits = { arenaBytes: 1 << 18, largeBytes: 1 << 17, giantBytes: 1 << 26 };
    expectWholeStore(withLargeFamily(), { limits });
  });

  it('anywhere are listed as giants, and all others are still visited', () => {
    const target = withLargeFamily();
    const limits = { arenaBytes: 1 << 18, largeBytes: 1 << 17, giantBytes: 1 << 19 };
    const walked = walkStore(target, seeingEverything(createWasmKernel(ANCHORS)), { limits });
    const expected = listByGit(target)
      .map((line) => (Number(line.split(' ')[2]) > 1 << 19 ? `${line.split(' ')[0]} giant` : line))
      .sort();
    expect(expected.filter((line) => line.endsWith('giant')).length).toBe(4);
    expect(walked.contents).toEqual(expected);
  });

  it('into a window of the pack are read on their own', () => {
    const target = repository();
    const noise = Buffer.alloc(300_000);
    for (let index = 0, state = 1; index < noise.length; index++) {
      state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
      noise[index] = state >> 16;
    }
    target.write('noise.bin', noise);
    target.commit('noise that does not compress');
    repack(target);
    expectWholeStore(target);
  });
});

describe('what is hot', () => {
  /** What holds the mark, as git sees it. */
  function marked(target: TestRepository): string[] {
    return listByGit(target).filter((line) => {
      const [id, type] = line.split(' ');
      return target.gitBytes(['cat-file', type!, id!]).includes(MARK);
    });
  }

  for (const [name, make] of [
    ['wasm', createWasmKernel],
    ['twin', createTwinKernel],
  ] as const) {
    it(`is what holds a candidate, whole or as a delta (${name})`, () => {
      const target = repository();
      fill(target);
      repack(target);
      const walked = walkStore(target, make(ANCHORS));
      expect(walked.contents).toEqual(marked(target));
      expect(walked.contents.length).toBeGreaterThan(5);
    });
  }

  it('is an archive or UTF-16 by its first bytes, and a tar file that a delta makes', () => {
    const target = repository();
    const heads = ['\x1f\x8b', 'PK\x03\x04', '\xff\xfe', '\xfe\xff'];
    for (const [index, head] of heads.entries())
      target.write(`${index}.bin`, Buffer.from(`${head}xxxx`, 'latin1'));
    const body = Array.from({ length: 300 }, (_, line) => `body line ${line}`).join('\n');
    for (const [index, magic] of ['ustar', 'other'].entries()) {
      target.write('archive.tar', `${'x'.repeat(257)}${magic}${body}${index}`);
      target.commit(`with ${magic}`);
    }
    repack(target);
    const hot = walkStore(target, createWasmKernel(ANCHORS)).contents.map((line) => line.split(' ')[0]!);
    const contents = hot.map((id) => target.gitBytes(['cat-file', 'blob', id]).toString('latin1'));
    expect(contents.filter((text) => text.slice(257).startsWith('ustar')).length).toBe(1);
    expect(contents.length).toBe(5);
  });
});

describe('what cannot be read', () => {
  it('is a gap with all that is based on it, and nothing else is', () => {
    const target = repository();
    fill(target);
    repack(target);
    const before = listByGit(target);
    const offsets = offsetsOf(target);
    const long = before.filter((line) => line.split(' ')[1] === 'blob' && Number(line.split(' ')[2]) > 1000);
    const root = long
      .map((line) => line.split(' ')[0]!)
      .find((id) =>
        /^0+$/.test(target.gitBytes(['cat-file', '--batch-check=%(deltabase)'], id).toString().trim()),
      )!;
    const at = offsets.find(({ id }) => id === root)!.offset;
    damage(packFiles(target, '.pack')[0]!, at + 60);
    const walked = walkStore(target, seeingEverything(createWasmKernel(ANCHORS)));
    const lost = walked.gaps.map(({ example }) => example).sort();
    expect(new Set(walked.gaps.map(({ reason }) => reason))).toEqual(new Set(['corrupt-object']));
    expect(lost).toContain(root);
    expect(lost.length).toBeGreaterThan(1);
    expect([...walked.contents.map((line) => line.split(' ')[0]), ...lost].sort()).toEqual(
      before.map((line) => line.split(' ')[0]),
    );
    expect(walked.contents.every((line) => before.includes(line))).toBe(true);
  });

  it('may be read from another copy', () => {
    const target = repository();
    fill(target);
    target.git('repack', '-q');
    const before = listByGit(target);
    for (const { offset } of offsetsOf(target).slice(5, 15))
      damage(packFiles(target, '.pack')[0]!, offset + 5);
    const walked = walkStore(target, seeingEverything(createWasmKernel(ANCHORS)));
    expect(walked.gaps).toEqual([]);
    expect(walked.contents).toEqual(before);
  });

  it('in a pack that is cut short are the objects behind the cut', () => {
    const target = repository();
    fill(target);
    repack(target);
    const before = listByGit(target).map((line) => line.split(' ')[0]!);
    const offsets = offsetsOf(target);
    const pack = packFiles(target, '.pack')[0]!;
    chmodSync(pack, 0o644);
    truncateSync(pack, offsets[Math.floor(offsets.length / 2)]!.offset + 3);
    const walked = walkStore(target, seeingEverything(createWasmKernel(ANCHORS)));
    const seen = walked.contents.map((line) => line.split(' ')[0]!);
    const lost = walked.gaps
      .filter(({ reason }) => reason === 'corrupt-object')
      .map(({ example }) => example);
    expect(walked.gaps.filter(({ reason }) => reason === 'truncated-pack')).toEqual([
      { reason: 'truncated-pack', example: pack },
    ]);
    expect(seen.length).toBeGreaterThan(5);
    expect([...seen, ...lost].sort()).toEqual(before);
  });

  it('is a loose object whose content has another id, or none at all', () => {
    const target = repository();
    const [good, swapped, empty] = ['good', 'swapped', 'empty'].map((text) => target.blob(text));
    const fileOf = (id: string) => join(target.gitDir, 'objects', id.slice(0, 2), id.slice(2));
    for (const id of [swapped!, empty!]) chmodSync(fileOf(id), 0o644);
    cpSync(fileOf(good!), fileOf(swapped!), { force: true });
    writeFileSync(fileOf(empty!), '');
    const walked = walkStore(target, seeingEverything(createWasmKernel(ANCHORS)));
    expect(walked.contents.map((line) => line.split(' ')[0])).toEqual([good]);
    expect(walked.gaps.map(({ reason, example }) => `${reason} ${example}`).sort()).toEqual(
      [`corrupt-object ${swapped}`, `corrupt-object ${empty}`].sort(),
    );
  });

  it('for want of its base is a gap that names both', () => {
    const target = repository();
    fill(target);
    repack(target, ...REF_DELTAS);
    const bases = target
      .git('cat-file', '--batch-all-objects', '--batch-check=%(objectname) %(deltabase)')
      .split('\n');
    const [id, base] = bases
      .map((line) => line.split(' '))
      .find(([, deltaBase]) => !/^0+$/.test(deltaBase!)) as [string, string];
    const pack = readFileSync(packFiles(target, '.pack')[0]!);
    const offset = offsetsOf(target).find((entry) => entry.id === id)!.offset;
    const at = pack.indexOf(Buffer.from(base, 'hex'), offset);
    damage(packFiles(target, '.pack')[0]!, at);
    const absent = Buffer.from(base, 'hex');
    absent[0]! ^= 0xff;
    const { gaps } = walkStore(target, seeingEverything(createWasmKernel(ANCHORS)));
    expect(gaps).toContainEqual({ reason: 'missing-object', example: id });
    expect(gaps).toContainEqual({ reason: 'missing-object', example: absent.toString('hex') });
  });

  it('never throws, whatever byte is wrong', { timeout: 60_000 }, () => {
    const target = repository();
    fill(target, 5);
    repack(target);
    const pack = packFiles(target, '.pack')[0]!;
    const whole = readFileSync(pack);
    const before = listByGit(target);
    chmodSync(pack, 0o644);
    for (let at = 0; at < whole.length; at += 41) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 1 << (at % 8);
      writeFileSync(pack, bytes);
      const walked = walkStore(target, seeingEverything(createWasmKernel(ANCHORS)));
      const seen = new Set(walked.contents.map((line) => line.split(' ')[0]));
      const named = new Set(walked.gaps.map(({ example }) => example));
      const silent = before.filter(
        (line) => !walked.contents.includes(line) && !named.has(line.split(' ')[0]!),
      );
      // A byte of a delta's base distance can make another delta of it, which only the object's id would tell.
      expect(
        silent.every((line) => seen.has(line.split(' ')[0])),
        `byte ${at}`,
      ).toBe(true);
    }
  });
});

it('reads a store whose folder holds other files as well', () => {
  const target = repository();
  fill(target, 3);
  mkdirSync(join(target.gitDir, 'objects/zz'), { recursive: true });
  writeFileSync(join(target.gitDir, 'objects/zz/file'), 'x');
  const folder = readdirSync(join(target.gitDir, 'objects')).find((name) => /^[0-9a-f]{2}$/.test(name))!;
  writeFileSync(join(target.gitDir, 'objects', folder, 'tmp_obj_x'), 'x');
  expectWholeStore(target);
});
