import type {
  AuditAws,
  AuthorizationDetails,
  MfaDevice,
  Organization,
  PasswordPolicy,
} from '../aws/audit-types.ts';
import type { Identity } from '../aws/types.ts';
import { once, onceFor } from './once.ts';
import { type RegionFacts, regionFacts } from './regional.ts';
import { readTrails, type Trails } from './trails.ts';

/**
 * Everything that checks may know of one account. Each fact is read when the first check asks for it, and once; a read that AWS refuses
 * throws its AwsError to everyone who asks, so that there is no value to take for an answer.
 */
export interface Facts {
  accountId: string;
  partition: string;
  /** `arn:PARTITION:iam::ACCOUNT:root`: the resource of verdicts on the account as a whole. */
  accountArn: string;
  /** Milliseconds since the epoch. */
  now: number;
  /** GetAccountSummary. */
  summary(): Promise<ReadonlyMap<string, number>>;
  details(): Promise<AuthorizationDetails>;
  passwordPolicy(): Promise<PasswordPolicy | undefined>;
  virtualMfaDevices(): Promise<MfaDevice[]>;
  organization(): Promise<Organization | undefined>;
  /** Names of those that are enabled. */
  regions(): Promise<string[]>;
  /** Those that the account has not enabled: nothing is there, and nothing is asked. */
  disabledRegions(): Promise<string[]>;
  trails(): Promise<Trails>;
  inRegion(region: string): RegionFacts;
}

export interface FactOptions {
  aws: AuditAws;
  self: Identity;
  now: number;
}

export function openFacts({ aws, self, now }: FactOptions): Facts {
  const { accountId, partition } = self;
  const inRegion = onceFor((region) => regionFacts(aws.inRegion(region)));
  const regionsThat = async (isEnabled: boolean) =>
    (await allRegions()).filter((region) => region.isEnabled === isEnabled).map(({ name }) => name);
  const allRegions = once(() => inRegion(aws.region).aws.ec2.regions());
  return {
    accountId,
    partition,
    accountArn: `arn:${partition}:iam::${accountId}:root`,
    now,
    summary: once(() => aws.iam.accountSummary()),
    details: once(() => aws.account.authorizationDetails()),
    passwordPolicy: once(() => aws.account.passwordPolicy()),
    virtualMfaDevices: once(() => aws.account.virtualMfaDevices()),
    organization: once(() => aws.organizations.organization()),
    regions: once(() => regionsThat(true)),
    disabledRegions: once(() => regionsThat(false)),
    trails: once(async () => readTrails(await regionsThat(true), inRegion)),
    inRegion,
  };
}
