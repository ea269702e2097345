import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { METRICS_TYPE, type Metrics } from './metrics.ts';
import type { JobName } from './types.ts';

/** How a runner is, as its health file and /healthz tell it. Times are ISO 8601. */
export interface Health {
  /** Goes on: its loop came around not long ago, or a job is at work. */
  healthy: boolean;
  /** Takes due jobs: it has a configuration and is not stopping. */
  ready: boolean;
  /** In words, where something is amiss. */
  reason?: string;
  at: string;
  pid: number;
  version: string;
  startedAt: string;
  configuredAt?: string;
  paused?: string;
  running?: { job: JobName; since: string };
  jobs: { job: JobName; next: string; last?: { event: string; at: string } }[];
}

export interface HealthServer {
  url: string;
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';

/** Serves on loopback: /healthz and /readyz answer 200 or 503. Throws as `listen` does, for a port that is taken. */
export async function serveHealth(
  port: number,
  health: () => Health,
  metrics: () => Metrics,
): Promise<HealthServer> {
  const server = createServer(({ method, url = '/' }, response) => {
    const answer = (status: number, type: string, body: string) => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
      response.end(method === 'HEAD' ? undefined : body);
    };
    const state = (isGood: boolean) =>
      answer(isGood ? 200 : 503, 'application/json', `${JSON.stringify(health())}\n`);
    const [path] = url.split('?');
    if (method !== 'GET' && method !== 'HEAD') answer(405, 'text/plain', 'GET, please\n');
    else if (path === '/healthz') state(health().healthy);
    else if (path === '/readyz') state(health().ready);
    else if (path === '/metrics') answer(200, METRICS_TYPE, metrics().text());
    else answer(404, 'text/plain', '/healthz, /readyz, /metrics\n');
  });
  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  // The jobs keep the process alive, not this.
  server.unref();
  return {
    url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Whole or not at all: whoever reads it meanwhile sees the one before. */
export function writeWhole(file: string, text: string): void {
  const next = `${file}.next`;
  writeFileSync(next, text, { mode: 0o600 });
  renameSync(next, file);
}
