import type { Secret } from '../../base/secret.ts';
import type { Region } from './regional.ts';

/**
 * Everything the sandbox knows, as plain data. Services read and write it; nothing else holds state.
 * Times are milliseconds since the epoch, on the sandbox's clock.
 */
export interface World {
  accounts: Map<string, Account>;
  organization: Organization | undefined;
  settings: Settings;
}

/** What a test or a rehearsal may turn. All durations are milliseconds. */
export interface Settings {
  /** A new or reactivated key works after this long. */
  keyLiveDelayMs: number;
  /** A deactivated or deleted key works for this long. */
  keyDeadDelayMs: number;
  /** After either delay, for this long, every other request with the key still sees how it was before. */
  flapMs: number;
  /** Written secret versions can be read after this long. */
  secretReadDelayMs: number;
  /** A credential report is complete after this long; with 0, when it is asked for the second time. */
  reportDelayMs: number;
  /** CloudTrail tells of an event after this long. */
  eventDelayMs: number;
  /** After a wrong signature, for this long, a right one with the same key may be refused once; STS does so for about 5 seconds. */
  falseMismatchMs: number;
  /** Requests that each service takes from an account in a second of the host's time; any number when undefined. */
  requestsPerSecond: number | undefined;
  /** How far the sandbox's idea of the time is from that of its host, for signatures only. */
  clockSkewMs: number;
  /** Whether policies are evaluated; without, every principal may do everything. */
  isAuthorizing: boolean;
  /** The most items on a page, whatever was asked for; AWS sends short pages too. */
  pageSize: number | undefined;
  /** The regions that there are; all of AWS when undefined. Few make an audit quick. */
  regions: string[] | undefined;
  /** Every other page of ListAccounts is empty, as AWS warns that any may be. */
  hasEmptyPages: boolean;
}

export interface Account {
  /** Twelve digits. */
  id: string;
  name: string;
  email: string;
  partition: string;
  createdAt: number;
  aliases: string[];
  root: Root;
  users: Map<string, User>;
  groups: Map<string, Group>;
  roles: Map<string, Role>;
  /** Customer managed policies, by ARN. */
  policies: Map<string, ManagedPolicy>;
  passwordPolicy: PasswordPolicy | undefined;
  /** Of GenerateServiceLastAccessedDetails, by job id. */
  accessJobs: Map<string, AccessJob>;
  /** By region, then by name. */
  secrets: Map<string, Map<string, StoredSecret>>;
  /** Of Systems Manager, by region, then by name. */
  parameters: Map<string, Map<string, Parameter>>;
  /** Of SNS, by ARN. */
  topics: Map<string, Topic>;
  /** What is only read, by region. */
  regions: Map<string, Region>;
  /** Regions enabled beside those that every account has. */
  enabledRegions: Set<string>;
  /** Regions where a service control policy denies all but what is global. */
  deniedRegions: Set<string>;
  /** By key ID, of users and of root, deleted ones too: a key that is gone still works for a moment. */
  keys: Map<string, AccessKey>;
  /** By key ID. */
  sessions: Map<string, Session>;
  credentialReport: CredentialReport | undefined;
  /** Oldest first. */
  events: TrailEvent[];
}

export interface Topic {
  arn: string;
  /** Oldest first. */
  messages: TopicMessage[];
}

export interface TopicMessage {
  id: string;
  at: number;
  subject?: string;
  message: string;
  /** Values as they were sent: a list is JSON. */
  attributes: Record<string, string>;
}

export interface Root {
  hasPassword: boolean;
  passwordLastUsedAt: number | undefined;
  /** An ARN of `mfa` is a virtual device; anything else is hardware. */
  mfaSerial: string | undefined;
  /** Of the keys that exist, oldest first. */
  keyIds: Set<string>;
}

export interface User {
  name: string;
  path: string;
  /** AIDA... */
  id: string;
  createdAt: number;
  tags: Map<string, string>;
  groups: Set<string>;
  inlinePolicies: Map<string, string>;
  /** ARNs. */
  attachedPolicies: Set<string>;
  boundary: string | undefined;
  loginProfile: LoginProfile | undefined;
  passwordLastUsedAt: number | undefined;
  /** When it was enabled, by serial number. */
  mfaDevices: Map<string, number>;
  /** When it last used a service, beside what its keys tell. */
  lastAccessed: Map<string, number>;
  /** Of the keys that exist, oldest first. */
  keyIds: Set<string>;
}

export interface LoginProfile {
  createdAt: number;
  resetRequired: boolean;
}

export type KeyStatus = 'Active' | 'Inactive' | 'Expired';

