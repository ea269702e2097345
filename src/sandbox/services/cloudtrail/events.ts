import { ServiceError } from '../../errors.ts';
import { pageOf } from '../../paging.ts';
import { type Call, listOf, optionalNumber } from '../../service.ts';
import type { TrailEvent } from '../../state/model.ts';

const KEPT_MS = 90 * 86_400_000;
const LARGEST_PAGE = 50;

type Attribute = (event: TrailEvent, value: string) => boolean;

const ATTRIBUTES: Readonly<Record<string, Attribute>> = {
  EventId: (event, value) => event.id === value,
  EventName: (event, value) => event.name === value,
  ReadOnly: (event, value) => String(event.isReadOnly) === value,
  Username: (event, value) => event.userName === value,
  ResourceType: (event, value) => event.resources.some(({ type }) => type === value),
  ResourceName: (event, value) => event.resources.some(({ name }) => name === value),
  EventSource: (event, value) => event.source === value,
  AccessKeyId: (event, value) => event.accessKeyId === value,
};

/** Management events of 90 days, by region, newest first. */
export function lookupEvents(call: Call): unknown {
  const attributes = listOf(call, 'LookupAttributes') as { AttributeKey: string; AttributeValue: string }[];
  const [attribute] = attributes;
  const test = attribute === undefined ? () => true : ATTRIBUTES[attribute.AttributeKey];
  if (attributes.length > 1 || test === undefined) {
    throw new ServiceError(
      'InvalidLookupAttributesException',
      'You must specify exactly one attribute to look up events.',
    );
  }
  const size = optionalNumber(call, 'MaxResults') ?? LARGEST_PAGE;
  if (size < 1 || size > LARGEST_PAGE)
    throw new ServiceError(
      'InvalidMaxResultsException',
      'A value between 1 and 50 must be specified for the MaxResults parameter.',
    );
  const seconds = (name: string) =>
    call.input[name] === undefined ? undefined : Number(call.input[name]) * 1000;
  const from = Math.max(seconds('StartTime') ?? 0, call.now - KEPT_MS);
  const to = Math.min(
    seconds('EndTime') ?? Number.POSITIVE_INFINITY,
    call.now - call.world.settings.eventDelayMs,
  );
  if (from > (seconds('EndTime') ?? from))
    throw new ServiceError('InvalidTimeRangeException', 'The start time must be before the end time.');
  const found = call.account.events
    .filter((event) => event.region === call.region && event.at >= from && event.at <= to)
    .filter((event) => test(event, attribute?.AttributeValue ?? ''))
    .sort((a, b) => b.at - a.at);
  const { items, next } = pageOf(found, {
    token: typeof call.input['NextToken'] === 'string' ? call.input['NextToken'] : undefined,
    size: Math.min(size, call.world.settings.pageSize ?? size),
    code: 'InvalidNextTokenException',
  });
  return { Events: items.map(describe), NextToken: next };
}

function describe(event: TrailEvent): unknown {
  return {
    EventId: event.id,
    EventName: event.name,
    ReadOnly: String(event.isReadOnly),
    AccessKeyId: event.accessKeyId,
    EventTime: new Date(event.at),
    EventSource: event.source,
    Username: event.userName,
    Resources: event.resources.map(({ type, name }) => ({ ResourceType: type, ResourceName: name })),
    CloudTrailEvent: JSON.stringify(event.record),
  };
}
