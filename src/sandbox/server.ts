import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer } from './dispatch.ts';
import type { SignedRequest } from './sigv4.ts';

const LOOPBACK = '127.0.0.1';
const MAX_BODY = 4 << 20;

export interface Server {
  url: string;
  close(): Promise<void>;
}

/** Serves on loopback only. Port 0 takes any that is free. Throws as `listen` does, for a port that is taken. */
export async function serve(
  port: number,
  answer: (request: SignedRequest, sourceAddress: string) => Answer,
  hostNow: () => number,
): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    respond(incoming, outgoing, answer, hostNow).catch(() => outgoing.destroy());
  });
  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  return {
    url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function respond(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: (request: SignedRequest, sourceAddress: string) => Answer,
  hostNow: () => number,
): Promise<void> {
  const request = await read(incoming);
  const result = answer(request, incoming.socket.remoteAddress ?? '');
  if (result.type === 'cut') {
    incoming.socket.destroy();
    return;
  }
  if (result.delayMs > 0) await new Promise((done) => setTimeout(done, result.delayMs));
  outgoing.writeHead(result.status, {
    'content-type': result.contentType,
    'content-length': Buffer.byteLength(result.body),
    'x-amzn-requestid': result.requestId,
    date: new Date(hostNow()).toUTCString(),
  });
  outgoing.end(result.body);
}

async function read(incoming: IncomingMessage): Promise<SignedRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Error('a request larger than any that AWS takes');
    chunks.push(chunk);
  }
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : value,
    ]),
  );
  return {
    method: incoming.method ?? 'GET',
    target: incoming.url ?? '/',
    headers,
    body: Buffer.concat(chunks),
  };
}
