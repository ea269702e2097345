import {
  anything,
  count,
  flag,
  listOf,
  mapOf,
  mapped,
  oneOf,
  parseShaped,
  record,
  recordWith,
  type Shape,
  text,
  textWhere,
} from '../../config/shape.ts';
import type { Fault } from '../faults.ts';
import { FAULT_KINDS } from '../faults.ts';
import { AWS_MANAGED_NAMES } from '../policy/aws-managed.ts';
import { parsePolicy } from '../policy/document.ts';
import type { Settings } from '../state/model.ts';
import { optInRegion, region } from './regional.ts';
import type {
  Seed,
  SeedAccount,
  SeedEvent,
  SeedGroup,
  SeedKey,
  SeedOrganization,
  SeedRole,
  SeedRoot,
  SeedSecret,
  SeedTopic,
  SeedUser,
} from './seed.ts';
import { durationOf, timeOf } from './time.ts';

/** A moment, checked but not computed: what an age means is known when the sandbox starts. */
const time: Shape<string> = mapped(text, (given) => {
  timeOf(given, 0);
  return given;
});
const duration: Shape<number> = mapped(text, durationOf);

const accountId = textWhere((given) =>
  /^\d{12}$/.test(given) ? undefined : 'an account id has twelve digits',
);
/** Of users, groups and roles. */
const entityName = textWhere((given) =>
  /^[\w+=,.@-]{1,64}$/.test(given)
    ? undefined
    : 'a name has 1 to 64 letters, digits and characters of +=,.@_-',
);
const policyName = textWhere((given) =>
  given.startsWith('arn:') || AWS_MANAGED_NAMES.includes(given)
    ? undefined
    : `the sandbox has no AWS managed policy of that name; it has ${AWS_MANAGED_NAMES.join(', ')}`,
);
const document: Shape<unknown> = mapped(anything, (given) => {
  parsePolicy(JSON.stringify(given));
  return given;
});

const policies = { policies: listOf(policyName), inline: mapOf(document) };

const key = record<SeedKey>({
  created: time,
  status: oneOf('Active', 'Inactive', 'Expired'),
  lastUsed: recordWith<NonNullable<SeedKey['lastUsed']>>(['at'], { at: time, service: text, region: text }),
});

/** `hardware` where a flag would be a virtual device. */
const rootMfa: Shape<boolean | 'hardware'> = (value) =>
  value.node?.toJSON() === 'hardware' ? 'hardware' : flag(value);

const root = record<SeedRoot>({
  password: flag,
  passwordLastUsed: time,
  mfa: rootMfa,
  keys: listOf(key),
});

const user = recordWith<SeedUser>(['name'], {
  name: entityName,
  path: text,
  created: time,
  tags: mapOf(text),
  groups: listOf(text),
  password: flag,
  passwordLastUsed: time,
  mfa: flag,
  keys: atMostTwo(listOf(key)),
  boundary: policyName,
  lastAccessed: mapOf(time),
  ...policies,
});

const group = recordWith<SeedGroup>(['name'], { name: entityName, path: text, ...policies });

const role = recordWith<SeedRole>(['name'], {
  name: entityName,
  path: text,
  trusts: listOf(text),
  externalId: text,
  created: time,
  lastAccessed: mapOf(time),
  ...policies,
});

const secret = recordWith<SeedSecret>(['name'], {
  name: text,
  region: text,
  created: time,
  tags: mapOf(text),
  value: text,
  keyOf: text,
  replicas: listOf(text),
});

const topic = recordWith<SeedTopic>(['name'], {
  name: textWhere((given) =>
    /^[\w-]{1,256}(?:\.fifo)?$/.test(given)
      ? undefined
      : 'a topic has letters, digits, dashes and underscores',
  ),
  region: text,
});

const event = recordWith<SeedEvent>(['at', 'user', 'service', 'action'], {
  at: time,
  user: text,
  key: count(),
  service: text,
  action: text,
  region: text,
  sourceAddress: text,
  userAgent: text,
  error: text,
});

const passwordRule: Shape<number | boolean> = (value) =>
  typeof value.node?.toJSON() === 'boolean' ? flag(value) : count(1)(value);

