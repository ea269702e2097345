import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRandom } from '../../helpers/credentials.ts';
import { makeRepository, type TestRepository } from '../../helpers/repository.ts';
import { bothKernels, Layout } from './kernels.ts';

/** A blob of `git verify-pack -v`. */
interface Entry {
  id: string;
  offset: number;
  /** Bytes in the pack. */
  length: number;
  /** Bytes inflated. */
  size: number;
  base?: string;
}

describe('objects that git wrote', () => {
  let repository: TestRepository;
  let loose: Buffer[];
  let pack: Buffer;
  let entries: Entry[];

  beforeAll(() => {
    repository = makeRepository();
    const random = makeRandom(5);
    const lines = Array.from({ length: 1500 }, (_, i) => `line ${i} ${random().toString(36)}`);
    for (let round = 0; round < 6; round++) {
      for (let i = 0; i < 5; i++)
        lines[Math.floor(random() * lines.length)] = `changed in ${round} ${random()}`;
      lines.splice(Math.floor(random() * lines.length), 1, ...lines.slice(0, round));
      repository.write('big.txt', lines.join('\n'));
      repository.write(`small/${round}.txt`, `${round}\n`);
      repository.commit(`round ${round}`);
    }
    const objects = join(repository.gitDir, 'objects');
    const folders = readdirSync(objects).filter((name) => name.length === 2);
    loose = folders.flatMap((folder) =>
      readdirSync(join(objects, folder)).map((name) => readFileSync(join(objects, folder, name))),
    );
    repository.git('repack', '-a', '-d', '-f', '-q');
    const name = readdirSync(join(objects, 'pack')).find((file) => file.endsWith('.pack'))!;
    pack = readFileSync(join(objects, 'pack', name));
    entries = repository
      .git('verify-pack', '-v', join(objects, 'pack', name))
      .split('\n')
      .map((line) => line.trim().split(/ +/))
      .filter((fields) => /^[0-9a-f]{40}$/.test(fields[0]!) && fields[1] === 'blob')
      .map(([id, , size, length, offset, , base]) => ({
        id: id!,
        size: Number(size),
        length: Number(length),
        offset: Number(offset),
        ...(base && { base }),
      }));
  });

  afterAll(() => repository.remove());

  it.each(bothKernels())('are inflated ($name)', ({ kernel }) => {
    expect(loose.length).toBeGreaterThan(20);
    for (const stream of loose) {
      const content = inflateSync(stream);
      const layout = new Layout(kernel, stream.length + content.length);
      const [src, dst] = [layout.put(stream), layout.room(content.length)];
      expect(kernel.inflate(src, stream.length, dst, content.length)).toBe(stream.length);
      expect(layout.read(dst, content.length).equals(content)).toBe(true);
    }
  });

  it.each(bothKernels())('are made of their deltas ($name)', ({ kernel }) => {
    const deltas = entries.filter((entry) => entry.base !== undefined);
    expect(deltas.length).toBeGreaterThan(3);
    for (const { id, size, offset, length, base } of deltas) {
      const content = repository.gitBytes(['cat-file', 'blob', base!]);
      const layout = new Layout(kernel, pack.length + size + 2 * content.length + 100_000, 5);
      const [packAt, delta, baseAt] = [layout.put(pack), layout.room(size), layout.put(content)];
      const start = offset + headLength(offset);
      expect(kernel.inflate(packAt + start, offset + length - start, delta, size)).toBe(
        offset + length - start,
      );
      expect(kernel.deltaBaseSize(delta, size)).toBe(content.length);
      const made = kernel.deltaTargetSize(delta, size);
      const target = layout.room(made);
      expect(kernel.applyDelta(baseAt, content.length, delta, size, target, made)).toBe(0);
      expect(
        createHash('sha1').update(`blob ${made}\0`).update(layout.read(target, made)).digest('hex'),
      ).toBe(id);
      expect(layout.isIntact()).toBe(true);
    }
  });

  /** Bytes of a delta entry's head: type and size, then how far back its base is. */
  function headLength(offset: number): number {
    let at = offset;
    while (pack[at]! & 0x80) at++;
    at++;
    while (pack[at]! & 0x80) at++;
    return at + 1 - offset;
  }
});
