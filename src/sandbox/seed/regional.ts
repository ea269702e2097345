import {
  anything,
  flag,
  listOf,
  mapOf,
  oneOf,
  record,
  recordWith,
  type Shape,
  text,
  textWhere,
} from '../../config/shape.ts';
import { optInRegions } from '../regions.ts';
import type {
  Alarm,
  Analyzer,
  AnalyzerFinding,
  BuildProject,
  Instance,
  LambdaFunction,
  LaunchTemplate,
  MetricFilter,
  Stack,
  TaskDefinition,
  Topic,
  Trail,
  UserData,
  Variables,
} from '../state/regional.ts';
import type { SeedParameter, SeedRegion } from './seed.ts';

const variables: Shape<Variables> = mapOf(text);
const userData = { userData: text, gzip: flag };

const instance = recordWith<Instance>(['id'], {
  id: text,
  name: text,
  state: oneOf('pending', 'running', 'stopping', 'stopped', 'shutting-down', 'terminated'),
  profile: text,
  ...userData,
});

const launchTemplate = recordWith<LaunchTemplate>(['name', 'versions'], {
  name: text,
  versions: listOf(record<UserData>(userData)),
});

const lambdaFunction = recordWith<LambdaFunction>(['name'], { name: text, env: variables, envError: text });

const taskDefinition = recordWith<TaskDefinition>(['family', 'containers'], {
  family: text,
  containers: listOf(
    recordWith<TaskDefinition['containers'][number]>(['name'], { name: text, env: variables }),
  ),
});

const project = recordWith<BuildProject>(['name'], { name: text, env: variables, references: variables });

const stack = recordWith<Stack>(['name'], { name: text, parameters: variables, outputs: variables });

const trail = recordWith<Trail>(['name'], {
  name: text,
  multiRegion: flag,
  globalEvents: flag,
  validation: flag,
  organization: flag,
  logging: flag,
  deliveryError: text,
  kmsKey: text,
  logGroup: text,
  managementEvents: oneOf('All', 'ReadOnly', 'WriteOnly', 'none'),
  advanced: anything,
});

const metricFilter = recordWith<MetricFilter>(['name', 'logGroup', 'pattern', 'metric', 'namespace'], {
  name: text,
  logGroup: text,
  pattern: text,
  metric: text,
  namespace: text,
});

const alarm = recordWith<Alarm>(['name', 'metric', 'namespace'], {
  name: text,
  metric: text,
  namespace: text,
  actions: listOf(text),
  enabled: flag,
});

const topic = recordWith<Topic>(['name'], {
  name: text,
  subscriptions: listOf(
    recordWith<NonNullable<Topic['subscriptions']>[number]>(['protocol', 'endpoint'], {
      protocol: text,
      endpoint: text,
      confirmed: flag,
    }),
  ),
});

const finding = recordWith<AnalyzerFinding>(['resource', 'resourceType', 'findingType'], {
  resource: text,
  resourceType: text,
  findingType: oneOf(
    'ExternalAccess',
    'InternalAccess',
    'UnusedIAMRole',
    'UnusedIAMUserAccessKey',
    'UnusedIAMUserPassword',
    'UnusedPermission',
  ),
  status: oneOf('ACTIVE', 'ARCHIVED', 'RESOLVED'),
});

const analyzer = recordWith<Analyzer>(['name'], {
  name: text,
  type: oneOf(
    'ACCOUNT',
    'ORGANIZATION',
    'ACCOUNT_UNUSED_ACCESS',
    'ORGANIZATION_UNUSED_ACCESS',
    'ACCOUNT_INTERNAL_ACCESS',
    'ORGANIZATION_INTERNAL_ACCESS',
  ),
  status: oneOf('ACTIVE', 'CREATING', 'DISABLED', 'FAILED'),
  findings: listOf(finding),
});

const parameter = recordWith<SeedParameter>(['name', 'value'], {
  name: text,
  type: oneOf('String', 'StringList', 'SecureString'),
  value: text,
});

/** Of `regions` of an account. */
export const region = record<SeedRegion>({
  instances: listOf(instance),
  launchTemplates: listOf(launchTemplate),
  functions: listOf(lambdaFunction),
  taskDefinitions: listOf(taskDefinition),
  projects: listOf(project),
  stacks: listOf(stack),
  parameters: listOf(parameter),
  trails: listOf(trail),
  metricFilters: listOf(metricFilter),
  alarms: listOf(alarm),
  topics: listOf(topic),
  guardDuty: oneOf('ENABLED', 'DISABLED'),
  analyzers: listOf(analyzer),
  identityCenter: oneOf('ACTIVE', 'CREATE_IN_PROGRESS', 'DELETE_IN_PROGRESS'),
});

/** One that an account has to ask for; of another partition than `aws` there is none. */
export const optInRegion = textWhere((given) =>
  optInRegions('aws').includes(given)
    ? undefined
    : `accounts need not enable ${given}; regions to enable are ${optInRegions('aws').join(', ')}`,
);
