/** Apart from sdk.ts: only a walk over an organization loads it. */
export * as organizations from '@aws-sdk/client-organizations';
