// What the pre-push hook adds to a real `git push`, as multiples of starting Node:
// npm run build && node scripts/run-ts.mjs bench/hook.ts dist/keyturn.js [--runs N] [--small COMMITS] [--large COMMITS]
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { median, options, run, table } from './measure.ts';

const { positionals, values } = options('bench/hook.ts dist/keyturn.js [--runs N] [--small N] [--large N]', {
  runs: '9',
  small: '200',
  large: '20000',
});
const cli = resolve(positionals[0]!);
const root = mkdtempSync(join(tmpdir(), 'keyturn-bench-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));
const runs = Number(values.runs);

const rows: string[][] = [];
for (const size of [Number(values.small), Number(values.large)]) {
  const repository = await makePair(size);
  for (const count of [5, 500]) {
    const bare: number[] = [];
    const hooked: number[] = [];
    const node: number[] = [];
    for (let round = 0; round <= runs; round += 1) {
      const times = [
        await push(repository, count, ['--no-verify']),
        await push(repository, count, []),
        await run({ command: process.execPath, args: ['-e', '0'], allowed: [0] }),
      ] as const;
      if (round > 0) for (const [index, list] of [bare, hooked, node].entries()) list.push(times[index]!);
    }
    const [without, withHook, start] = [median(bare), median(hooked), median(node)];
    const added = withHook - without;
    rows.push(
      [size, count]
        .map(String)
        .concat([without, withHook, added, start, added - start].map((ms) => `${ms.toFixed(0)} ms`)),
    );
  }
}
console.log(`median of ${runs}`);
console.log(
  table([['commits there', 'pushed', 'no hook', 'hook', 'added', 'node -e 0', 'added beyond node'], ...rows]),
);

interface Pair {
  work: string;
  remote: string;
  /** The commit that the remote has, and its descendants by number. */
  base: string;
  tips: Map<number, string>;
}

/** A repository of `size` commits over 1,000 files, all pushed, with 500 more that are not; and its remote. */
async function makePair(size: number): Promise<Pair> {
  const work = join(root, `work-${size}`);
  const remote = join(root, `remote-${size}.git`);
  git(root, 'init', '-q', '--bare', remote);
  git(root, 'init', '-q', '-b', 'main', work);
  await new Promise<void>((done, fail) => {
    const child = spawn('git', ['fast-import', '--quiet'], {
      cwd: work,
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    child.on('close', (status) => (status === 0 ? done() : fail(new Error('fast-import'))));
    for (let n = 1; n <= size + 500; n += 1) {
      const files = n === 1 ? 1000 : 2;
      child.stdin.write(
        `commit refs/heads/main\ncommitter A <a@example.com> ${1_600_000_000 + n} +0000\ndata 1\nx\n`,
      );
      for (let file = 0; file < files; file += 1) {
        const at = (n * 7 + file) % 1000;
        const text = `export const value${n} = ${n};\n`.repeat(40);
        child.stdin.write(`M 100644 inline dir${at % 30}/file${at}.ts\ndata ${text.length}\n${text}\n`);
      }
    }
    child.stdin.end();
  });
  git(work, 'remote', 'add', 'origin', remote);
  const tips = new Map([5, 500].map((count) => [count, git(work, 'rev-parse', `main~${500 - count}`)]));
  const base = git(work, 'rev-parse', 'main~500');
  git(work, 'push', '-q', 'origin', `${base}:refs/heads/main`);
  git(work, 'repack', '-adq');
  const hook = join(work, '.git/hooks/pre-push');
  writeFileSync(hook, `#!/bin/sh\nexec '${process.execPath}' '${cli}' hook run pre-push "$@"\n`);
  chmodSync(hook, 0o755);
  return { work, remote, base, tips };
}

/** Milliseconds of one push; the remote is put back before it. */
async function push(
  { work, remote, base, tips }: Pair,
  count: number,
  flags: readonly string[],
): Promise<number> {
  git(remote, 'update-ref', 'refs/heads/main', base);
  git(work, 'update-ref', 'refs/remotes/origin/main', base);
  const args = ['push', '-q', ...flags, 'origin', `${tips.get(count)}:refs/heads/main`];
  return run({ command: 'git', args, cwd: work, allowed: [0] });
}

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd }).toString().trim();
}
