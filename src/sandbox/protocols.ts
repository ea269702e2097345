import { ServiceError } from './errors.ts';
import type { Service } from './service.ts';
import type { SignedRequest } from './sigv4.ts';
import { jsonAnswer, jsonError, parseJson } from './wire/json.ts';
import { ec2Answer, ec2Error, type Input, parseForm, queryAnswer, queryError } from './wire/query.ts';

/** `ec2` is `query` with lists and errors of its own; `rest-json` has paths in place of action names. */
export type ProtocolName = 'query' | 'ec2' | 'json' | 'rest-json';

/** What is refused before a service is asked: the wire name and the status. */
type Refusals = Readonly<
  Record<
    'missing' | 'unknown' | 'mismatch' | 'skew' | 'expired' | 'denied' | 'throttled' | 'unknownAction',
    readonly [code: string, status: number]
  >
>;

export interface Protocol {
  contentType: string;
  /** The error is for a body that says nothing. */
  read(service: Service, request: SignedRequest): { action: string; input: Input | ServiceError };
  success(service: Service, action: string, output: unknown, requestId: string): string;
  failure(service: Service, error: ServiceError, requestId: string): string;
  refusals: Refusals;
}

const QUERY: Protocol = {
  contentType: 'text/xml',
  read: (_service, request) => {
    const [, query = ''] = request.target.split('?', 2);
    const form = request.method === 'GET' ? query : bodyOf(request);
    const { Action: action, Version: _, ...input } = parseForm(form);
    return { action: String(action ?? ''), input };
  },
  success: ({ namespace }, action, output, requestId) => queryAnswer(action, namespace, output, requestId),
  failure: ({ namespace }, error, requestId) => queryError(error, namespace, requestId),
  refusals: {
    missing: ['MissingAuthenticationToken', 403],
    unknown: ['InvalidClientTokenId', 403],
    mismatch: ['SignatureDoesNotMatch', 403],
    skew: ['SignatureDoesNotMatch', 403],
    expired: ['ExpiredToken', 403],
    denied: ['AccessDenied', 403],
    throttled: ['Throttling', 400],
    unknownAction: ['InvalidAction', 400],
  },
};

const EC2: Protocol = {
  ...QUERY,
  success: ({ namespace }, action, output, requestId) => ec2Answer(action, namespace, output, requestId),
  failure: (_service, error, requestId) => ec2Error(error, requestId),
  refusals: {
    missing: ['MissingAuthenticationToken', 403],
    unknown: ['AuthFailure', 401],
    mismatch: ['AuthFailure', 401],
    skew: ['RequestExpired', 400],
    expired: ['RequestExpired', 400],
    denied: ['UnauthorizedOperation', 403],
    throttled: ['RequestLimitExceeded', 503],
    unknownAction: ['InvalidAction', 400],
  },
};

const JSON_RPC: Protocol = {
  contentType: 'application/x-amz-json-1.1',
  read: (_service, request) => ({
    action: request.headers['x-amz-target']?.split('.').at(-1) ?? '',
    input: parseJson(bodyOf(request)),
  }),
  success: (_service, _action, output) => jsonAnswer(output),
  failure: (_service, error) => jsonError(error),
  refusals: {
    missing: ['MissingAuthenticationTokenException', 400],
    unknown: ['UnrecognizedClientException', 400],
    mismatch: ['InvalidSignatureException', 400],
    skew: ['InvalidSignatureException', 400],
    expired: ['ExpiredTokenException', 400],
    denied: ['AccessDeniedException', 400],
    throttled: ['ThrottlingException', 400],
    unknownAction: ['UnknownOperationException', 400],
  },
};

const REST_JSON: Protocol = {
  ...JSON_RPC,
  contentType: 'application/json',
  read: readRest,
  refusals: {
    missing: ['MissingAuthenticationTokenException', 403],
    unknown: ['UnrecognizedClientException', 403],
    mismatch: ['InvalidSignatureException', 403],
    skew: ['InvalidSignatureException', 403],
    expired: ['ExpiredTokenException', 403],
    denied: ['AccessDeniedException', 403],
    throttled: ['TooManyRequestsException', 429],
    unknownAction: ['UnknownOperationException', 404],
  },
};

const PROTOCOLS: Readonly<Record<ProtocolName, Protocol>> = {
  query: QUERY,
  ec2: EC2,
  json: JSON_RPC,
  'rest-json': REST_JSON,
};

export function protocolOf({ protocol }: Pick<Service, 'protocol'>): Protocol {
  return PROTOCOLS[protocol];
}

/** Parameters stand in the path, in the query and in the body. */
function readRest({ routes = {} }: Service, request: SignedRequest): ReturnType<Protocol['read']> {
  const [path = '', query = ''] = request.target.split('?', 2);
  for (const [action, route] of Object.entries(routes)) {
    const inPath = paramsOf(route, `${request.method} ${path}`);
    if (inPath === undefined) continue;
    const body = parseJson(bodyOf(request));
    const inQuery = Object.fromEntries(new URLSearchParams(query));
    return { action, input: body instanceof ServiceError ? body : { ...body, ...inQuery, ...inPath } };
  }
  return { action: `${request.method} ${path}`, input: {} };
}

/** What stands for the `{Names}` of a route; undefined where it is another. */
function paramsOf(route: string, asked: string): Record<string, string> | undefined {
  const [wanted, given] = [route.split('/'), asked.replace(/\/$/, '').split('/')];
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, part] of wanted.entries()) {
    const [, name] = /^\{(\w+)\}$/.exec(part) ?? [];
    if (name !== undefined) params[name] = decodeURIComponent(given[at]!);
    else if (part !== given[at]) return undefined;
  }
  return params;
}

function bodyOf({ body }: SignedRequest): string {
  return new TextDecoder().decode(body);
}
