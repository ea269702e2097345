/** What goes wrong with a request. */
export const FAULT_KINDS = [
  /** The action is done, then the connection is cut: the caller cannot know. */
  'drop-reply',
  /** The connection is cut and nothing is done. */
  'drop-request',
  /** A 503, and nothing is done. */
  'unavailable',
  /** A 500, after the action was done. */
  'fail-after',
  /** `Throttling`, and nothing is done. */
  'throttle',
  /** Done at once, answered `delayMs` later. */
  'delay',
  /** An error of your own: `code`, `message`, `status`; nothing is done. */
  'error',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

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
  /** In process only: called when the whole reply was handed to the operating system. With `delay`, a reply as usual. */
  onReplied?: () => void;
}

/** A request before anything is done about it. */
export interface FaultRequest {
  service: string;
  action: string;
  keyId: string;
  /** Of all requests since the start or the last reset, from 1. */
  number: number;
}

export interface Faults {
  add(fault: Fault): void;
  /** Asked first, for every request; takes the place of the one before. */
  intercept(choose: ((request: FaultRequest) => Fault | undefined) | undefined): void;
  clear(): void;
  /** The fault for this request, counted as used. */
  take(request: FaultRequest): Fault | undefined;
}

export function createFaults(): Faults {
  let armed: { fault: Fault; toSkip: number; left: number }[] = [];
  let chooser: ((request: FaultRequest) => Fault | undefined) | undefined;
  return {
    add: (fault) => {
      armed.push({ fault, toSkip: fault.after ?? 0, left: fault.times ?? 1 });
    },
    intercept: (choose) => {
      chooser = choose;
    },
    clear: () => {
      armed = [];
      chooser = undefined;
    },
    take: (request) => {
      const chosen = chooser?.(request);
      if (chosen !== undefined) return chosen;
      for (const entry of armed) {
        if (entry.left <= 0 || !isFor(entry.fault, request)) continue;
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

function isFor(fault: Fault, request: FaultRequest): boolean {
  return (
    (fault.service ?? request.service) === request.service &&
    (fault.action ?? request.action) === request.action &&
    (fault.keyId ?? request.keyId) === request.keyId
  );
}
