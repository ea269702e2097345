/** Events that keyturn has a hook for, the default first. */
export const HOOK_EVENTS = ['pre-push', 'pre-commit', 'commit-msg', 'pre-receive'] as const;
export type HookEvent = (typeof HOOK_EVENTS)[number];

/** One repository, or every repository of the user. */
export type HookScope = 'local' | 'global';

/** `config`: git's config-defined hooks, no file is touched. `file`: a script in the hooks folder. `auto` chooses. */
export const HOOK_METHODS = ['auto', 'config', 'file'] as const;
export type HookMethod = (typeof HOOK_METHODS)[number];

/** What a hook runs: Node and the script by absolute path, because a GUI client's PATH may hold neither. */
export interface HookTarget {
  node: string;
  script: string;
}

/** Git events whose hook reads standard input. */
export function readsInput(event: HookEvent): boolean {
  return event === 'pre-push' || event === 'pre-receive';
}
