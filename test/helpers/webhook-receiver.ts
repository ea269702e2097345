import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What to do with a request after it was read; 204 by default. */
export type Behaviour = (response: ServerResponse, request: Received) => void;

export interface Receiver {
  url: string;
  /** What came so far, oldest first. */
  received: Received[];
  /** From now on. */
  behave(behaviour: Behaviour): void;
}

/** A real HTTP server on loopback, gone after the test. */
export async function startReceiver(behaviour?: Behaviour): Promise<Receiver> {
  const received: Received[] = [];
  const accept: Behaviour = (response) => response.writeHead(204).end();
  let current = behaviour ?? accept;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const seen = { method, path, headers, body: Buffer.concat(chunks).toString() };
      received.push(seen);
      current(response, seen);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    behave(next) {
      current = next;
    },
  };
}

/** Answers with `status`, at once. */
export function answering(status: number, body = '', headers: Record<string, string> = {}): Behaviour {
  return (response) => response.writeHead(status, headers).end(body);
}

/** A port of loopback on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