const account = recordWith<SeedAccount>(['id'], {
  id: accountId,
  name: text,
  email: text,
  partition: oneOf('aws', 'aws-cn', 'aws-us-gov'),
  aliases: listOf(text),
  state: oneOf('PENDING_ACTIVATION', 'ACTIVE', 'SUSPENDED', 'PENDING_CLOSURE', 'CLOSED'),
  root,
  passwordPolicy: mapOf(passwordRule),
  policies: mapOf(document),
  users: listOf(user),
  groups: listOf(group),
  roles: listOf(role),
  secrets: listOf(secret),
  topics: listOf(topic),
  events: listOf(event),
  regions: mapOf(region),
  enabledRegions: listOf(optInRegion),
  deniedRegions: listOf(text),
});

/** In files durations have units, so their names need none. */
interface FileSettings {
  keyLiveDelay?: number;
  keyDeadDelay?: number;
  flap?: number;
  secretReadDelay?: number;
  reportDelay?: number;
  eventDelay?: number;
  falseMismatch?: number;
  clockSkew?: number;
  requestsPerSecond?: number;
  authorize?: boolean;
  pageSize?: number;
  emptyPages?: boolean;
  regions?: string[];
}

const SETTING_NAMES: Record<keyof FileSettings, keyof Settings> = {
  keyLiveDelay: 'keyLiveDelayMs',
  keyDeadDelay: 'keyDeadDelayMs',
  flap: 'flapMs',
  secretReadDelay: 'secretReadDelayMs',
  reportDelay: 'reportDelayMs',
  eventDelay: 'eventDelayMs',
  falseMismatch: 'falseMismatchMs',
  clockSkew: 'clockSkewMs',
  requestsPerSecond: 'requestsPerSecond',
  authorize: 'isAuthorizing',
  pageSize: 'pageSize',
  emptyPages: 'hasEmptyPages',
  regions: 'regions',
};

const settings: Shape<Partial<Settings>> = mapped(
  record<FileSettings>({
    keyLiveDelay: duration,
    keyDeadDelay: duration,
    flap: duration,
    secretReadDelay: duration,
    reportDelay: duration,
    eventDelay: duration,
    falseMismatch: duration,
    clockSkew: duration,
    requestsPerSecond: count(1),
    authorize: flag,
    pageSize: count(1),
    emptyPages: flag,
    regions: listOf(text),
  }),
  (given) =>
    Object.fromEntries(
      Object.entries(given).map(([name, value]) => [SETTING_NAMES[name as keyof FileSettings], value]),
    ),
);

interface FileFault extends Omit<Fault, 'delayMs' | 'onReplied' | 'times'> {
  times?: number | 'always';
  delay?: number;
}

const fault: Shape<Fault> = mapped(
  recordWith<FileFault>(['kind'], {
    kind: oneOf(...FAULT_KINDS),
    service: text,
    action: text,
    keyId: text,
    after: count(),
    times: (value) => (value.node?.toJSON() === 'always' ? 'always' : count(1)(value)),
    delay: duration,
    code: text,
    message: text,
    status: count(400),
  }),
  ({ times, delay, ...rest }) => ({
    ...rest,
    ...(times === undefined ? {} : { times: times === 'always' ? Number.POSITIVE_INFINITY : times }),
    ...(delay === undefined ? {} : { delayMs: delay }),
  }),
);

const organization: Shape<boolean | SeedOrganization> = (value) =>
  typeof value.node?.toJSON() === 'boolean'
    ? flag(value)
    : record<SeedOrganization>({
        features: oneOf('ALL', 'CONSOLIDATED_BILLING'),
        serviceControlPolicies: listOf(text),
        rootManagement: flag,
      })(value);

const seed = record<Seed>({
  clock: mapped(text, (given) => {
    if (Number.isNaN(Date.parse(given)))
      throw new RangeError(`${JSON.stringify(given)} is no time such as 2026-01-31T12:00:00Z`);
    return given;
  }),
  accounts: listOf(account),
  organization,
  settings,
  faults: listOf(fault),
});

/** Reads a seed. Throws a UsageError that begins with `file:line:column`. */
export function parseSeed(yaml: string, shownAs: string): Seed {
  return parseShaped(yaml, shownAs, seed);
}

/** The same for parts of one, as control requests send them. */
export function parseSettings(yaml: string, shownAs: string): Partial<Settings> {
  return parseShaped(yaml, shownAs, settings);
}

export function parseFault(yaml: string, shownAs: string): Fault {
  return parseShaped(yaml, shownAs, fault);
}

function atMostTwo<T>(shape: Shape<T[]>): Shape<T[]> {
  return mapped(shape, (items) => {
    if (items.length > 2) throw new RangeError('a user has two access keys at most');
    return items;
  });
}
