import type { IamPort } from '../aws/types.ts';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 8_000;

export interface ReportWait {
  sleep: (ms: number) => Promise<void>;
  patienceMs: number;
  signal?: AbortSignal;
}

/** AWS makes a report at most every four hours, and takes a while for it. Undefined when it does not within `patienceMs`. */
export async function fetchCredentialReport(
  iam: Pick<IamPort, 'startCredentialReport' | 'credentialReport'>,
  { sleep, patienceMs, signal }: ReportWait,
): Promise<{ csv: string; generatedAt: number } | undefined> {
  let wait = FIRST_WAIT_MS;
  for (let waited = 0; (await iam.startCredentialReport()) !== 'complete'; waited += wait) {
    if (waited >= patienceMs) return undefined;
    signal?.throwIfAborted();
    await sleep(wait);
    wait = Math.min(LONGEST_WAIT_MS, wait * 2);
  }
  return iam.credentialReport();
}
