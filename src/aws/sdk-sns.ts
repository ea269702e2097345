/** As sdk.ts, for the one client that is loaded alone. */
export { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
