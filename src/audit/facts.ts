import type {
  AuditAws,
  AuthorizationDetails,
  MfaDevice,
  Organization,
  PasswordPolicy,
  RegionalAws,
} from '../aws/audit-types.ts';
import type { Identity } from '../aws/types.ts';
import { once } from './once.ts';

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
  inRegion(region: string): RegionFacts;
}

/** Of one region. Facts that are added here come from `regional.ts`. */
export interface RegionFacts {
  region: string;
  aws: RegionalAws;
}

export interface FactOptions {
  aws: AuditAws;
  self: Identity;
  now: number;
}

export function openFacts({ aws, self, now }: FactOptions): Facts {
  const { accountId, partition } = self;
  const byRegion = new Map<string, RegionFacts>();
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
    regions: once(async () => [aws.region]),
    inRegion: (region) => {
      const known = byRegion.get(region);
      if (known !== undefined) return known;
      const facts = { region, aws: aws.inRegion(region) };
      byRegion.set(region, facts);
      return facts;
    },
  };
}
