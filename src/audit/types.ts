import type { CheckText, Fix, Severity, Status } from '../report/audit-result.ts';
import type { Facts } from './facts.ts';

/** One item of the checklist: data, and one small function. Adding one is adding one file, and its name to checks/index.ts. */
export interface Check extends CheckText {
  section: SectionNumber;
  /**
   * Judges every resource that the check is about, one verdict each. Reads facts and nothing else.
   * An AwsError that it lets pass makes the whole check UNKNOWN; what AWS refuses to tell never becomes a PASS.
   */
  judge(facts: Facts): Promise<Verdict[]>;
}

/** What a check says of one resource: made by `pass`, `fail`, `notApplicable` and `unread`. */
export interface Verdict {
  status: Status;
  /** ARN. */
  resource: string;
  /** Absent for what an account has once. */
  region?: string;
  /** What was seen, in words. */
  evidence: string;
  /** Where it is worse, or better, than the check in general. */
  severity?: Severity;
  /** For this resource. */
  fix?: Partial<Fix>;
  /** Of an UNKNOWN: what was refused, as in policies. */
  action?: string;
}

/** The parts of the checklist. */
export const SECTIONS = {
  1: 'Root',
  2: 'MFA',
  3: 'Least privilege',
  4: 'Permissions through groups',
  5: 'Roles for services',
  6: 'Permanent keys',
  7: 'Password policy',
  8: 'Logging and alarms',
  9: 'Identity centralised',
  10: 'Known leaks',
} as const;
export type SectionNumber = keyof typeof SECTIONS;
