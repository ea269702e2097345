/** The line below which git drops everything: what `git commit --verbose` shows of the diff, removed lines included. */
const SCISSORS = /^(\S+) -{24} >8 -{24}$/m;

/**
 * The part of a commit message's file that may become the message. Comment lines stay: whether git drops them depends on options that no
 * hook is told of. Git writes an explanation below its own scissors; without one the line is the user's, and all of it stays.
 */
export function untilScissors(text: string): string {
  const cut = SCISSORS.exec(text);
  if (cut === null) return text;
  const below = text.slice(cut.index + cut[0].length + 1);
  return below.startsWith(`${cut[1]} `) ? text.slice(0, cut.index) : text;
}
