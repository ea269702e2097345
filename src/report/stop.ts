import { escapeControl, shellQuote } from './escape.ts';
import { plural } from './numbers.ts';
import { primaryOccurrence, sortFindings } from './order.ts';
import { firstSeen, placeName, shortId } from './place.ts';
import type { ReportOptions } from './reporter.ts';
import type { CommitInfo, Finding, ScanResult } from './result.ts';
import { createStyle } from './style.ts';
import { incompleteLines, noteLines } from './summary.ts';
import { findingLines, SHORT_FINGERPRINT } from './text.ts';

/** What a hook has to say to a person. */
export interface StopOptions extends ReportOptions {
  /** `this push`, `this commit`. */
  what: string;
  event: 'pre-push' | 'pre-commit' | 'commit-msg' | 'pre-receive';
  /** Findings that stop it; the others are warnings. */
  isStopping: (finding: Finding) => boolean;
  /** Parents of the commits that bring findings. */
  parents: ReadonlyMap<string, readonly string[]>;
  /** Ids that the pushed refs point at. */
  tips: readonly string[];
}

/** Findings, why it was stopped and the ways on; warnings alone when it was not. Nothing at all when there is nothing to say. */
export function* reportStop(result: ScanResult, options: StopOptions): Generator<string> {
  const style = createStyle(options.color);
  const findings = sortFindings(result.findings, primaryOccurrence);
  const stopping = findings.filter(options.isStopping);
  const warnings = findings.filter((finding) => !options.isStopping(finding));
  for (const finding of [...warnings, ...stopping]) {
    yield `${findingLines(finding, options, style).join('\n')}\n\n`;
  }
  for (const note of noteLines(result.coverage)) yield `keyturn: note: ${note}\n`;
  if (warnings.length > 0) yield `keyturn: warning: ${warningLine(warnings)}\n`;
  const gaps = incompleteLines(result);
  if (gaps.length > 0) {
    yield `keyturn: ${style.high(`stopped ${options.what}: not everything could be scanned`)}\n`;
    for (const line of gaps) yield `  ${line}\n`;
  }
  if (stopping.length === 0) return;
  const holds = `it brings in ${plural(stopping.length, 'credential')}`;
  yield `keyturn: ${style.high(`stopped ${options.what}: ${holds}${NOTHING_SENT[options.event]}`)}\n\n`;
  yield `${wayOn(stopping, options).join('\n')}\n`;
}

const NOTHING_SENT = {
  'pre-push': ' that the remote does not have yet; nothing was sent',
  'pre-receive': '; nothing was taken in',
  'pre-commit': '',
  'commit-msg': ' in its message',
} as const;

function warningLine(warnings: readonly Finding[]): string {
  const held = warnings.filter(({ onRemote }) => onRemote === true);
  if (held.length < warnings.length) return `${plural(warnings.length, 'finding')} that --fail-on lets pass`;
  return `${plural(held.length, 'credential')} that the remote has already: rotate what is still in use`;
}

function wayOn(findings: readonly Finding[], options: StopOptions): string[] {
  const [first] = findings as [Finding];
  const id = first.fingerprint.slice(0, SHORT_FINGERPRINT);
  return [
    'What to do',
    '  1. A real credential: rotate it (see "fix" above) if anyone else may have seen it, and take it out:',
    ...takeOut(findings, options).map((line) => `       ${line}`),
    '  2. No secret, or meant to be there: allow it, with the reason, in one of these ways:',
    '       a comment on its line: keyturn:allow REASON',
    `       a line in .keyturnignore: ${id}  # REASON`,
    '       all that is there today: keyturn baseline create --history (or baseline update)',
    `  Not to be scanned at all, this once: KEYTURN_SKIP=1 (recorded).`,
  ];
}

/** Commands for each commit, tag or file that holds one; each once. */
function takeOut(findings: readonly Finding[], options: StopOptions): string[] {
  if (options.event === 'commit-msg') return ['write the message without it'];
  if (options.event === 'pre-commit') {
    const paths = new Set(
      findings.flatMap(({ occurrences }) => occurrences.flatMap(({ path }) => path ?? [])),
    );
    const some = [...paths].slice(0, MOST).map(quoted).join(' ');
    return [`edit, then: git add -- ${some}`];
  }
  const lines = findings.flatMap((finding) => {
    const place = primaryOccurrence(finding);
    const commit = firstSeen(finding);
    if (commit !== undefined) return rewrite(commit, place.path, options);
    const [ref] = place.refs ?? [];
    const name = ref === undefined ? placeName(place) : ref.replace(/^refs\/(tags|heads)\//, '');
    return [`git tag -d ${quoted(name)}   # and make it again without the credential`];
  });
  return [...new Set(lines)];
}

const MOST = 5;

function rewrite(commit: CommitInfo, path: string | undefined, { tips, parents }: StopOptions): string[] {
  const id = shortId(commit.id);
  const add = path === undefined ? '' : `edit ${quoted(path)}, then: git add -- ${quoted(path)} && `;
  const own = parents.get(commit.id);
  if (tips.length === 1 && tips[0] === commit.id) {
    return [
      `${add}git commit --amend${path === undefined ? '   # and write another message or author' : ''}`,
    ];
  }
  const base = own?.length === 0 ? '--root' : `${id}^`;
  const merges = own !== undefined && own.length > 1 ? ' --rebase-merges' : '';
  return [
    `git rebase -i${merges} ${base}   # mark ${id} as "edit"`,
    `${add}git commit --amend && git rebase --continue`,
  ];
}

function quoted(text: string): string {
  return escapeControl(shellQuote(text));
}
