import type { IAMClient } from '@aws-sdk/client-iam';

/** What sends the requests of a client; all of them take that of another. */
export type RequestHandler = IAMClient['config']['requestHandler'];

interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

/** What a handler is made with. */
interface HandlerOptions {
  /** For one attempt, in milliseconds. */
  requestTimeout: number;
  connectionTimeout: number;
  httpAgent: { maxSockets: number };
  httpsAgent: { maxSockets: number };
}

/** As every SDK client takes them. */
export interface ClientConfig {
  region?: string;
  profile?: string;
  endpoint?: string;
  credentials?: Credentials | (() => Promise<Credentials>);
  maxAttempts: number;
  retryMode: 'adaptive' | 'standard';
  requestHandler: HandlerOptions | RequestHandler;
  customUserAgent: string;
}
