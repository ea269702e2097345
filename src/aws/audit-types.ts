import type { RegionalAws } from './regional/types.ts';
import type { IamPort, IamUser, Receipt, StsPort } from './types.ts';

export type { RegionalAws };

/**
 * Ports that an audit reads an account through. As with those of types.ts, every method throws an AwsError and nothing else,
 * times are milliseconds since the epoch and lists are complete.
 */
export interface AuditAws {
  sts: StsPort;
  iam: IamPort;
  account: AccountPort;
  organizations: OrganizationPort;
  /** The one that was asked for, or that the profile names. */
  region: string;
  /** Ports of the services that every region has of its own; clients are made when a region is first asked for. */
  inRegion(region: string): RegionalAws;
}

export interface PolicyText {
  name: string;
  /** JSON, or what stands there in its place. */
  document: string;
}

export interface AttachedPolicy {
  name: string;
  arn: string;
}

/** What users, groups and roles have in common. */
export interface PolicyHolder {
  name: string;
  path: string;
  arn: string;
  createdAt: number;
  inline: readonly PolicyText[];
  attached: readonly AttachedPolicy[];
}

export interface UserDetail extends PolicyHolder, IamUser {
  tags: ReadonlyMap<string, string>;
  groups: readonly string[];
  /** ARN of a policy that limits all others. */
  boundary?: string;
}

export type GroupDetail = PolicyHolder;

export interface RoleDetail extends PolicyHolder {
  tags: ReadonlyMap<string, string>;
  /** JSON. */
  trust: string;
  boundary?: string;
  /** Within the last 400 days. */
  lastUsedAt?: number;
}

/** Of a customer, or of AWS and attached somewhere: with the version that is in force. */
export interface ManagedPolicy {
  arn: string;
  name: string;
  document: string;
  attachments: number;
}

/** GetAccountAuthorizationDetails: everybody, and every policy that says something of them. */
export interface AuthorizationDetails {
  users: readonly UserDetail[];
  groups: readonly GroupDetail[];
  roles: readonly RoleDetail[];
  /** By ARN. */
  policies: ReadonlyMap<string, ManagedPolicy>;
}

export interface PasswordPolicy {
  minimumLength: number;
  requiresUppercase: boolean;
  requiresLowercase: boolean;
  requiresNumbers: boolean;
  requiresSymbols: boolean;
  mayChange: boolean;
  isHardExpiry: boolean;
  /** In days; absent when passwords do not expire. */
  maxAgeDays?: number;
  /** Passwords back that may not be used again. */
  remembered?: number;
}

export interface MfaDevice {
  /** An ARN, or the number of a hardware token. */
  serial: string;
  /** ARN of the user, or of root. */
  holder: string;
}

/** When a principal last tried to use a service that it may use. */
export interface ServiceUse {
  /** As in policies: `s3`. */
  service: string;
  name: string;
  /** Absent when it did not within the last 400 days. */
  at?: number;
}

/** IAM as an account has it once. */
export interface AccountPort {
  authorizationDetails(): Promise<AuthorizationDetails>;
  /** Undefined when the account has none of its own. */
  passwordPolicy(): Promise<PasswordPolicy | undefined>;
  setPasswordPolicy(policy: PasswordPolicy): Promise<Receipt>;
  /** Those that are assigned to somebody. */
  virtualMfaDevices(): Promise<MfaDevice[]>;
  /** Serial numbers of a user's devices. */
  mfaDevices(user: string): Promise<string[]>;
  /** Whether the user has a password for the console. */
  hasPassword(user: string): Promise<boolean>;
  /** ARNs. */
  samlProviders(): Promise<string[]>;
  /** Of central root management, such as `RootCredentialsManagement`; undefined outside of an organization. */
  organizationFeatures(): Promise<string[] | undefined>;
  /** Of a user, role, group or policy; undefined when AWS has not finished within `patienceMs`. */
  serviceUses(
    arn: string,
    wait: { sleep: (ms: number) => Promise<void>; patienceMs: number },
  ): Promise<ServiceUse[] | undefined>;
}

export interface Organization {
  id: string;
  arn: string;
  /** `ALL`, or `CONSOLIDATED_BILLING`. */
  features: string;
  managementAccount: string;
}

export interface OrganizationPolicy {
  id: string;
  arn: string;
  name: string;
  isAwsManaged: boolean;
}

export interface OrganizationPort {
  /** Undefined for an account that is in none. */
  organization(): Promise<Organization | undefined>;
  /** Of each root, the policy types that are enabled. Only for the management account and delegated administrators, as the following. */
  enabledPolicyTypes(): Promise<string[]>;
  serviceControlPolicies(): Promise<OrganizationPolicy[]>;
  /** Ids of roots, units and accounts. */
  targets(policyId: string): Promise<string[]>;
}
