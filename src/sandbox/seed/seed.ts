import type { Fault } from '../faults.ts';
import type { KeyStatus, Member, ParameterType, Settings } from '../state/model.ts';
import type { Region } from '../state/regional.ts';
import type { SeedTime } from './time.ts';

/** What the sandbox begins with. file.ts reads one from YAML. */
export interface Seed {
  /** Where the clock starts; the host's time by default. */
  clock?: string;
  /** One account, 111122223333, when there is none. The first is the one that `env` has credentials for. */
  accounts?: SeedAccount[];
  /** Whether the first account manages an organization of all; by default, when there is more than one. */
  organization?: boolean | SeedOrganization;
  settings?: Partial<Settings>;
  faults?: Fault[];
}

/** Of all accounts, managed by the first. */
export interface SeedOrganization {
  features?: 'ALL' | 'CONSOLIDATED_BILLING';
  /** Names, of policies that are attached to the root. */
  serviceControlPolicies?: string[];
  /** Whether the credentials of root are managed centrally. */
  rootManagement?: boolean;
}

export interface SeedAccount {
  /** Twelve digits. */
  id: string;
  name?: string;
  email?: string;
  partition?: string;
  aliases?: string[];
  /** In the organization. */
  state?: Member['state'];
  root?: SeedRoot;
  /** Field names as in GetAccountPasswordPolicy. */
  passwordPolicy?: Record<string, number | boolean>;
  /** Documents of managed policies of the account, by name. */
  policies?: Record<string, unknown>;
  users?: SeedUser[];
  groups?: SeedGroup[];
  roles?: SeedRole[];
  secrets?: SeedSecret[];
  topics?: SeedTopic[];
  events?: SeedEvent[];
  /** What runs in it, by region. */
  regions?: Record<string, SeedRegion>;
  /** Regions enabled beside those that every account has. */
  enabledRegions?: string[];
  /** Regions where a service control policy denies all but what is global. */
  deniedRegions?: string[];
}

/** `{{NAME.keyId}}` and `{{NAME.secretKey}}` in any text of it stand for the halves of that user's first key. */
export interface SeedRegion extends Partial<Region> {
  parameters?: SeedParameter[];
}

export interface SeedParameter {
  name: string;
  /** `String` by default. */
  type?: ParameterType;
  value: string;
}

export interface SeedRoot {
  password?: boolean;
  passwordLastUsed?: SeedTime;
  /** True is a virtual device. */
  mfa?: boolean | 'hardware';
  keys?: SeedKey[];
}

/** Policies of a user, group or role. */
export interface SeedPolicies {
  /** Names of AWS managed policies, or ARNs. */
  policies?: string[];
  /** Documents by name. */
  inline?: Record<string, unknown>;
}

export interface SeedUser extends SeedPolicies {
  name: string;
  path?: string;
  created?: SeedTime;
  tags?: Record<string, string>;
  groups?: string[];
  /** A policy that limits all others, as in `policies`. */
  boundary?: string;
  /** When it last used a service, beside what its keys tell. */
  lastAccessed?: Record<string, SeedTime>;
  /** Has a password for the console. */
  password?: boolean;
  passwordLastUsed?: SeedTime;
  mfa?: boolean;
  keys?: SeedKey[];
}

export interface SeedKey {
  created?: SeedTime;
  status?: KeyStatus;
  lastUsed?: { at: SeedTime; service?: string; region?: string };
}

export interface SeedGroup extends SeedPolicies {
  name: string;
  path?: string;
}

export interface SeedRole extends SeedPolicies {
  name: string;
  path?: string;
  /** Account ids or ARNs that may assume it; every account's administrators by default. */
  trusts?: string[];
  externalId?: string;
  created?: SeedTime;
  /** When it last used a service. */
  lastAccessed?: Record<string, SeedTime>;
}

/** Of SNS. */
export interface SeedTopic {
  name: string;
  region?: string;
}

export interface SeedSecret {
  name: string;
  region?: string;
  created?: SeedTime;
  tags?: Record<string, string>;
  /** The value; a generated one by default. */
  value?: string;
  /** Holds the first key of this user instead, both halves, as `{"AccessKeyId","SecretAccessKey"}`. */
  keyOf?: string;
  replicas?: string[];
}

/** A call in the past, for the event history. */
export interface SeedEvent {
  at: SeedTime;
  user: string;
  /** Which of the user's keys: 0 is the oldest. */
  key?: number;
  service: string;
  action: string;
  region?: string;
  sourceAddress?: string;
  userAgent?: string;
  error?: string;
}