export interface AccessKey {
  id: string;
  secret: Secret;
  /** Absent for keys of root. */
  userName: string | undefined;
  /** As the API tells it, at once. */
  status: KeyStatus | 'Deleted';
  createdAt: number;
  /** When it was created, or its status last changed. */
  changedAt: number;
  /** Its place in the credential report. */
  slot: number;
  lastUsed: LastUse | undefined;
  /** When a request with it last had a wrong signature. */
  mismatchAt: number | undefined;
  /** The change that is still on its way to where signatures are checked. */
  change: Change | undefined;
}

export interface LastUse {
  at: number;
  service: string;
  region: string;
}

/** A change of a key's usability that spreads slowly. */
export interface Change {
  at: number;
  wasUsable: boolean;
  /** Requests seen while it flaps. */
  seen: number;
}

export interface Session {
  keyId: string;
  secret: Secret;
  token: Secret;
  issuedAt: number;
  expiresAt: number;
  by: { type: 'role'; role: string; name: string } | { type: 'user'; user: string } | { type: 'root' };
  /** The key it was minted with; undefined for those that the sandbox made for whoever runs it. */
  mintedWith: string | undefined;
}

export interface Group {
  name: string;
  path: string;
  id: string;
  createdAt: number;
  inlinePolicies: Map<string, string>;
  attachedPolicies: Set<string>;
}

export interface Role {
  name: string;
  path: string;
  id: string;
  createdAt: number;
  trustPolicy: string;
  inlinePolicies: Map<string, string>;
  attachedPolicies: Set<string>;
  maxSessionSeconds: number;
  tags: Map<string, string>;
  lastAccessed: Map<string, number>;
}

export interface ManagedPolicy {
  arn: string;
  name: string;
  path: string;
  id: string;
  createdAt: number;
  document: string;
}

export interface AccessJob {
  arn: string;
  startedAt: number;
}

/** Field names as in GetAccountPasswordPolicy. */
export type PasswordPolicy = Record<string, number | boolean>;

export interface CredentialReport {
  /** What it tells is what was true then. */
  startedAt: number;
  content: string;
  isReady: boolean;
}

export interface StoredSecret {
  name: string;
  arn: string;
  description: string | undefined;
  kmsKeyId: string | undefined;
  createdAt: number;
  changedAt: number;
  /** Day-granular, as in AWS. */
  accessedAt: number | undefined;
  /** When it will be deleted for good. */
  deletionAt: number | undefined;
  deletedAt: number | undefined;
  tags: Map<string, string>;
  /** By version id, oldest first. */
  versions: Map<string, SecretVersion>;
  /** By region. */
  replicas: Map<string, { kmsKeyId: string | undefined }>;
  primaryRegion: string;
}

export interface SecretVersion {
  id: string;
  createdAt: number;
  value: Secret;
  isBinary: boolean;
  stages: Set<string>;
  accessedAt: number | undefined;
}

export type ParameterType = 'String' | 'StringList' | 'SecureString';

export interface Parameter {
  name: string;
  type: ParameterType;
  keyId: string | undefined;
  tags: Map<string, string>;
  /** Oldest first; never empty. */
  versions: ParameterVersion[];
}

export interface ParameterVersion {
  version: number;
  value: Secret;
  at: number;
  /** ARN of who put it. */
  by: string;
}

export interface Organization {
  id: string;
  managementAccount: string;
  createdAt: number;
  rootId: string;
  /** What DescribeOrganization calls FeatureSet. */
  features: 'ALL' | 'CONSOLIDATED_BILLING';
  hasServiceControlPolicies: boolean;
  /** Service control policies beside FullAWSAccess, by id. */
  policies: Map<string, ControlPolicy>;
  /** Of central root management, such as `RootCredentialsManagement`. */
  rootFeatures: Set<string>;
  members: Map<string, Member>;
}

/** A service control policy; what it says is not evaluated. */
export interface ControlPolicy {
  id: string;
  name: string;
  /** Ids of the root or of accounts. */
  targets: Set<string>;
}

export interface Member {
  accountId: string;
  state: 'PENDING_ACTIVATION' | 'ACTIVE' | 'SUSPENDED' | 'PENDING_CLOSURE' | 'CLOSED';
  joinedAt: number;
  joinedBy: 'INVITED' | 'CREATED';
}

/** One management event, as CloudTrail records it. */
export interface TrailEvent {
  id: string;
  name: string;
  source: string;
  at: number;
  region: string;
  isReadOnly: boolean;
  accessKeyId: string;
  userName: string;
  resources: { type: string; name: string }[];
  /** The body of CloudTrailEvent. */
  record: Record<string, unknown>;
}
