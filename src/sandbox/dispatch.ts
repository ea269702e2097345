import { authenticate } from './authenticate.ts';
import { ServiceError } from './errors.ts';
import type { Fault, Faults } from './faults.ts';
import { recordEvent } from './history.ts';
import { type JournalEntry, withoutSecrets } from './journal.ts';
import { newUuid } from './random.ts';
import type { Call, Service } from './service.ts';
import { SERVICES } from './services/index.ts';
import { parseAuthorization, type SignedRequest } from './sigv4.ts';
import type { World } from './state/model.ts';
import { jsonAnswer, jsonError, parseJson } from './wire/json.ts';
import { type Input, parseForm, queryAnswer, queryError } from './wire/query.ts';

/** What is sent back, or nothing where the connection is cut instead. */
export type Answer =
  | { type: 'reply'; status: number; contentType: string; body: string; requestId: string; delayMs: number }
  | { type: 'cut' };

export interface Environment {
  world: World;
  faults: Faults;
  journal: JournalEntry[];
  /** The sandbox's time. */
  now: () => number;
  /** The host's time, which clients sign with. */
  hostNow: () => number;
}

/** One request from bytes to answer: find the service, inject a fault, authenticate, act, record. */
export function answer(request: SignedRequest, sourceAddress: string, environment: Environment): Answer {
  const { world, faults, journal, now, hostNow } = environment;
  const requestId = newUuid();
  const claim = parseAuthorization(request.headers['authorization']);
  const service = serviceOf(request, claim?.service);
  if (service === undefined) return reply(404, 'text/plain', 'The sandbox has no such service.\n', requestId);
  const entry: JournalEntry = {
    requestId,
    at: now(),
    service: service.name,
    action: '',
    region: claim?.region ?? 'us-east-1',
    keyId: claim?.keyId ?? '',
    accountId: undefined,
    callerArn: undefined,
    input: {},
    isDone: false,
    error: undefined,
    fault: undefined,
  };
  journal.push(entry);
  let call: Call | undefined;
  let fault: Fault | undefined;
  try {
    const { action, input } = readAction(service, request);
    Object.assign(entry, { action, input: withoutSecrets(input) });
    fault = faults.take({ service: service.name, action, keyId: entry.keyId });
    entry.fault = fault?.kind;
    if (fault?.kind === 'drop-request') return { type: 'cut' };
    if (fault !== undefined) failBefore(fault, service);

    const clocks = { now: entry.at, signingNow: hostNow() + world.settings.clockSkewMs };
    const { account, caller } = authenticate(world, service, request, clocks);
    Object.assign(entry, { accountId: account.id, callerArn: caller.arn });
    call = { world, account, caller, action, region: entry.region, input, now: entry.at };
    const output = act(service, call);
    entry.isDone = true;
    recordEvent(call, service, originOf(request, requestId, sourceAddress), { output });
    if (fault?.kind === 'drop-reply') return { type: 'cut' };
    if (fault?.kind === 'fail-after') throw internalFailure();
    const delayMs = fault?.kind === 'delay' ? (fault.delayMs ?? 0) : 0;
    return { ...success(service, action, output, requestId), delayMs };
  } catch (error) {
    const known = error instanceof ServiceError ? error : internalFailure();
    entry.error = known.code;
    if (call !== undefined && !entry.isDone)
      recordEvent(call, service, originOf(request, requestId, sourceAddress), { error: known });
    if (!(error instanceof ServiceError)) throw error;
    return failure(service, known, requestId);
  }
}

/** The scope of the signature names the service; an unsigned JSON request still names it in its target. */
function serviceOf(request: SignedRequest, scope: string | undefined): Service | undefined {
  if (scope !== undefined) return SERVICES.get(scope);
  const prefix = request.headers['x-amz-target']?.split('.')[0];
  if (prefix === undefined) return SERVICES.get('sts');
  return [...SERVICES.values()].find(
    ({ protocol, namespace }) => protocol === 'json' && namespace === prefix,
  );
}

function readAction(service: Service, request: SignedRequest): { action: string; input: Input } {
  const body = new TextDecoder().decode(request.body);
  if (service.protocol === 'json') {
    const action = request.headers['x-amz-target']?.split('.').at(-1) ?? '';
    return { action, input: parseJson(body) };
  }
  const [, query = ''] = request.target.split('?', 2);
  const { Action: action, Version: _, ...input } = parseForm(request.method === 'GET' ? query : body);
  return { action: String(action ?? ''), input };
}

function act(service: Service, call: Call): unknown {
  const action = Object.hasOwn(service.actions, call.action) ? service.actions[call.action] : undefined;
  if (action === undefined) {
    throw service.protocol === 'json'
      ? new ServiceError('UnknownOperationException', `The sandbox does not know ${call.action}.`)
      : new ServiceError('InvalidAction', `The sandbox does not know ${call.action}.`);
  }
  return action.run(call);
}

function failBefore(fault: Fault, service: Service): void {
  const isJson = service.protocol === 'json';
  switch (fault.kind) {
    case 'throttle':
      throw new ServiceError(isJson ? 'ThrottlingException' : 'Throttling', 'Rate exceeded');
    case 'unavailable':
      throw new ServiceError('ServiceUnavailable', 'Service is unavailable. Please try again later.', 503);
    case 'error':
      throw new ServiceError(
        fault.code ?? 'InternalFailure',
        fault.message ?? 'A fault of the sandbox.',
        fault.status ?? 400,
      );
  }
}

function internalFailure(): ServiceError {
  return new ServiceError(
    'InternalFailure',
    'The request processing has failed because of an unknown error.',
    500,
  );
}

function originOf(request: SignedRequest, requestId: string, sourceAddress: string) {
  return { requestId, sourceAddress, userAgent: request.headers['user-agent'] ?? '' };
}

type Reply = Extract<Answer, { type: 'reply' }>;

function success(service: Service, action: string, output: unknown, requestId: string): Reply {
  return service.protocol === 'json'
    ? reply(200, 'application/x-amz-json-1.1', jsonAnswer(output), requestId)
    : reply(200, 'text/xml', queryAnswer(action, service.namespace, output, requestId), requestId);
}

function failure(service: Service, error: ServiceError, requestId: string): Reply {
  return service.protocol === 'json'
    ? reply(error.status, 'application/x-amz-json-1.1', jsonError(error), requestId)
    : reply(error.status, 'text/xml', queryError(error, service.namespace, requestId), requestId);
}

function reply(status: number, contentType: string, body: string, requestId: string): Reply {
  return { type: 'reply', status, contentType, body, requestId, delayMs: 0 };
}
