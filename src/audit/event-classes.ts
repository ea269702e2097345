/** Events that somebody is to be told of, as CloudTrail writes them: a metric filter is tried on each. */
export interface EventClass {
  id: string;
  /** As in "an alarm tells of ...". */
  title: string;
  cis: string;
  securityHub: string;
  why: string;
  /** As the benchmark gives it, for the fix. */
  pattern: string;
  events: readonly SampleEvent[];
}

export interface SampleEvent {
  /** What a filter that does not count it misses. */
  name: string;
  event: unknown;
}

const USER = {
  type: 'IAMUser',
  principalId: 'AIDAEXAMPLE',
  arn: 'arn:aws:iam::111122223333:user/someone',
  accountId: '111122223333',
  userName: 'someone',
};
const ROOT = {
  type: 'Root',
  principalId: '111122223333',
  arn: 'arn:aws:iam::111122223333:root',
  accountId: '111122223333',
};

function sample(name: string, details: Readonly<Record<string, unknown>>): SampleEvent {
  return {
    name,
    event: {
      eventVersion: '1.11',
      eventTime: '2026-01-01T00:00:00Z',
      eventSource: 'iam.amazonaws.com',
      eventName: name,
      awsRegion: 'us-east-1',
      sourceIPAddress: '203.0.113.9',
      userAgent: 'aws-cli/2.31.0',
      userIdentity: USER,
      eventType: 'AwsApiCall',
      managementEvent: true,
      readOnly: false,
      recipientAccountId: '111122223333',
      eventCategory: 'Management',
      ...details,
    },
  };
}

const SIGN_IN = {
  eventSource: 'signin.amazonaws.com',
  eventName: 'ConsoleLogin',
  eventType: 'AwsConsoleSignIn',
  responseElements: { ConsoleLogin: 'Success' },
};

const IAM_CHANGES = [
  'AttachGroupPolicy',
  'AttachRolePolicy',
  'AttachUserPolicy',
  'CreatePolicy',
  'CreatePolicyVersion',
  'DeleteGroupPolicy',
  'DeletePolicy',
  'DeletePolicyVersion',
  'DeleteRolePolicy',
  'DeleteUserPolicy',
  'DetachGroupPolicy',
  'DetachRolePolicy',
  'DetachUserPolicy',
  'PutGroupPolicy',
  'PutRolePolicy',
  'PutUserPolicy',
];
const TRAIL_CHANGES = ['CreateTrail', 'DeleteTrail', 'StartLogging', 'StopLogging', 'UpdateTrail'];

export const EVENT_CLASSES: readonly EventClass[] = [
  {
    id: 'root-use',
    title: 'the use of root',
    cis: '4.3',
    securityHub: 'CloudWatch.1',
    why: 'Root is used once a year, or by somebody who should not have it.',
    pattern:
      '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }',
    events: [
      sample('CreateUser', { userIdentity: ROOT }),
      sample('ConsoleLogin', { ...SIGN_IN, userIdentity: ROOT, additionalEventData: { MFAUsed: 'Yes' } }),
    ],
  },
  {
    id: 'unauthorized-calls',
    title: 'calls that were refused',
    cis: '4.1',
    securityHub: 'CloudWatch.2',
    why: 'Whoever finds a key first tries what it may do, and is refused most of it.',
    pattern: '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
    events: [
      sample('RunInstances', {
        eventSource: 'ec2.amazonaws.com',
        errorCode: 'Client.UnauthorizedOperation',
        errorMessage: 'You are not authorized to perform this operation.',
      }),
      sample('ListUsers', { errorCode: 'AccessDenied', readOnly: true }),
      sample('ListSecrets', {
        eventSource: 'secretsmanager.amazonaws.com',
        errorCode: 'AccessDeniedException',
        readOnly: true,
      }),
    ],
  },
  {
    id: 'sign-in-without-mfa',
    title: 'signing in without MFA',
    cis: '4.2',
    securityHub: 'CloudWatch.3',
    why: 'A password alone has been enough: MFA was not on, or was taken off.',
    pattern:
      '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }',
    events: [
      sample('ConsoleLogin', {
        ...SIGN_IN,
        additionalEventData: {
          LoginTo: 'https://console.aws.amazon.com',
          MobileVersion: 'No',
          MFAUsed: 'No',
        },
      }),
    ],
  },
  {
    id: 'iam-changes',
    title: 'changes of IAM policies',
    cis: '4.4',
    securityHub: 'CloudWatch.4',
    why: 'More rights are the first thing that an attacker gives to what is to stay.',
    pattern: `{ ${IAM_CHANGES.map((name) => `($.eventName = ${name})`).join(' || ')} }`,
    events: IAM_CHANGES.map((name) => sample(name, {})),
  },
  {
    id: 'cloudtrail-changes',
    title: 'changes of CloudTrail',
    cis: '4.5',
    securityHub: 'CloudWatch.5',
    why: 'Stopping the trail is how everything after it goes unseen.',
    pattern: `{ ${TRAIL_CHANGES.map((name) => `($.eventName = ${name})`).join(' || ')} }`,
    events: TRAIL_CHANGES.map((name) => sample(name, { eventSource: 'cloudtrail.amazonaws.com' })),
  },
];
