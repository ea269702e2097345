/** As every SDK client takes them. */
export interface ClientConfig {
  region?: string;
  profile?: string;
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  maxAttempts: number;
  retryMode: 'adaptive' | 'standard';
  requestHandler: { requestTimeout: number; connectionTimeout: number };
  customUserAgent: string;
}
