import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CONTROL_PATH, type ControlAnswer } from './control-api.ts';
import type { Answer } from './dispatch.ts';
import type { SignedRequest } from './sigv4.ts';

const LOOPBACK = '127.0.0.1';
/** A secret of 64 KiB is the largest thing that a client sends. */
const MAX_BODY = 4 << 20;

export interface Server {
  url: string;
  close(): Promise<void>;
}

export interface Handlers {
  onRequest(request: SignedRequest, sourceAddress: string): Answer;
  onControl(method: string, target: string, body: string): ControlAnswer;
  /** For the Date header, by which clients notice that their clock is wrong. */
  now(): number;
}

/** Serves on loopback only. Port 0 takes any that is free. Throws as `listen` does, for a port that is taken. */
export async function serve(port: number, handlers: Handlers): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    respond(incoming, outgoing, handlers).catch((error: Error) => {
      // A defect of ours: better seen by the caller than by nobody.
      if (!outgoing.headersSent) outgoing.writeHead(500, { 'content-type': 'text/plain' });
      outgoing.end(`The sandbox failed: ${error.stack}\n`);
    });
  });
  server.listen(port, LOOPBACK);
  await once(server, 'listening');
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

async function respond(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  handlers: Handlers,
): Promise<void> {
  const request = await read(incoming);
  if (request.target.startsWith(CONTROL_PATH)) {
    const { status, body } = isFromHere(request)
      ? handlers.onControl(request.method, request.target, new TextDecoder().decode(request.body))
      : { status: 403, body: { error: 'not for browsers' } };
    outgoing.writeHead(status, { 'content-type': 'application/json' });
    outgoing.end(`${JSON.stringify(body, undefined, 2)}\n`);
    return;
  }
  const answer = handlers.onRequest(request, incoming.socket.remoteAddress ?? '');
  if (answer.type === 'cut') {
    incoming.socket.destroy();
    return;
  }
  if (answer.delayMs > 0) await new Promise((done) => setTimeout(done, answer.delayMs));
  if (answer.onReplied !== undefined) outgoing.on('finish', answer.onReplied);
  outgoing.writeHead(answer.status, {
    'content-type': answer.contentType,
    'content-length': Buffer.byteLength(answer.body),
    'x-amzn-requestid': answer.requestId,
    date: new Date(handlers.now()).toUTCString(),
  });
  outgoing.end(answer.body);
}

/** A page in a browser could reach loopback, by a name of its own that leads here, but not without telling so. */
function isFromHere({ headers }: SignedRequest): boolean {
  return (
    headers['origin'] === undefined && /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(headers['host'] ?? '')
  );
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
