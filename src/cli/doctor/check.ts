export type Verdict = 'ok' | 'warn' | 'fail';

/** One line of `keyturn doctor`. Holds neither secrets nor values of variables. */
export interface Check {
  /** What was looked at, a word or two: `git`, `cache`. */
  name: string;
  verdict: Verdict;
  text: string;
  /** What mends it; a command where there is one. Absent when nothing needs to be done. */
  mend?: string;
}

export function ok(name: string, text: string): Check {
  return { name, verdict: 'ok', text };
}

export function warn(name: string, text: string, mend: string): Check {
  return { name, verdict: 'warn', text, mend };
}

export function fail(name: string, text: string, mend: string): Check {
  return { name, verdict: 'fail', text, mend };
}
