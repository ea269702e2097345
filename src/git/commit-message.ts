import type { RangeOptions } from './range.ts';
import { gitResult, inRepository } from './run.ts';
import type { Repository } from './types.ts';

/** The line below which git drops everything: what `git commit --verbose` shows of the diff. */
const SCISSORS = /^(\S+) -{24} >8 -{24}$/;

/**
 * The part of a commit message's file that becomes the message, as far as that is certain; dropped lines are left empty, so that lines
 * keep their numbers. A `#` line is a comment only where `commentPrefix` says so.
 */
export function withoutDropped(text: string, commentPrefix: string | undefined): string {
  const lines = text.split('\n');
  // Git writes an explanation below its own scissors, so that a line of a user's message is not taken for them.
  const cut = lines.findIndex((line, index) => {
    const [, prefix] = SCISSORS.exec(line) ?? [];
    return prefix !== undefined && lines[index + 1]?.startsWith(`${prefix} `) === true;
  });
  return lines
    .map((line, index) => {
      const isDropped =
        (cut >= 0 && index >= cut) || (commentPrefix !== undefined && line.startsWith(commentPrefix));
      return isDropped ? '' : line;
    })
    .join('\n');
}

/** What begins a comment that git is sure to drop after the editor; undefined when it may keep such lines. */
export async function commentPrefix(
  repository: Repository,
  options: RangeOptions,
): Promise<string | undefined> {
  const { stdout } = await gitResult(
    ['config', '-z', '--get-regexp', '^(commit\\.cleanup|core\\.comment(char|string))$'],
    inRepository(repository, options),
  );
  const values = new Map(
    stdout
      .toString()
      .split('\0')
      .map((entry) => entry.split('\n', 2) as [string, string | undefined]),
  );
  const cleanup = values.get('commit.cleanup') ?? 'default';
  if (cleanup !== 'default' && cleanup !== 'strip') return undefined;
  const prefix = values.get('core.commentstring') ?? values.get('core.commentchar') ?? '#';
  return prefix === 'auto' || prefix === '' ? undefined : prefix;
}
