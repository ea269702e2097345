import type { RangeOptions } from './range.ts';
import { git, gitResult, inRepository } from './run.ts';
import type { Repository } from './types.ts';

/** A remote as the configuration has it. */
export interface Remote {
  name: string;
  /** Where it is fetched from: its `url`s, as they are written and as `insteadOf` rewrites them. See `placeOf`. */
  places: Set<string>;
  /** Where its branches are tracked: the right sides of its refspecs. */
  tracking: string[];
  /** It has promised the objects that a partial clone lacks. */
  isPromisor: boolean;
}

/** All configured remotes. What the configuration does not tell is not known: the caller then takes a remote for one that has nothing. */
export async function readRemotes(repository: Repository, options: RangeOptions = {}): Promise<Remote[]> {
  const pattern = '^(remote\\..*\\.(url|fetch|promisor)|url\\..*\\.insteadof|extensions\\.partialclone)$';
  const { status, stdout } = await gitResult(
    ['config', '-z', '--get-regexp', pattern],
    inRepository(repository, options),
  );
  if (status !== 0) return [];
  const entries = stdout.toString().split('\0').slice(0, -1).map(toEntry);
  const rewrites = entries.filter(({ section }) => section === 'url');
  const promisor = entries.find(({ section }) => section === 'extensions')?.value;
  const remotes = new Map<string, Remote>();
  for (const { section, name, key, value } of entries) {
    if (section !== 'remote') continue;
    let remote = remotes.get(name);
    if (remote === undefined) {
      remote = { name, places: new Set(), tracking: [], isPromisor: name === promisor };
      remotes.set(name, remote);
    }
    if (key === 'promisor') remote.isPromisor ||= value !== 'false';
    else if (key === 'fetch') remote.tracking.push(value.slice(value.indexOf(':') + 1));
    else for (const url of spellings(value, rewrites)) remote.places.add(placeOf(url));
  }
  return [...remotes.values()];
}

/**
 * The remotes whose tracking refs tell what stands where a push goes, by a pre-push hook's two arguments. What is pushed to another place
 * than it is fetched from (`pushurl`) is not among them: what its tracking refs reach need not be there.
 */
export function matchRemotes(remotes: readonly Remote[], name: string, url: string): Remote[] {
  const named = remotes.filter((remote) => remote.name === name);
  const place = placeOf(url);
  return (named.length > 0 ? named : remotes).filter(({ places }) => places.has(place));
}

/** A URL's host and path, the same for `https://host/a/b.git`, `ssh://git@host/a/b` and `git@host:a/b.git`; a local path as it is. */
export function placeOf(url: string): string {
  const [, host, path] =
    /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?([^/:]+)(?::\d+)?\/(.*)$/i.exec(url) ??
    /^(?:[^/@:]*@)?([^/:]{2,}):(?!\/\/)\/?(.*)$/.exec(url) ??
    [];
  const tail = (host === undefined ? url : path!).replace(/(?<=.)\/+$/, '').replace(/(?<=[^/])\.git$/, '');
  return host === undefined ? tail : `${host.toLowerCase()}:${tail}`;
}

/**
 * Arguments of `git rev-list` that name what a remote's tracking refs reach. Only refs below `refs/remotes/` tell of a remote: where
 * a mirror's refspec maps everything onto itself, local branches would. A remote may be named `origin/old`: its refs are not those of `origin`.
 */
export function trackingArguments(
  own: readonly Remote[],
  all: readonly Remote[],
  { isMoved, refs }: GoneRefs,
): string[] {
  if (isMoved) return [];
  const others = all.filter((remote) => !own.includes(remote)).flatMap(trackingFolders);
  return own.flatMap(trackingFolders).flatMap((folder) => {
    const foreign = others.filter((other) => other.startsWith(folder)).map((other) => `--exclude=${other}*`);
    const gone = refs.map((ref) => `--exclude=${ref}`);
    return [...foreign, ...gone, `--glob=${folder}*`];
  });
}

/** Tracking refs that a push proves wrong. */
export interface GoneRefs {
  refs: string[];
  /** The remote has lost its main branch: it is not the one that the tracking refs tell of. */
  isMoved: boolean;
}

/**
 * Tracking refs of branches that the remote says are new to it: they were deleted there, or the remote's URL was changed to another
 * repository, of which the old tracking refs tell nothing.
 */
export async function goneRefs(
  repository: Repository,
  own: readonly Remote[],
  newRefs: readonly string[],
  options: RangeOptions,
): Promise<GoneRefs> {
  const names = newRefs
    .filter((ref) => ref.startsWith('refs/heads/'))
    .map((ref) => ref.slice('refs/heads/'.length));
  const folders = own.flatMap(trackingFolders);
  if (names.length === 0 || folders.length === 0) return { refs: [], isMoved: false };
  const wanted = new Set(folders.flatMap((folder) => names.map((name) => folder + name)));
  const heads = folders.map((folder) => `${folder}HEAD`);
  const answer = await git(
    ['for-each-ref', '--format=%(refname) %(symref)', ...[...wanted, ...heads].map(literally)],
    inRepository(repository, options),
  );
  const known = answer
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  const refs = known.flatMap(([ref = '']) => (wanted.has(ref) ? [ref] : []));
  const mains = new Set(known.flatMap(([, target]) => target ?? []));
  const isMain = (ref: string) => mains.has(ref) || /^refs\/remotes\/[^/]+\/(main|master|trunk)$/.test(ref);
  return { refs, isMoved: refs.some(isMain) };
}

/** Names of refs hold no glob characters, but what a hook was told may be anything. */
function literally(ref: string): string {
  return ref.replace(/[*?[\\]/g, '\\$&');
}

/** `refs/remotes/origin/` of `refs/remotes/origin/*` and `refs/remotes/origin/main`. */
function trackingFolders({ tracking, name }: Remote): string[] {
  const folders = tracking.flatMap((place) => {
    if (/[?[\\\s]|\*./.test(place)) return [];
    if (place.endsWith('/*')) return [place.slice(0, -1)];
    return place.startsWith(`refs/remotes/${name}/`) && !name.includes('*') ? [`refs/remotes/${name}/`] : [];
  });
  return [...new Set(folders)].filter((folder) => /^refs\/remotes\/./.test(folder));
}

interface ConfigEntry {
  section: string;
  name: string;
  key: string;
  value: string;
}

/** `section.name.key`, a line feed and the value; a name may hold dots, a key without `=` has no value. */
function toEntry(text: string): ConfigEntry {
  const end = text.indexOf('\n');
  const full = end < 0 ? text : text.slice(0, end);
  const first = full.indexOf('.');
  const last = full.lastIndexOf('.');
  return {
    section: full.slice(0, first),
    name: full.slice(first + 1, Math.max(first, last)),
    key: full.slice(last + 1),
    value: end < 0 ? '' : text.slice(end + 1),
  };
}

function spellings(url: string, rewrites: readonly ConfigEntry[]): string[] {
  const rewritten = rewrites
    .filter(({ value }) => value !== '' && url.startsWith(value))
    .map(({ name, value }) => name + url.slice(value.length));
  return [url, ...rewritten];
}
