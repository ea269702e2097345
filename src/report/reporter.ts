import type { ScanResult } from './result.ts';

/** What a report may know beside the result. */
export interface ReportOptions {
  color: boolean;
  /** Columns of the terminal; absent for files and pipes, which are never cut. */
  width?: number;
  /** When the scan ended, in milliseconds since the epoch: for formats that carry times, and to tell what has expired. */
  finishedAt: number;
  /** By rule id. A rule that is not in it is named after its credential's kind. */
  rules?: ReadonlyMap<string, RuleText>;
}

export interface RuleText {
  title: string;
  /** What to do about a finding, a sentence or two. */
  remediation?: string;
}

/** A report in pieces, so that a hundred thousand findings never are one string. The pieces joined end with a line feed. */
export type Reporter = (result: ScanResult, options: ReportOptions) => Iterable<string>;
