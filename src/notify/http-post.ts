import { escapeControl } from '../report/escape.ts';
import { DeliveryError } from './delivery-error.ts';

export interface PostOptions {
  headers: Readonly<Record<string, string>>;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** What is shown of an answer, to say what was wrong. */
const LONGEST_ANSWER = 200;
/** More than is shown, so that a secret is not cut in two before it is looked for. */
const LONGEST_READ = 4_000;
/** No part of a URL that makes it a secret is shorter. */
const SHORTEST_SECRET = 6;
const LONGEST_WAIT_MS = 3_600_000;

/**
 * Posts JSON. Done when the answer is a 2xx; its body is then of no interest. Redirects are not followed: what is signed for one host
 * is not for another. Throws a DeliveryError. `timeoutMs` is for all of it, however slowly the other side talks.
 */
export async function postJson(url: string, body: string, options: PostOptions): Promise<void> {
  const { host, pathname, search } = new URL(url);
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal,
      headers: { 'content-type': 'application/json', 'user-agent': 'keyturn', ...options.headers },
    });
  } catch (error) {
    const reason = timeout.aborted ? `no answer within ${options.timeoutMs / 1000} s` : reasonOf(error);
    throw new DeliveryError(`${host}: ${reason}`, { isPassing: true, cause: error });
  }
  const { status } = response;
  const answer = await beginningOf(response, status < 300);
  if (status < 300) return;
  const said = lineOf(withoutPath(answer, pathname + search));
  const waitMs = waitOf(response.headers.get('retry-after'));
  throw new DeliveryError(`${host}: status ${status}${said === '' ? '' : `: ${said}`}`, {
    isPassing: status >= 500 || [408, 425, 429].includes(status),
    ...(waitMs !== undefined && { retryAfterMs: waitMs }),
  });
}

async function beginningOf(response: Response, isOfNoInterest: boolean): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return '';
  let text = '';
  try {
    const decoder = new TextDecoder();
    while (!isOfNoInterest && text.length < LONGEST_READ) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value as Uint8Array, { stream: true });
    }
  } catch {
    // What came until then will do.
  }
  await reader.cancel().catch(() => {});
  return text;
}

/** Pages of HTML say nothing in their first line. */
function lineOf(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim().slice(0, LONGEST_ANSWER);
  return escapeControl(line.startsWith('<') ? '' : line);
}

/** Servers like to repeat what they were asked for, and that may be the secret. */
function withoutPath(answer: string, path: string): string {
  const parts = path.split(/[/?&=]/).filter(({ length }) => length >= SHORTEST_SECRET);
  return parts.reduce((text, part) => text.replaceAll(part, '[redacted]'), answer);
}

/** Seconds; the other form, a date, is rare, and the usual backoff will do. */
function waitOf(header: string | null): number | undefined {
  return header === null || !/^\d{1,6}$/.test(header)
    ? undefined
    : Math.min(Number(header) * 1000, LONGEST_WAIT_MS);
}

/** `fetch` wraps what happened in "fetch failed". */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  switch (cause?.code) {
    case undefined:
      return cause?.message === 'bad port'
        ? 'its port is one that is never used for http'
        : 'the connection failed';
    case 'ECONNREFUSED':
      return 'nothing listens there';
    case 'ECONNRESET':
    case 'UND_ERR_SOCKET':
      return 'the connection was broken off';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the name of the host cannot be resolved';
    default:
      return `the connection failed (${cause?.code})`;
  }
}
