import { authenticate } from './authenticate.ts';
import { authorize } from './authorize.ts';
import { ServiceError } from './errors.ts';
import type { Fault, Faults } from './faults.ts';
import { recordEvent } from './history.ts';
import { type JournalEntry, withoutSecrets } from './journal.ts';
import { protocolOf } from './protocols.ts';
import { newUuid } from './random.ts';
import type { Action, Call, Service } from './service.ts';
import { SERVICES } from './services/index.ts';
import { parseAuthorization, type SignatureClaim, type SignedRequest } from './sigv4.ts';
import type { World } from './state/model.ts';
import type { Throttle } from './throttle.ts';
import type { Input } from './wire/query.ts';

export interface Reply {
  type: 'reply';
  status: number;
  contentType: string;
  body: string;
  requestId: string;
  delayMs: number;
  onReplied: (() => void) | undefined;
}

/** What is sent back, or nothing where the connection is cut instead. */
export type Answer = Reply | { type: 'cut' };

export interface Environment {
  world: World;
  faults: Faults;
  throttle: Throttle;
  journal: JournalEntry[];
  /** The sandbox's time. */
  now: () => number;
  /** The host's time, which clients sign with. */
  hostNow: () => number;
}

/** One request from bytes to answer. */
export function answer(request: SignedRequest, sourceAddress: string, environment: Environment): Answer {
  const { faults, journal, now } = environment;
  const requestId = newUuid();
  const claim = parseAuthorization(request.headers['authorization']);
  const service = serviceOf(request, claim);
  if (service === undefined) {
    const name = claim?.service ?? 'of that name';
    return reply(404, 'text/plain', `The sandbox has no service ${name}.\n`, requestId);
  }
  const entry = newEntry(requestId, now(), service, claim);
  journal.push(entry);
  const { action, input } = protocolOf(service).read(service, request);
  Object.assign(entry, {
    action,
    input: input instanceof ServiceError ? {} : withoutSecrets(input, service.secretParameters),
  });
  const fault = faults.take({ service: service.name, action, keyId: entry.keyId, number: journal.length });
  entry.fault = fault?.kind;
  if (fault?.kind === 'drop-request') return { type: 'cut' };

  const result = perform(service, request, { entry, input, fault, sourceAddress, environment });
  if (fault?.kind === 'drop-reply') return { type: 'cut' };
  const outcome = fault?.kind === 'fail-after' ? { error: INTERNAL_FAILURE } : result;
  entry.error = outcome.error?.code;
  const written =
    outcome.error === undefined
      ? success(service, action, outcome.output, requestId)
      : failure(service, outcome.error, requestId);
  return { ...written, delayMs: fault?.delayMs ?? 0, onReplied: fault?.onReplied };
}

interface Job {
  entry: JournalEntry;
  /** An error for a body that says nothing. */
  input: Input | ServiceError;
  fault: Fault | undefined;
  sourceAddress: string;
  environment: Environment;
}

type Outcome = { output: unknown; error?: never } | { error: ServiceError; output?: never };

/** Authenticates, authorizes, acts and records. */
function perform(service: Service, request: SignedRequest, job: Job): Outcome {
  const { entry, input, fault, environment } = job;
  const { world, throttle, hostNow } = environment;
  let call: Call | undefined;
  let outcome: Outcome;
  try {
    if (fault !== undefined) failBefore(fault, service);
    if (input instanceof ServiceError) throw input;
    const clocks = { now: entry.at, signingNow: hostNow() + world.settings.clockSkewMs };
    const { account, caller } = authenticate(world, service, request, clocks);
    Object.assign(entry, { accountId: account.id, callerArn: caller.arn });
    const limit = world.settings.requestsPerSecond;
    if (limit !== undefined && !throttle.allows(account.id, service.name, limit)) throw throttled(service);
    call = { world, account, caller, action: entry.action, region: entry.region, input, now: entry.at };
    const action = actionOf(service, call.action);
    authorize(service, action, call);
    outcome = { output: action.run(call) };
    entry.isDone = true;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    outcome = { error };
  }
  // What was refused before it was known who asks leaves no event.
  if (call !== undefined && service.actions[call.action]?.isDataEvent !== true) {
    const userAgent = request.headers['user-agent'] ?? '';
    recordEvent(
      call,
      service,
      { requestId: entry.requestId, sourceAddress: job.sourceAddress, userAgent },
      outcome,
    );
  }
  return outcome;
}

/** The scope of the signature names the service; an unsigned JSON request still names it in its target. */
function serviceOf({ headers }: SignedRequest, claim: SignatureClaim | undefined): Service | undefined {
  const target = headers['x-amz-target'];
  if (claim !== undefined) {
    const service = SERVICES.get(claim.service);
    const namespace = target === undefined ? service?.queryNamespace : undefined;
    return service && namespace !== undefined ? { ...service, protocol: 'query', namespace } : service;
  }
  if (target === undefined) return SERVICES.get('sts');
  return [...SERVICES.values()].find(
    ({ protocol, namespace }) => protocol === 'json' && target.startsWith(`${namespace}.`),
  );
}

function newEntry(
  requestId: string,
  at: number,
  service: Service,
  claim: SignatureClaim | undefined,
): JournalEntry {
  return {
    requestId,
    at,
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
}

function actionOf(service: Service, name: string): Action {
  if (Object.hasOwn(service.actions, name)) return service.actions[name]!;
  const [code, status] = protocolOf(service).refusals.unknownAction;
  throw new ServiceError(code, `The sandbox does not know ${service.name}:${name}.`, status);
}

function failBefore(fault: Fault, service: Service): void {
  switch (fault.kind) {
    case 'throttle':
      throw throttled(service);
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

function throttled(service: Service): ServiceError {
  const [code, status] = protocolOf(service).refusals.throttled;
  return new ServiceError(code, 'Rate exceeded', status);
}

const INTERNAL_FAILURE = new ServiceError(
  'InternalFailure',
  'The request processing has failed because of an unknown error, exception or failure.',
  500,
);

function success(service: Service, action: string, output: unknown, requestId: string): Reply {
  const { contentType, success: write } = protocolOf(service);
  return reply(200, contentType, write(service, action, output, requestId), requestId);
}

function failure(service: Service, error: ServiceError, requestId: string): Reply {
  const { contentType, failure: write } = protocolOf(service);
  return reply(error.status, contentType, write(service, error, requestId), requestId);
}

function reply(status: number, contentType: string, body: string, requestId: string): Reply {
  return { type: 'reply', status, contentType, body, requestId, delayMs: 0, onReplied: undefined };
}
