import type {
  AuditAws,
  AuthorizationDetails,
  MfaDevice,
  PasswordPolicy,
  ServiceUse,
} from '../aws/audit-types.ts';
import { AwsError } from '../aws/errors.ts';
import type { Identity } from '../aws/types.ts';
import { type CredentialReport, parseCredentialReport } from '../keys/credential-report.ts';
import { fetchCredentialReport } from '../keys/fetch-report.ts';
import type { Inventory } from '../keys/inventory.ts';
import { readKeys } from './key-facts.ts';
import { once, onceFor } from './once.ts';
import { type OrganizationFacts, openOrganization, organizationOf } from './organization.ts';
import { openPolicies, type PolicyBook } from './policy/sources.ts';
import { type RegionFacts, regionFacts } from './regional.ts';
import type { AuditRules } from './rules.ts';
import { readTrails, type Trails } from './trails.ts';

/**
 * Everything that checks may know of one account. Each fact is read when the first check asks for it, and once; a read that AWS refuses
 * throws its AwsError to everyone who asks, so that there is no value to take for an answer.
 */
export interface Facts extends OrganizationFacts {
  accountId: string;
  partition: string;
  /** `arn:PARTITION:iam::ACCOUNT:root`: the resource of verdicts on the account as a whole. */
  accountArn: string;
  /** Milliseconds since the epoch. */
  now: number;
  rules: AuditRules;
  /** GetAccountSummary. */
  summary(): Promise<ReadonlyMap<string, number>>;
  /** Up to four hours old. */
  credentialReport(): Promise<CredentialReport>;
  details(): Promise<AuthorizationDetails>;
  /** The policies of `details`, read. */
  policies(): Promise<PolicyBook>;
  /** Every access key. What could not be read is in `gaps`. */
  keys(): Promise<Inventory>;
  passwordPolicy(): Promise<PasswordPolicy | undefined>;
  virtualMfaDevices(): Promise<MfaDevice[]>;
  /** Serial numbers of a user's devices, as of now. */
  mfaDevices(user: string): Promise<string[]>;
  /** As of now. */
  hasPassword(user: string): Promise<boolean>;
  samlProviders(): Promise<string[]>;
  /** Undefined when AWS does not finish in time. */
  serviceUses(arn: string): Promise<ServiceUse[] | undefined>;
  /** Names of those that are enabled. */
  regions(): Promise<string[]>;
  /** Those that the account has not enabled: nothing is there, and nothing is asked. */
  disabledRegions(): Promise<string[]>;
  trails(): Promise<Trails>;
  inRegion(region: string): RegionFacts;
}

export interface FactOptions {
  aws: AuditAws;
  self: Identity & { keyId: string };
  /** Of whoever audits this account among others, and may be told more of their organization than it is. */
  asker?: OrganizationFacts;
  now: number;
  rules: AuditRules;
  sleep: (ms: number) => Promise<void>;
  /** How long to wait for a report that AWS has to make. */
  patienceMs?: number;
  signal?: AbortSignal;
}

const PATIENCE_MS = 60_000;

export function openFacts(options: FactOptions): Facts {
  const { aws, self, asker, now, rules, sleep, signal, patienceMs = PATIENCE_MS } = options;
  const { accountId, partition } = self;
  const inRegion = onceFor((region) => regionFacts(aws.inRegion(region)));
  const allRegions = once(() => inRegion(aws.region).aws.ec2.regions());
  const regionsThat = async (areEnabled: boolean) =>
    (await allRegions()).filter(({ isEnabled }) => isEnabled === areEnabled).map(({ name }) => name);
  // There are thousands of these: an interruption ends them.
  const each = <T>(read: (name: string) => Promise<T>) =>
    onceFor(async (name: string) => {
      signal?.throwIfAborted();
      return read(name);
    });
  const report = once(() => readReport(options));
  const details = once(() => aws.account.authorizationDetails());
  const organization = openOrganization(aws);
  return {
    accountId,
    partition,
    accountArn: `arn:${partition}:iam::${accountId}:root`,
    now,
    rules,
    summary: once(() => aws.iam.accountSummary()),
    credentialReport: once(async () => {
      const { csv, generatedAt } = await report();
      return parseCredentialReport(csv, generatedAt);
    }),
    details,
    policies: once(async () => openPolicies(await details())),
    keys: once(() => readKeys({ aws, self, now, rules, details, report, signal })),
    passwordPolicy: once(() => aws.account.passwordPolicy()),
    virtualMfaDevices: once(() => aws.account.virtualMfaDevices()),
    mfaDevices: each((user) => aws.account.mfaDevices(user)),
    hasPassword: each((user) => aws.account.hasPassword(user)),
    samlProviders: once(() => aws.account.samlProviders()),
    serviceUses: each((arn) => aws.account.serviceUses(arn, { sleep, patienceMs })),
    ...(asker === undefined ? organization : organizationOf(organization, accountId, asker)),
    regions: once(() => regionsThat(true)),
    disabledRegions: once(() => regionsThat(false)),
    trails: once(async () => readTrails(await regionsThat(true), inRegion)),
    inRegion,
  };
}

async function readReport({ aws, sleep, patienceMs = PATIENCE_MS, signal }: FactOptions) {
  const wait = { sleep, patienceMs, ...(signal !== undefined && { signal }) };
  const report = await fetchCredentialReport(aws.iam, wait);
  if (report !== undefined) return report;
  const action = 'iam:GenerateCredentialReport';
  throw new AwsError(`${action}: AWS did not make the credential report in ${patienceMs / 1000} seconds`, {
    kind: 'unavailable',
    action,
    requestId: undefined,
    hint: undefined,
    cause: undefined,
  });
}
