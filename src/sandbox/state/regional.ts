/**
 * What runs in a region and who watches it, for those who read: but for what watches, no call changes it. A seed has the same words (seed/regional.ts),
 * where all but names may be left out.
 */
export interface Region {
  instances: Instance[];
  launchTemplates: LaunchTemplate[];
  functions: LambdaFunction[];
  taskDefinitions: TaskDefinition[];
  projects: BuildProject[];
  stacks: Stack[];
  trails: Trail[];
  metricFilters: MetricFilter[];
  alarms: Alarm[];
  topics: Topic[];
  /** None: never turned on. */
  guardDuty: 'ENABLED' | 'DISABLED' | undefined;
  analyzers: Analyzer[];
  /** The instance of Identity Center that lives here. */
  identityCenter: 'ACTIVE' | 'CREATE_IN_PROGRESS' | 'DELETE_IN_PROGRESS' | undefined;
}

/** As a shell script would stand there; `gzip` packs it, as cloud-init takes it too. */
export interface UserData {
  userData?: string;
  gzip?: boolean;
}

export interface Instance extends UserData {
  /** i-... */
  id: string;
  name?: string;
  state?: 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';
  /** Name of an instance profile. */
  profile?: string;
}

export interface LaunchTemplate {
  name: string;
  /** Oldest first; the last is the default. */
  versions: UserData[];
}

/** Names and values of environment variables. */
export type Variables = Record<string, string>;

export interface LambdaFunction {
  name: string;
  env?: Variables;
  /** The environment is encrypted with a key that the caller may not use: this error stands in its place. */
  envError?: string;
}

export interface TaskDefinition {
  family: string;
  containers: { name: string; env?: Variables }[];
}

export interface BuildProject {
  name: string;
  env?: Variables;
  /** Variables that name a parameter or a secret instead of holding a value. */
  references?: Variables;
}

export interface Stack {
  name: string;
  parameters?: Variables;
  outputs?: Variables;
}

export interface Trail {
  name: string;
  multiRegion?: boolean;
  globalEvents?: boolean;
  validation?: boolean;
  /** Of the whole organization: its members see it too. */
  organization?: boolean;
  logging?: boolean;
  deliveryError?: string;
  kmsKey?: string;
  /** Name of a log group. */
  logGroup?: string;
  /** What of management events the trail takes; `none` has a selector without them. */
  managementEvents?: 'All' | 'ReadOnly' | 'WriteOnly' | 'none';
  /** In place of `managementEvents`: AdvancedEventSelectors, as the API has them. */
  advanced?: unknown;
}

export interface MetricFilter {
  name: string;
  logGroup: string;
  pattern: string;
  metric: string;
  namespace: string;
}

export interface Alarm {
  name: string;
  metric: string;
  namespace: string;
  /** ARNs, or names of topics of the region. */
  actions?: string[];
  enabled?: boolean;
}

export interface Topic {
  name: string;
  subscriptions?: { protocol: string; endpoint: string; confirmed?: boolean }[];
}

export interface Analyzer {
  name: string;
  type?:
    | 'ACCOUNT'
    | 'ORGANIZATION'
    | 'ACCOUNT_UNUSED_ACCESS'
    | 'ORGANIZATION_UNUSED_ACCESS'
    | 'ACCOUNT_INTERNAL_ACCESS'
    | 'ORGANIZATION_INTERNAL_ACCESS';
  status?: 'ACTIVE' | 'CREATING' | 'DISABLED' | 'FAILED';
  findings?: AnalyzerFinding[];
}

export interface AnalyzerFinding {
  /** An ARN. */
  resource: string;
  resourceType: string;
  findingType:
    | 'ExternalAccess'
    | 'InternalAccess'
    | 'UnusedIAMRole'
    | 'UnusedIAMUserAccessKey'
    | 'UnusedIAMUserPassword'
    | 'UnusedPermission';
  status?: 'ACTIVE' | 'ARCHIVED' | 'RESOLVED';
}

export function newRegion(): Region {
  return {
    instances: [],
    launchTemplates: [],
    functions: [],
    taskDefinitions: [],
    projects: [],
    stacks: [],
    trails: [],
    metricFilters: [],
    alarms: [],
    topics: [],
    guardDuty: undefined,
    analyzers: [],
    identityCenter: undefined,
  };
}
