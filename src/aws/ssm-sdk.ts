/** Apart from sdk.ts, to be loaded only when a parameter is read or written. */
export * as ssm from '@aws-sdk/client-ssm';
