// Makes the commit that GitHub runs the action from: HEAD with the built dist/ in it. Prints its id; moves no branch, tag or file.
// GitHub takes an action from a tag of its repository as it stands, without building it; main stays free of built files.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

if (!existsSync('dist/action.js')) throw new Error('dist/action.js is not there: npm run build');
const folder = mkdtempSync(join(tmpdir(), 'keyturn-release-'));
const env = { ...process.env, GIT_INDEX_FILE: join(folder, 'index') };
const git = (...args) => execFileSync('git', args, { env, encoding: 'utf8' }).trim();
try {
  git('read-tree', 'HEAD');
  git('add', '--force', 'dist');
  const tree = git('write-tree');
  console.log(
    git('commit-tree', tree, '-p', 'HEAD', '-m', `Release of ${git('rev-parse', '--short', 'HEAD')}, built`),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
