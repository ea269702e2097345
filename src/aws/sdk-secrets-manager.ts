/** As sdk.ts, for whoever needs this one client. */
export * as secretsManager from '@aws-sdk/client-secrets-manager';
