/** Loaded when an audit opens its ports, and only then; static as in sdk.ts. */
export * as iam from '@aws-sdk/client-iam';
export * as organizations from '@aws-sdk/client-organizations';
export * as sts from '@aws-sdk/client-sts';
