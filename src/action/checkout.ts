import { existingObjects } from '../git/cat-file-stream.ts';
import { openRepository } from '../git/repository.ts';
import { git, inRepository } from '../git/run.ts';
import type { Repository } from '../git/types.ts';
import type { Wanted } from './event.ts';
import type { Checkout } from './plan.ts';

/** Looks up what a plan for `wanted` asks about. Throws a KeyturnError when `folder` is in no repository. */
export async function readCheckout(folder: string, wanted: Wanted): Promise<Checkout> {
  const repository = await openRepository(folder);
  const there = new Set(await present(repository, revisionsOf(wanted)));
  return { isShallow: repository.isShallow, has: (revision) => there.has(revision) };
}

/**
 * Fetches what a shallow checkout cut off and the commits that are missing: the only thing here that uses the network, and only
 * when asked. Throws a KeyturnError when git cannot.
 */
export async function deepenCheckout(folder: string, wanted: Wanted): Promise<void> {
  const repository = await openRepository(folder);
  if (repository.isShallow) await fetch(repository, ['--unshallow', '--', 'origin']);
  const revisions = revisionsOf(wanted);
  const there = new Set(await present(repository, revisions));
  for (const revision of revisions) {
    if (there.has(revision)) continue;
    const branch = /^refs\/remotes\/origin\/(.+)$/.exec(revision)?.[1];
    const source = branch === undefined ? revision : `+refs/heads/${branch}:${revision}`;
    // A commit that a forced push has replaced may be gone from the remote too: the plan deals with that.
    await fetch(repository, ['--', 'origin', source]).catch(() => {});
  }
}

function revisionsOf(wanted: Wanted): string[] {
  return wanted.what === 'changes' ? [...wanted.bases, wanted.head] : [];
}

async function present(repository: Repository, revisions: readonly string[]): Promise<string[]> {
  const commits = revisions.map((revision) => `${revision}^{commit}`);
  const found = await existingObjects(repository, commits);
  return found.map((commit) => commit.slice(0, -'^{commit}'.length));
}

/** The token is where actions/checkout left it, in the configuration of the checkout. */
async function fetch(repository: Repository, args: readonly string[]): Promise<void> {
  const flags = ['--quiet', '--no-recurse-submodules', '--no-auto-gc', '--upload-pack=git-upload-pack'];
  // What `run` forbids for every other call.
  const env = { GIT_ALLOW_PROTOCOL: 'https:http:file' };
  await git(['fetch', ...flags, ...args], inRepository(repository, { env }));
}
