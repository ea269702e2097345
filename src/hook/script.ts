import { createHash } from 'node:crypto';
import { TEMPLATES } from './templates.generated.ts';
import { type HookEvent, type HookTarget, readsInput } from './types.ts';

/** Raised when what the scripts promise to each other changes; a script that merely reads differently is upgraded all the same. */
const SCRIPT_VERSION = 1;

const SEAL = /^# keyturn-hook (\d+) ([0-9a-f]{16})/m;
const BLOCK = /\n# >>> keyturn [\s\S]*?\n# <<< keyturn\n/;

/** Where a script finds the hook it stands in front of. */
export type ChainedHook = { besideAs: string } | { ofRepository: string };

export interface ScriptOptions {
  event: HookEvent;
  /** Absent where the script is shared with other machines, whose paths differ. */
  target?: HookTarget | undefined;
}

/** The whole hook file. */
export function hookScript({ event, target }: ScriptOptions, chained: ChainedHook): string {
  return seal(
    fill(readsInput(event) ? 'before-input' : 'after', {
      GUARD: guard({ event, target }),
      CHAINED: chainedPath(chained),
    }),
  );
}

/** For every event besides our own in a global hooks folder. */
export function dispatchScript(event: string): string {
  return seal(fill('dispatch', { CHAINED: chainedPath({ ofRepository: event }) }));
}

/** The value of `hook.<name>.command`; git adds `"$@"` to it and hands it to a shell. */
export function configCommand(options: ScriptOptions): string {
  return seal(`@SEAL@\n${guard(options)}`);
}

/** What goes into a husky hook. It begins with a line feed, so that taking it out leaves every other byte as it was. */
export function huskyBlock(options: ScriptOptions): string {
  const name = readsInput(options.event) ? 'husky-input' : 'husky';
  return seal(fill(name, { GUARD: guard(options) }));
}

/** `text` with our block in the place where the rest of the file can do it no harm; a block that is there is replaced. */
export function insertBlock(text: string, block: string, event: HookEvent): string {
  const own = findBlock(text);
  if (own !== undefined) return text.replace(own, () => block);
  if (!readsInput(event)) return text + block;
  // At the top: a line above that reads standard input would leave nothing to look at. Old versions of husky source a helper first,
  // which starts the file again.
  const head = /^(#!.*\n)?([\s\S]*?husky\.sh["']?[^\n]*\n)?/.exec(text)![0];
  return head + block + text.slice(head.length);
}

export function removeBlock(text: string): string {
  return text.replace(BLOCK, '');
}

export function findBlock(text: string): string | undefined {
  return BLOCK.exec(text)?.[0];
}

/** `foreign`: not written by keyturn; `changed`: written by keyturn and edited since. */
export function authorship(text: string): 'own' | 'changed' | 'foreign' {
  const found = SEAL.exec(text);
  if (found === null) return 'foreign';
  return hashOf(text.replace(found[2]!, '@HASH@')) === found[2] ? 'own' : 'changed';
}

/** The Node and script that one of our scripts would start first. */
export function recordedTarget(text: string): HookTarget | undefined {
  const found = /^\s*node=('(?:[^']|'\\'')*') script=('(?:[^']|'\\'')*')$/m.exec(text);
  if (found === null) return undefined;
  const [node, script] = [unquote(found[1]!), unquote(found[2]!)];
  return node === '' ? undefined : { node, script };
}

/** The name, beside the script, of the hook that one of our scripts calls. */
export function recordedChained(text: string): string | undefined {
  return /^chained=\$\{0%\/\*\}\/([\w.-]+)$/m.exec(text)?.[1];
}

function guard({ event, target }: ScriptOptions): string {
  return fill('guard', {
    NODE: quote(target?.node ?? ''),
    SCRIPT: quote(target?.script ?? ''),
    EVENT: event,
  }).trimEnd();
}

function chainedPath(chained: ChainedHook): string {
  return 'besideAs' in chained
    ? `\${0%/*}/${chained.besideAs}`
    : `$(git rev-parse --git-common-dir)/hooks/${chained.ofRepository}`;
}

function fill(name: keyof typeof TEMPLATES, values: Record<string, string>): string {
  return TEMPLATES[name].replace(/@([A-Z]+)@/g, (whole, key: string) => values[key] ?? whole);
}

function seal(text: string): string {
  const open = text.replace('@SEAL@', `# keyturn-hook ${SCRIPT_VERSION} @HASH@`);
  return open.replace('@HASH@', hashOf(open));
}

/** Against accidents, not against forgery. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Always quoted, unlike `shellQuote` of reports: a path of any bytes but NUL is safe, line feeds included. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function unquote(word: string): string {
  return word.slice(1, -1).replaceAll(`'\\''`, "'");
}
