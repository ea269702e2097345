/** What goes wrong with a request. */
export type FaultKind =
  /** The action is done, then the connection is cut: the caller cannot know. */
  | 'drop-reply'
  /** The connection is cut and nothing is done. */
  | 'drop-request'
  /** A 503 and nothing is done. */
  | 'unavailable'
  /** A 500, after the action was done. */
  | 'fail-after'
  /** `Throttling`, and nothing is done. */
  | 'throttle'
  /** Answered `delayMs` later, then as usual. */
  | 'delay'
  /** An error of your own: `code`, `message`, `status`; nothing is done. */
  | 'error';

export interface Fault {
  kind: FaultKind;
  /** As in the credential scope, such as `iam`; any by default. */
  service?: string;
  /** Such as `CreateAccessKey`; any by default. */
  action?: string;
  /** Only requests signed with this key. */
  keyId?: string;
  /** Requests that match are let through this many times first. */
  after?: number;
  /** How many requests it hits; 1 by default, Infinity for all. */
  times?: number;
  delayMs?: number;
  code?: string;
  message?: string;
  status?: number;
}

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  /** The fault for this request, counted as used. */
  take(request: { service: string; action: string; keyId: string }): Fault | undefined;
}

export function createFaults(): Faults {
  let armed: { fault: Fault; toSkip: number; left: number }[] = [];
  return {
    add: (fault) => {
      armed.push({ fault, toSkip: fault.after ?? 0, left: fault.times ?? 1 });
    },
    clear: () => {
      armed = [];
    },
    take: (request) => {
      for (const entry of armed) {
        if (entry.left <= 0 || !matches(entry.fault, request)) continue;
        if (entry.toSkip > 0) {
          entry.toSkip--;
          continue;
        }
        entry.left--;
        return entry.fault;
      }
      return undefined;
    },
  };
}

function matches(fault: Fault, request: { service: string; action: string; keyId: string }): boolean {
  return (
    (fault.service ?? request.service) === request.service &&
    (fault.action ?? request.action) === request.action &&
    (fault.keyId ?? request.keyId) === request.keyId
  );
}
