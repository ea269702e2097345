/** What started the workflow, as the runner says it in variables and in the event's file. */
export interface CiEvent {
  /** GITHUB_EVENT_NAME. */
  name: string;
  /** Parsed, and of any shape: parts of it are written by whoever opened the pull request. */
  payload: unknown;
  /** GITHUB_REF, e.g. `refs/heads/main`. */
  ref: string;
  /** GITHUB_SHA. */
  sha: string;
}

/** Which part of a history an event is about. Every id and ref in it has been checked for its form, not whether it exists. */
export type Wanted =
  | { what: 'nothing'; why: string }
  | { what: 'everything'; why: string }
  | {
      what: 'changes';
      why: string;
      /** Where the change starts: the first of these that the checkout holds. */
      bases: readonly string[];
      head: string;
      /** Named by the user: when the checkout lacks them, nothing else will do. */
      isNamed?: true;
    };

/** Actions name their remote so. */
const REMOTE = 'origin';

/**
 * What to scan for an event: what it brings where the payload tells, everything otherwise (schedule, workflow_dispatch, and
 * every event that is not about commits). Payloads: https://docs.github.com/en/webhooks/webhook-events-and-payloads
 */
export function wantedFor({ name, payload, ref, sha }: CiEvent): Wanted {
  const event = objectOf(payload);
  if (isObject(event['pull_request'])) return pullRequest(event['pull_request']);
  switch (name) {
    case 'push':
      return push(event, ref, sha);
    case 'merge_group':
      return mergeGroup(objectOf(event['merge_group']));
    case 'create':
      return created(event, ref, sha);
    case 'delete':
      return { what: 'nothing', why: 'a ref was deleted' };
    default:
      return { what: 'everything', why: `the event ${wordOf(name)} brings no commits of its own` };
  }
}

/** What the inputs `base` and `head` name. Undefined when one of them cannot be a revision. */
export function namedChange(base: string, head: string): Wanted | undefined {
  if (!isRevision(base) || !isRevision(head)) return undefined;
  return {
    what: 'changes',
    why: 'named by the inputs',
    bases: [base, `refs/remotes/${REMOTE}/${base}`],
    head,
    isNamed: true,
  };
}

/**
 * True when the author of the change may not be one of the repository's own: then the configuration, allow file and baseline that
 * come with the change have no say.
 */
export function isFromOutside({ name, payload }: Pick<CiEvent, 'name' | 'payload'>): boolean {
  const request = objectOf(payload)['pull_request'];
  if (!isObject(request)) return false;
  if (name === 'pull_request_target') return true;
  const nameOf = (side: string) => objectOf(objectOf(request[side])['repo'])['full_name'];
  // A fork that was deleted has no repo.
  return nameOf('head') === undefined || nameOf('head') !== nameOf('base');
}

function pullRequest(request: Json): Wanted {
  const base = objectOf(request['base']);
  const head = idOf(objectOf(request['head'])['sha']);
  const bases = [idOf(base['sha']), remoteBranch(base['ref'])].filter(isThere);
  if (head === undefined) return { what: 'everything', why: 'the event does not say what it brings' };
  return { what: 'changes', why: 'what the pull request brings', bases, head };
}

function mergeGroup(group: Json): Wanted {
  const head = idOf(group['head_sha']);
  const base = idOf(group['base_sha']);
  if (head === undefined) return { what: 'everything', why: 'the event does not say what it brings' };
  return {
    what: 'changes',
    why: 'what the merge group brings',
    bases: [base].filter(isThere),
    head,
  };
}

/** A new ref has no `before`; that of a forced push is often gone. Then everything that the default branch does not hold is new. */
function push(event: Json, ref: string, sha: string): Wanted {
  if (event['deleted'] === true || isZero(event['after'])) {
    return { what: 'nothing', why: 'a ref was deleted' };
  }
  const head = idOf(event['after']) ?? idOf(sha);
  if (head === undefined) return { what: 'everything', why: 'the event does not say what was pushed' };
  const pushed = textOf(event['ref']) ?? ref;
  const before = idOf(event['before']);
  return {
    what: 'changes',
    why: before === undefined ? 'what a new ref brings' : 'what was pushed',
    bases: [before, defaultBranch(event, pushed)].filter(isThere),
    head,
  };
}

function created(event: Json, ref: string, sha: string): Wanted {
  const head = idOf(sha);
  if (head === undefined) return { what: 'everything', why: 'the event does not say what it brings' };
  const bases = [defaultBranch(event, ref)].filter(isThere);
  return { what: 'changes', why: 'what a new ref brings', bases, head };
}

/** Undefined for a push to the default branch itself: after it, that branch holds what was pushed. */
function defaultBranch(event: Json, pushed: string): string | undefined {
  const name = objectOf(event['repository'])['default_branch'];
  return `refs/heads/${name}` === pushed ? undefined : remoteBranch(name);
}

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectOf(value: unknown): Json {
  return isObject(value) ? value : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isThere<Value>(value: Value | undefined): value is Value {
  return value !== undefined;
}

const ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

function idOf(value: unknown): string | undefined {
  return typeof value === 'string' && ID.test(value) && !isZero(value) ? value : undefined;
}

function isZero(value: unknown): boolean {
  return typeof value === 'string' && ID.test(value) && /^0+$/.test(value);
}

function remoteBranch(name: unknown): string | undefined {
  return typeof name === 'string' && isRevision(name) ? `refs/remotes/${REMOTE}/${name}` : undefined;
}

/** Stricter than git: nothing that could be an option, a range, an expression or a second line. */
function isRevision(name: string): boolean {
  return /^[^-\s\x00-\x20\x7f~^:?*[\\][^\s\x00-\x20\x7f~^:?*[\\]*$/.test(name) && !name.includes('..');
}

function wordOf(name: string): string {
  return /^\w{1,60}$/.test(name) ? name : '(unnamed)';
}
