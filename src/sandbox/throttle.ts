/** Token buckets, one for each account and service, as AWS has them: a burst of one second's worth, then the rate. */
export interface Throttle {
  /** Whether one more request passes. */
  allows(account: string, service: string, perSecond: number): boolean;
}

/** Counts in the host's time: a client waits in that one, wherever the sandbox's clock stands. */
export function createThrottle(hostNow: () => number): Throttle {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    allows: (account, service, perSecond) => {
      const name = `${account} ${service}`;
      const now = hostNow();
      const { tokens, at } = buckets.get(name) ?? { tokens: perSecond, at: now };
      const left = Math.min(perSecond, tokens + ((now - at) / 1000) * perSecond);
      buckets.set(name, { tokens: left >= 1 ? left - 1 : left, at: now });
      return left >= 1;
    },
  };
}
