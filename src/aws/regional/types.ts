import type { Secret } from '../../base/secret.ts';

/**
 * Ports over what an account has in one region. Every method throws an AwsError and nothing else, lists are complete, and but for what turns
 * a watch on, all of them only read.
 * Texts in which somebody may have left a credential come wrapped.
 */
export interface RegionalAws {
  region: string;
  ec2: Ec2Port;
  lambda: LambdaPort;
  ecs: EcsPort;
  codeBuild: CodeBuildPort;
  cloudFormation: CloudFormationPort;
  parameters: ParameterPort;
  cloudTrail: CloudTrailPort;
  cloudWatch: CloudWatchPort;
  logs: LogsPort;
  sns: SnsPort;
  guardDuty: GuardDutyPort;
  accessAnalyzer: AccessAnalyzerPort;
  identityCenter: IdentityCenterPort;
}

export interface Ec2Port {
  /** All of the partition, whichever region is asked. */
  regions(): Promise<RegionState[]>;
  instances(): Promise<Ec2Instance[]>;
  /** Base64, as it came; undefined when the instance has none. */
  userData(instanceId: string): Promise<Secret | undefined>;
  launchTemplates(): Promise<LaunchTemplate[]>;
  /** Of all versions, newest first; those without user data are left out. */
  launchTemplateUserData(templateId: string): Promise<LaunchTemplateUserData[]>;
}

export interface RegionState {
  name: string;
  isEnabled: boolean;
}

export interface Ec2Instance {
  /** i-... */
  id: string;
  name?: string;
  /** `running`, `stopped`, `terminated` ... */
  state: string;
  /** ARN of the instance profile. */
  profile?: string;
}

export interface LaunchTemplate {
  /** lt-... */
  id: string;
  name: string;
}

export interface LaunchTemplateUserData {
  version: number;
  isDefault: boolean;
  /** Base64. */
  userData: Secret;
}

/** Values by name: of an environment, of parameters. */
export type Values = ReadonlyMap<string, Secret>;

export interface LambdaPort {
  functions(): Promise<LambdaFunction[]>;
}

export interface LambdaFunction {
  arn: string;
  environment: Values;
  /** What Lambda says in place of an environment that the caller may not decrypt. */
  environmentError?: string;
}

export interface EcsPort {
  /** ARNs of all active revisions. */
  taskDefinitions(): Promise<string[]>;
  containers(taskDefinition: string): Promise<EcsContainer[]>;
}

export interface EcsContainer {
  name: string;
  environment: Values;
}

export interface CodeBuildPort {
  /** With what stands in their environment in clear; what is named there and kept elsewhere is left out. */
  projects(): Promise<{ arn: string; environment: Values }[]>;
}

export interface CloudFormationPort {
  stacks(): Promise<{ arn: string; name: string; parameters: Values; outputs: Values }[]>;
}

export interface ParameterPort {
  /** Names of those of type String or StringList. */
  plain(): Promise<string[]>;
  /** By name; one that is not there is left out. Asks for a permission that SecurityAudit does not have. */
  values(names: readonly string[]): Promise<Values>;
}

export interface CloudTrailPort {
  /** Those that cover the region: its own, and shadows of others. */
  trails(): Promise<Trail[]>;
  status(trail: Trail): Promise<TrailStatus>;
  /** Only in the trail's home region. */
  managementEvents(trail: Trail): Promise<ManagementEvents>;
}

export interface Trail {
  arn: string;
  name: string;
  homeRegion: string;
  isMultiRegion: boolean;
  includesGlobalServices: boolean;
  isOfOrganization: boolean;
  isValidated: boolean;
  /** ARN of a log group. */
  logGroup?: string;
}

export interface TrailStatus {
  isLogging: boolean;
  /** Of the last delivery to S3, when it failed. */
  deliveryError?: string;
  /** Of the last delivery to CloudWatch Logs, when it failed. */
  logDeliveryError?: string;
}

/** Which management events a trail takes; `excluded` are event sources that it leaves out. */
export interface ManagementEvents {
  reads: boolean;
  writes: boolean;
  excluded: readonly string[];
}

export interface CloudWatchPort {
  /** On one metric each; composite alarms are left out. */
  alarms(): Promise<Alarm[]>;
}

export interface Alarm {
  arn: string;
  name: string;
  /** Absent where the alarm computes its metric from several. */
  metric?: string;
  namespace?: string;
  isEnabled: boolean;
  /** ARNs of what is told when it goes off. */
  actions: readonly string[];
}

export interface LogsPort {
  metricFilters(logGroup: string): Promise<MetricFilter[]>;
}

export interface MetricFilter {
  name: string;
  pattern: string;
  metrics: readonly { name: string; namespace: string }[];
}

export interface SnsPort {
  subscriptions(topic: string): Promise<{ protocol: string; isConfirmed: boolean }[]>;
}

export interface GuardDutyPort {
  detectors(): Promise<{ id: string; isEnabled: boolean }[]>;
  /** Makes one, enabled; returns its id. */
  create(): Promise<string>;
  enable(detector: string): Promise<void>;
}

export interface AccessAnalyzerPort {
  analyzers(): Promise<Analyzer[]>;
  /** Those that are active: neither archived nor resolved. */
  findings(analyzer: string): Promise<AnalyzerFinding[]>;
  /** Of external access, for the account; returns its ARN. */
  create(name: string): Promise<string>;
}

export interface Analyzer {
  arn: string;
  name: string;
  /** `ACCOUNT`, `ORGANIZATION`, `ACCOUNT_UNUSED_ACCESS` ... */
  type: string;
  /** `ACTIVE`, `CREATING`, `DISABLED`, `FAILED`. */
  status: string;
}

export interface AnalyzerFinding {
  id: string;
  /** `ExternalAccess`, `UnusedIAMRole`, `UnusedPermission` ... */
  type: string;
  /** ARN. */
  resource: string;
  resourceType: string;
  account: string;
}

export interface IdentityCenterPort {
  instances(): Promise<{ arn: string; status: string; owner: string }[]>;
}
