/** Loaded when the first ports are opened, and only then. Static imports here: a bundler gives a dynamic one of CommonJS no names. */
export * as iam from '@aws-sdk/client-iam';
export * as secretsManager from '@aws-sdk/client-secrets-manager';
export * as sts from '@aws-sdk/client-sts';
