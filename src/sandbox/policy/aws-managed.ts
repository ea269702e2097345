/**
 * Policies that AWS keeps, by name: those that a rehearsal of rotation or containment meets. The deny lists of the quarantine policies
 * are cut to the services that the sandbox has; so is what ReadOnlyAccess and SecurityAudit allow.
 */
const READS = ['Get*', 'List*', 'Describe*', 'Lookup*', 'Generate*', 'Simulate*'];
const READ_ACTIONS = [
  ...['iam', 'sts', 'organizations', 'cloudtrail'].flatMap((service) =>
    READS.map((read) => `${service}:${read}`),
  ),
  'access-analyzer:ListAnalyzers',
  'access-analyzer:ListFindings',
  'cloudformation:DescribeStacks',
  'cloudwatch:Describe*',
  'codebuild:BatchGetProjects',
  'codebuild:ListProjects',
  'ec2:Describe*',
  'ecs:Describe*',
  'ecs:List*',
  'guardduty:Get*',
  'guardduty:List*',
  'lambda:List*',
  'logs:Describe*',
  'secretsmanager:Describe*',
  'secretsmanager:List*',
  'sns:ListSubscriptionsByTopic',
  'ssm:Describe*',
  'sso:ListInstances',
];

const QUARANTINED = [
  'cloudtrail:LookupEvents',
  'iam:AddUserToGroup',
  'iam:AttachGroupPolicy',
  'iam:AttachRolePolicy',
  'iam:AttachUserPolicy',
  'iam:ChangePassword',
  'iam:CreateAccessKey',
  'iam:CreateLoginProfile',
  'iam:CreateRole',
  'iam:CreateUser',
  'iam:DeleteAccessKey',
  'iam:DetachUserPolicy',
  'iam:ListUsers',
  'iam:PutUserPolicy',
  'iam:UpdateAccessKey',
  'iam:UpdateLoginProfile',
  'organizations:CreateAccount',
  'sts:GetFederationToken',
  'sts:GetSessionToken',
];

interface AwsManagedPolicy {
  /** Before the name in the ARN. */
  path: string;
  document: string;
}

function allow(actions: readonly string[], resource = '*'): string {
  return documentOf('Allow', actions, resource);
}

function documentOf(effect: 'Allow' | 'Deny', actions: readonly string[], resource = '*'): string {
  const Action = actions.length === 1 ? actions[0] : actions;
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: effect, Action, Resource: resource }],
  });
}

const POLICIES: Readonly<Record<string, AwsManagedPolicy>> = {
  AdministratorAccess: { path: '/', document: allow(['*']) },
  ReadOnlyAccess: {
    path: '/',
    document: allow([...READ_ACTIONS, 'ssm:Get*']),
  },
  SecurityAudit: { path: '/', document: allow(READ_ACTIONS) },
  IAMFullAccess: { path: '/', document: allow(['iam:*']) },
  IAMReadOnlyAccess: { path: '/', document: allow(READS.map((read) => `iam:${read}`)) },
  SecretsManagerReadWrite: { path: '/', document: allow(['secretsmanager:*']) },
  IAMUserChangePassword: {
    path: '/',
    document: allow(['iam:ChangePassword', 'iam:GetAccountPasswordPolicy']),
  },
  AWSDenyAll: { path: '/', document: documentOf('Deny', ['*']) },
  AWSCompromisedKeyQuarantineV2: { path: '/', document: documentOf('Deny', QUARANTINED) },
  AWSCompromisedKeyQuarantineV3: {
    path: '/',
    document: documentOf('Deny', [...QUARANTINED, 'organizations:LeaveOrganization']),
  },
};

/** Names, for messages and lists. */
export const AWS_MANAGED_NAMES: readonly string[] = Object.keys(POLICIES);

/** The document of `arn:PARTITION:iam::aws:policy/NAME`; undefined for a policy that the sandbox does not have. */
export function awsManagedDocument(arn: string): string | undefined {
  const [, name = ''] = /^arn:[a-z-]+:iam::aws:policy\/(?:.*\/)?([\w+=,.@-]+)$/.exec(arn) ?? [];
  return Object.hasOwn(POLICIES, name) ? POLICIES[name]!.document : undefined;
}

export function awsManagedArn(partition: string, name: string): string {
  return `arn:${partition}:iam::aws:policy${POLICIES[name]?.path ?? '/'}${name}`;
}
