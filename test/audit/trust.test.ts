import { expect, it } from 'vitest';
import { parseDocument } from '../../src/audit/policy/document.ts';
import { doesTrust, trustIn } from '../../src/audit/policy/trust.ts';

const statement = (Principal: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Principal,
  ...more,
});
const trusts = (...statements: object[]) =>
  doesTrust(parseDocument(JSON.stringify({ Statement: statements }))!, 'ec2.amazonaws.com');
const source = { Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } } };
const organization = { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-example' } } };

it.each([
  ['by name', [statement({ Service: 'ec2.amazonaws.com' })]],
  ['among others', [statement({ Service: ['lambda.amazonaws.com', 'EC2.amazonaws.com'] })]],
  ['in China', [statement({ Service: 'ec2.amazonaws.com.cn' })]],
  ['from one account', [statement({ Service: 'ec2.amazonaws.com' }, source)]],
  ['as everybody', [statement('*')]],
  ['as everybody of AWS', [statement({ AWS: '*' })]],
  ['by all actions', [statement({ Service: 'ec2.amazonaws.com' }, { Action: 'sts:*' })]],
  ['who is not among a few', [statement(undefined, { NotPrincipal: { AWS: '111122223333' } })]],
])('a service is trusted %s', (_, statements) => {
  expect(trusts(...statements)).toBe(true);
});

it.each([
  ['that is another', [statement({ Service: 'lambda.amazonaws.com' })]],
  ['where accounts are', [statement({ AWS: '111122223333' })]],
  ['where everybody of an organization is', [statement({ AWS: '*' }, organization)]],
  ['to tag alone', [statement({ Service: 'ec2.amazonaws.com' }, { Action: 'sts:TagSession' })]],
  ['that is denied', [statement('*'), statement({ Service: 'ec2.amazonaws.com' }, { Effect: 'Deny' })]],
  ['by nothing', []],
])('a service is not trusted %s', (_, statements) => {
  expect(trusts(...statements)).toBe(false);
});

const when = (operator: string, key: string, value: unknown) => ({
  Condition: { [operator]: { [key]: value } },
});

const CI = {
  arn: 'arn:aws:iam::111122223333:user/ci',
  name: 'ci',
  accountId: '111122223333',
  partition: 'aws',
};

it.each([
  ['named', [statement({ AWS: CI.arn })]],
  ['named', [statement({ AWS: ['111122223333', CI.arn] }, organization)]],
  ['account', [statement({ AWS: '111122223333' })]],
  ['account', [statement({ AWS: 'arn:aws:iam::111122223333:root' })]],
  ['named', [statement('*')]],
  ['named', [statement({ AWS: ['111122223333', '*'] }, organization)]],
  ['named', [statement('*', when('StringEquals', 'aws:PrincipalAccount', ['444455556666', '111122223333']))]],
  ['named', [statement('*', when('ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:user/c?'))]],
  ['named', [statement('*', when('ArnNotLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/*'))]],
  ['named', [statement('*', when('Null', 'aws:PrincipalArn', 'false'))]],
  ['none', [statement('*', when('StringEquals', 'aws:PrincipalAccount', '444455556666'))]],
  ['none', [statement('*', when('StringNotEquals', 'aws:PrincipalAccount', '111122223333'))]],
  ['none', [statement('*', when('ArnLikeIfExists', 'aws:PrincipalArn', 'arn:aws:iam::*:role/*'))]],
  ['none', [statement('*', when('ForAnyValue:StringEquals', 'aws:username', 'other'))]],
  [
    'account',
    [
      statement('*', when('StringEquals', 'aws:PrincipalAccount', '444455556666')),
      statement({ AWS: '111122223333' }),
    ],
  ],
  ['none', [statement('*'), statement({ AWS: CI.arn }, { Effect: 'Deny' })]],
  ['none', [statement({ AWS: 'arn:aws:iam::444455556666:root' })]],
  ['none', [statement({ Service: 'ec2.amazonaws.com' })]],
  ['none', [statement({ AWS: CI.arn }), statement('*', { Effect: 'Deny' })]],
  ['named', [statement({ AWS: CI.arn }), statement('*', { Effect: 'Deny', ...organization })]],
])('a user is let in: %s, %#', (expected, statements) => {
  expect(trustIn(parseDocument(JSON.stringify({ Statement: statements }))!, CI)).toBe(expected);
});
