import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { readCache, writeCache } from '../../src/git/cache.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function cacheDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-cache-'));
  folders.push(folder);
  return join(folder, 'nested/cache');
}

it('gives back what was filed, to its owner only', () => {
  const dir = cacheDir();
  expect(readCache(dir, 'key')).toBeUndefined();
  expect(writeCache(dir, 'key', { text: 'wört' }, Buffer.from([1, 2, 3]))).toBe(true);
  const entry = readCache(dir, 'key')!;
  expect([entry.value, [...entry.bytes]]).toEqual([{ text: 'wört' }, [1, 2, 3]]);
  expect(statSync(dir).mode & 0o777).toBe(0o700);
  expect(statSync(join(dir, 'key')).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir)).toEqual(['key']);
});

it('replaces an entry', () => {
  const dir = cacheDir();
  writeCache(dir, 'key', 1);
  writeCache(dir, 'key', 2);
  expect(readCache(dir, 'key')?.value).toBe(2);
});

it('does not take a damaged or foreign file for an entry', () => {
  const dir = cacheDir();
  writeCache(dir, 'key', { some: 'value' }, Buffer.alloc(50, 7));
  const file = join(dir, 'key');
  const whole = readFileSync(file);
  for (let at = 0; at < whole.length; at++) {
    const damaged = Buffer.from(whole);
    damaged[at]! ^= 1;
    writeFileSync(file, damaged);
    expect(readCache(dir, 'key')).toBeUndefined();
  }
  for (const other of [whole.subarray(0, 60), Buffer.alloc(0), Buffer.from('{"some":"json"}')]) {
    writeFileSync(file, other);
    expect(readCache(dir, 'key')).toBeUndefined();
  }
});

it('does without a folder that cannot be written', () => {
  const dir = cacheDir();
  expect(writeCache(dir, 'first', 1)).toBe(true);
  expect(writeCache(join(dir, 'first'), 'key', 1)).toBe(false);
  expect(readCache(join(dir, 'first'), 'key')).toBeUndefined();
});
