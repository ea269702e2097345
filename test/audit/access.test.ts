import { describe, expect, it } from 'vitest';
import { reachOf, wholeServices } from '../../src/audit/policy/access.ts';
import { parseDocument } from '../../src/audit/policy/document.ts';

const SUBJECT = {
  name: 'ci',
  arn: 'arn:aws:iam::111122223333:user/ci',
  accountId: '111122223333',
  partition: 'aws',
};
// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM's policies.
const OWN = 'arn:aws:iam::*:user/${aws:username}';
const reach = (statements: unknown, boundary?: unknown) =>
  reachOf(
    {
      sources: [{ label: 'p', statements: parseDocument(JSON.stringify({ Statement: statements })) }],
      ...(boundary !== undefined && {
        boundary: { label: 'b', statements: parseDocument(JSON.stringify({ Statement: boundary })) },
      }),
    },
    SUBJECT,
  );
const allow = (Action: unknown, Resource: unknown = '*', more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});

describe('reachOf', () => {
  it.each([
    ['a list', [allow(['*'])]],
    ['single strings, and a statement that is no list', allow('*')],
    ['*:*', allow('*:*')],
    ['one among others', allow(['s3:Get*', '*'])],
    ['NotAction of what is of no use', { Effect: 'Allow', NotAction: 'aws-portal:*', Resource: '*' }],
    ['NotResource', { Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:::nothing' }],
    ['two halves', [allow('iam:*'), { Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }]],
    [
      'a Deny that takes little away',
      [allow('*'), { Effect: 'Deny', Action: 's3:DeleteBucket', Resource: '*' }],
    ],
    [
      'in spite of a Deny under a condition',
      [
        allow('*'),
        {
          Effect: 'Deny',
          Action: '*',
          Resource: '*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    ],
  ])('calls %s full', (_, statements) => {
    expect(reach(statements)).toMatchObject({ reach: 'full', via: 'p', isConditional: false });
  });

  it('says of an administrator under a condition that there is one', () => {
    const Condition = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
    expect(reach(allow('*', '*', { Condition }))).toMatchObject({ reach: 'full', isConditional: true });
  });

  it.each([
    ['IAM', allow('iam:*'), 'iam:AttachUserPolicy'],
    ['one action', allow('IAM:putuserpolicy'), 'iam:PutUserPolicy'],
    [
      'on all of the account',
      allow('iam:CreatePolicyVersion', 'arn:aws:iam::111122223333:*'),
      'iam:CreatePolicyVersion',
    ],
    ['on itself', allow('iam:PutUserPolicy', 'arn:aws:iam::111122223333:user/ci'), 'iam:PutUserPolicy'],
    ['on itself, by a variable', allow('iam:AttachUserPolicy', OWN), 'iam:AttachUserPolicy'],
  ])('sees the way up by %s', (_, statements, action) => {
    expect(reach(statements)).toMatchObject({ reach: 'escalation', action });
  });

  it.each([
    ['reading', allow(['iam:Get*', 's3:*'])],
    [
      'everything but IAM: a power user',
      { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*'], Resource: '*' },
    ],
    ['everything in one bucket', allow('*', 'arn:aws:s3:::bucket/*')],
    ['own keys', allow('iam:*AccessKey*', OWN)],
    ['others of a path', allow('iam:PutUserPolicy', 'arn:aws:iam::111122223333:user/robots/*')],
    ['everything, all of it denied', [allow('*'), { Effect: 'Deny', Action: '*', Resource: '*' }]],
    [
      'one named policy',
      allow('iam:AttachUserPolicy', '*', {
        Condition: { ArnEquals: { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/ReadOnlyAccess' } },
      }),
    ],
    [
      'all but one policy denied',
      [
        allow('iam:AttachUserPolicy'),
        {
          Effect: 'Deny',
          Action: '*',
          Resource: '*',
          Condition: { ArnNotEquals: { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/ReadOnlyAccess' } },
        },
      ],
    ],
    ['nothing', []],
  ])('calls %s limited', (_, statements) => {
    expect(reach(statements)).toEqual({ reach: 'limited' });
  });

  describe('by what its own rights come from', () => {
    const POLICY = 'arn:aws:iam::111122223333:policy/team/dev';
    const GROUP = 'arn:aws:iam::111122223333:group/devs';
    const member = (statements: unknown) =>
      reachOf(
        {
          sources: [
            {
              label: 'dev',
              arn: POLICY,
              statements: parseDocument(JSON.stringify({ Statement: statements })),
            },
            { label: 'reads', arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess', statements: [] },
          ],
          groups: [GROUP],
        },
        SUBJECT,
      );

    it.each([
      ['iam:CreatePolicyVersion', POLICY],
      ['iam:SetDefaultPolicyVersion', 'arn:aws:iam::111122223333:policy/team/*'],
      ['iam:PutGroupPolicy', GROUP],
      ['iam:AttachGroupPolicy', 'arn:aws:iam::*:group/dev?'],
    ])('sees the way up by %s on %s', (action, resource) => {
      const on = action.includes('Group') ? GROUP : POLICY;
      expect(member(allow(action, resource))).toMatchObject({ reach: 'escalation', action, on });
    });

    it.each([
      ['a policy that it does not have', 'iam:CreatePolicyVersion', 'arn:aws:iam::111122223333:policy/app'],
      ['a policy of AWS', 'iam:CreatePolicyVersion', 'arn:aws:iam::aws:policy/*'],
      ['a group that it is not in', 'iam:PutGroupPolicy', 'arn:aws:iam::111122223333:group/readers'],
      ['another action', 'iam:DeletePolicyVersion', POLICY],
      ['joining a group that it is in', 'iam:AddUserToGroup', GROUP],
      ['another kind', 'iam:PutGroupPolicy', POLICY],
    ])('calls rights on %s limited', (_, action, resource) => {
      expect(member(allow(action, resource))).toEqual({ reach: 'limited' });
    });
  });

  describe('where a condition names a policy, a boundary or a service', () => {
    const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';
    const READ = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
    const BOUNDARY = 'arn:aws:iam::111122223333:policy/boundary';
    const under = (action: string, operator: string, key: string, value: unknown) =>
      reach(allow(action, '*', { Condition: { [operator]: { [key]: value } } }));

    it.each<[string, string, string, unknown]>([
      ['iam:*', 'StringEqualsIfExists', 'iam:PermissionsBoundary', BOUNDARY],
      ['iam:PutUserPolicy', 'ArnLikeIfExists', 'iam:PermissionsBoundary', BOUNDARY],
      ['iam:PutUserPolicy', 'ArnNotLike', 'iam:PermissionsBoundary', BOUNDARY],
      ['iam:PutUserPolicy', 'ForAllValues:StringEquals', 'iam:PermissionsBoundary', BOUNDARY],
      ['iam:*', 'Null', 'iam:PermissionsBoundary', 'true'],
      ['iam:*', 'Null', 'iam:PermissionsBoundary', true],
      ['iam:*', 'Null', 'iam:PermissionsBoundary', 'false'],
      ['iam:AttachUserPolicy', 'ArnNotEquals', 'iam:PolicyARN', ADMIN],
      ['iam:AttachUserPolicy', 'ArnEquals', 'iam:PolicyARN', ADMIN],
      ['iam:AttachUserPolicy', 'ArnLike', 'iam:PolicyARN', [READ, 'arn:aws:iam::*:policy/*']],
      ['iam:AttachUserPolicy', 'Null', 'iam:PolicyARN', 'false'],
      ['iam:*', 'StringNotEquals', 'iam:PassedToService', 'ec2.amazonaws.com'],
      ['iam:*', 'StringEqualsIfExists', 'iam:PassedToService', 'ec2.amazonaws.com'],
    ])('%s is a way up under %s of %s: %#', (...given) => {
      expect(under(...given)).toMatchObject({ reach: 'escalation', isConditional: true });
    });

    it.each<[string, string, string, unknown]>([
      ['iam:PutUserPolicy', 'StringEquals', 'iam:PermissionsBoundary', BOUNDARY],
      ['iam:*', 'ForAnyValue:StringLike', 'iam:PermissionsBoundary', BOUNDARY],
      ['iam:AttachUserPolicy', 'ArnLike', 'iam:PolicyARN', [READ, 'arn:aws:iam::*:policy/app-*']],
      ['iam:AttachUserPolicy', 'ArnEqualsIfExists', 'iam:PolicyARN', READ],
      ['iam:AttachUserPolicy', 'StringEqualsIgnoreCase', 'iam:PolicyARN', READ],
      ['iam:AttachUserPolicy', 'ArnEquals', 'iam:PolicyARN', ADMIN.replace('aws:policy', '*:policy/app')],
      ['iam:PutUserPolicy', 'ArnEquals', 'iam:PolicyARN', ADMIN],
      ['iam:PutUserPolicy', 'Null', 'iam:PolicyARN', 'false'],
      ['iam:*', 'StringEquals', 'iam:PassedToService', 'ec2.amazonaws.com'],
      ['iam:*', 'Null', 'iam:PassedToService', 'false'],
    ])('%s is none under %s of %s: %#', (...given) => {
      expect(under(...given)).toEqual({ reach: 'limited' });
    });
  });

  it('lets a boundary limit what policies allow', () => {
    expect(reach(allow('*'), allow('s3:*'))).toEqual({ reach: 'limited' });
    expect(reach(allow('*'), allow('*'))).toMatchObject({ reach: 'full' });
  });

  describe('under a boundary that it may take off', () => {
    const ME = SUBJECT.arn;
    const BOUNDARY = 'arn:aws:iam::111122223333:policy/limits';
    const within = (policies: unknown, boundary: unknown, arn = BOUNDARY) =>
      reachOf(
        {
          sources: [{ label: 'p', statements: parseDocument(JSON.stringify({ Statement: policies })) }],
          boundary: { label: 'b', arn, statements: parseDocument(JSON.stringify({ Statement: boundary })) },
        },
        SUBJECT,
      );

    it.each<[string, unknown, unknown, string, string]>([
      ['everything', allow('*'), ME, 'iam:DeleteUserPermissionsBoundary', ME],
      ['IAM', allow('iam:*'), '*', 'iam:DeleteUserPermissionsBoundary', ME],
      ['everything', allow('*'), OWN, 'iam:PutUserPermissionsBoundary', ME],
      ['everything', allow('*'), BOUNDARY, 'iam:CreatePolicyVersion', BOUNDARY],
      ['everything', allow('*'), BOUNDARY, 'iam:SetDefaultPolicyVersion', BOUNDARY],
    ])('with %s sees the way up: %#', (_, policies, resource, action, on) => {
      const found = within(policies, [allow('s3:*'), allow(action, resource)]);
      expect(found).toMatchObject({ reach: 'escalation', action, on, via: 'p', isConditional: false });
    });

    it.each<[string, string, unknown]>([
      ['iam:DeleteUserPermissionsBoundary', 'StringEquals', BOUNDARY],
      ['iam:PutUserPermissionsBoundary', 'StringNotEquals', 'arn:aws:iam::aws:policy/AdministratorAccess'],
      ['iam:PutUserPermissionsBoundary', 'ArnLike', 'arn:aws:iam::aws:policy/Admin*'],
    ])('sees the way up by %s under a condition: %#', (action, operator, value) => {
      const Condition = { [operator]: { 'iam:PermissionsBoundary': value } };
      expect(within(allow('*'), [allow('s3:*'), allow(action, ME, { Condition })])).toMatchObject({
        reach: 'escalation',
        action,
      });
    });

    const LIFT = allow('iam:DeleteUserPermissionsBoundary');
    const DENY = { Effect: 'Deny', Action: 'iam:Delete*', Resource: '*' };
    it.each<[string, unknown, unknown[], string?]>([
      ['its policies are limited', allow(['s3:*', 'iam:DeleteUserPermissionsBoundary']), [LIFT]],
      ['its policies do not let it', allow('iam:PutUserPolicy'), [LIFT]],
      ['the boundary does not let it', allow('*'), [allow('s3:*')]],
      ['a policy denies it', [allow('*'), DENY], [LIFT]],
      ['the boundary denies it', allow('*'), [LIFT, DENY]],
      ['it may of another alone', allow('*'), [allow('iam:DeleteUserPermissionsBoundary', `${ME}2`)]],
      ['it may of roles alone', allow('*'), [allow('iam:DeleteRolePermissionsBoundary')]],
      [
        'it may change it for the same alone',
        allow('*'),
        [
          allow('iam:PutUserPermissionsBoundary', '*', {
            Condition: { StringEquals: { 'iam:PermissionsBoundary': BOUNDARY } },
          }),
        ],
      ],
      [
        'changing it for another is denied',
        allow('*'),
        [
          allow('iam:PutUserPermissionsBoundary'),
          {
            ...DENY,
            Action: 'iam:Put*',
            Condition: { StringNotEquals: { 'iam:PermissionsBoundary': BOUNDARY } },
          },
        ],
      ],
      [
        'the boundary is a policy of AWS',
        allow('*'),
        [allow('iam:CreatePolicyVersion', 'arn:aws:iam::aws:policy/*')],
        'arn:aws:iam::aws:policy/PowerUserAccess',
      ],
    ])('is limited where %s', (_, policies, boundary, arn) => {
      expect(within(policies, [allow('s3:*'), ...boundary], arn)).toEqual({ reach: 'limited' });
    });

    it('is not known where its policies could not be read', () => {
      const found = reachOf(
        {
          sources: [{ label: 'broken', statements: undefined }],
          boundary: { label: 'b', statements: parseDocument(JSON.stringify({ Statement: LIFT })) },
        },
        SUBJECT,
      );
      expect(found).toMatchObject({ reach: 'unknown' });
    });
  });

  it('knows nothing of a document that it cannot read, unless the rest is enough', () => {
    const broken = { label: 'broken, inline', statements: parseDocument('{"Statement": [{"Effect": 1}]}') };
    expect(reachOf({ sources: [broken] }, SUBJECT)).toEqual({
      reach: 'unknown',
      why: 'not read: broken, inline',
    });
    const full = { label: 'p', statements: parseDocument(JSON.stringify({ Statement: allow('*') })) };
    expect(reachOf({ sources: [broken, full] }, SUBJECT)).toMatchObject({ reach: 'full' });
  });
});

describe('wholeServices', () => {
  it.each<[string, unknown[], string[]]>([
    ['a service', [allow('s3:*'), allow(['SQS:*', 's3:Get*'])], ['s3', 'sqs']],
    ['everything', [allow('*')], ['every service']],
    ['everything, in two parts', [allow('*:*')], ['every service']],
    [
      'all but a service',
      [{ Effect: 'Allow', NotAction: ['iam:*', 'sts:AssumeRole'], Resource: '*' }],
      ['every service but iam:* and sts:AssumeRole'],
    ],
    ['all but everything', [{ Effect: 'Allow', NotAction: '*', Resource: '*' }], []],
    ['some actions', [allow(['s3:Get*', 's3:List*'])], []],
    ['one bucket', [allow('s3:*', 'arn:aws:s3:::b')], []],
    ['what is denied', [{ Effect: 'Deny', Action: '*', Resource: '*' }], []],
  ])('finds %s', (_, statements, expected) => {
    const document = JSON.stringify({ Statement: statements });
    expect(wholeServices({ label: 'p', statements: parseDocument(document) })).toEqual(expected);
  });
});
