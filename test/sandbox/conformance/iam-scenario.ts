import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateAccountAliasCommand,
  CreateGroupCommand,
  CreateLoginProfileCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteLoginProfileCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  GetAccessKeyLastUsedCommand,
  GetAccountPasswordPolicyCommand,
  GetCredentialReportCommand,
  GetGroupCommand,
  GetLoginProfileCommand,
  GetRoleCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  ListAccessKeysCommand,
  ListAccountAliasesCommand,
  ListAttachedUserPoliciesCommand,
  ListGroupsForUserCommand,
  ListMFADevicesCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
  TagUserCommand,
  UntagUserCommand,
  UpdateAccessKeyCommand,
  UpdateAccountPasswordPolicyCommand,
} from '@aws-sdk/client-iam';
import type { Step } from './scenario.ts';

const QUARANTINE = 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3';
const DENY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
});
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 'sts:AssumeRole' },
  ],
});

const USER = { UserName: 'ann' };

/** What research found moto to do as AWS does. Paging, quotas of policies and back-dating are not among it. */
export const IAM_STEPS: readonly Step[] = [
  { name: 'no users', call: ({ iam }) => iam.send(new ListUsersCommand({})) },
  {
    name: 'a user with a path and tags',
    call: ({ iam }) =>
      iam.send(new CreateUserCommand({ ...USER, Path: '/people/', Tags: [{ Key: 'team', Value: 'build' }] })),
  },
  { name: 'the same user again', call: ({ iam }) => iam.send(new CreateUserCommand(USER)) },
  { name: 'that user', call: ({ iam }) => iam.send(new GetUserCommand(USER)) },
  {
    name: 'a user that is not there',
    call: ({ iam }) => iam.send(new GetUserCommand({ UserName: 'nobody' })),
  },
  {
    name: 'users below a path',
    call: ({ iam }) => iam.send(new ListUsersCommand({ PathPrefix: '/people/' })),
  },
  {
    name: 'users below another path',
    call: ({ iam }) => iam.send(new ListUsersCommand({ PathPrefix: '/robots/' })),
  },
  {
    name: 'more tags',
    call: ({ iam }) =>
      iam.send(
        new TagUserCommand({
          ...USER,
          Tags: [
            { Key: 'owner', Value: 'a <b> & "c"' },
            { Key: 'team', Value: 'ops' },
          ],
        }),
      ),
  },
  { name: 'the tags', call: ({ iam }) => iam.send(new ListUserTagsCommand(USER)) },
  { name: 'a tag less', call: ({ iam }) => iam.send(new UntagUserCommand({ ...USER, TagKeys: ['team'] })) },
  { name: 'the tags that are left', call: ({ iam }) => iam.send(new ListUserTagsCommand(USER)) },

  { name: 'no keys', call: ({ iam }) => iam.send(new ListAccessKeysCommand(USER)) },
  {
    name: 'a key',
    call: async ({ iam }, saved) => {
      const answer = await iam.send(new CreateAccessKeyCommand(USER));
      saved['first'] = answer.AccessKey!.AccessKeyId!;
      return answer;
    },
  },
  {
    name: 'a second key',
    call: async ({ iam }, saved) => {
      const answer = await iam.send(new CreateAccessKeyCommand(USER));
      saved['second'] = answer.AccessKey!.AccessKeyId!;
      return answer;
    },
  },
  {
    name: 'no third key, with the text of AWS',
    call: ({ iam }) => iam.send(new CreateAccessKeyCommand(USER)).catch(withMessage),
  },
  {
    name: 'a key for nobody',
    call: ({ iam }) => iam.send(new CreateAccessKeyCommand({ UserName: 'nobody' })),
  },
  {
    name: 'last use of a key never used',
    call: ({ iam }, { first }) => iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: first })),
  },
  {
    name: 'deactivate',
    call: ({ iam }, { first }) =>
      iam.send(new UpdateAccessKeyCommand({ ...USER, AccessKeyId: first, Status: 'Inactive' })),
  },
  { name: 'both keys, one inactive', call: ({ iam }) => iam.send(new ListAccessKeysCommand(USER)) },
  {
    name: 'reactivate',
    call: ({ iam }, { first }) =>
      iam.send(new UpdateAccessKeyCommand({ ...USER, AccessKeyId: first, Status: 'Active' })),
  },
  {
    name: 'a key that is not there',
    call: ({ iam }) =>
      iam.send(
        new UpdateAccessKeyCommand({ ...USER, AccessKeyId: 'AKIAAAAAAAAAAAAAAAAA', Status: 'Active' }),
      ),
  },
  {
    name: 'delete a key',
    call: ({ iam }, { first }) => iam.send(new DeleteAccessKeyCommand({ ...USER, AccessKeyId: first })),
  },
  {
    name: 'delete it again',
    call: ({ iam }, { first }) => iam.send(new DeleteAccessKeyCommand({ ...USER, AccessKeyId: first })),
  },
  { name: 'the key that is left', call: ({ iam }) => iam.send(new ListAccessKeysCommand(USER)) },

  {
    name: 'an inline policy',
    call: ({ iam }) =>
      iam.send(new PutUserPolicyCommand({ ...USER, PolicyName: 'deny', PolicyDocument: DENY })),
  },
  { name: 'inline policies', call: ({ iam }) => iam.send(new ListUserPoliciesCommand(USER)) },
  {
    name: 'that inline policy, percent-encoded',
    call: async ({ iam }) => {
      const answer = await iam.send(new GetUserPolicyCommand({ ...USER, PolicyName: 'deny' }));
      return { ...answer, PolicyDocument: JSON.parse(decodeURIComponent(answer.PolicyDocument!)) };
    },
  },
  {
    name: 'no inline policy any more',
    call: ({ iam }) => iam.send(new DeleteUserPolicyCommand({ ...USER, PolicyName: 'deny' })),
  },
  {
    name: 'an inline policy that is gone',
    call: ({ iam }) => iam.send(new GetUserPolicyCommand({ ...USER, PolicyName: 'deny' })),
  },
  {
    name: 'quarantine',
    call: ({ iam }) => iam.send(new AttachUserPolicyCommand({ ...USER, PolicyArn: QUARANTINE })),
  },
  { name: 'attached policies', call: ({ iam }) => iam.send(new ListAttachedUserPoliciesCommand(USER)) },
  {
    name: 'no quarantine',
    call: ({ iam }) => iam.send(new DetachUserPolicyCommand({ ...USER, PolicyArn: QUARANTINE })),
  },
  {
    name: 'quarantine that is not attached',
    call: ({ iam }) => iam.send(new DetachUserPolicyCommand({ ...USER, PolicyArn: QUARANTINE })),
  },
  {
    name: 'a policy that is not there',
    call: ({ iam }) =>
      iam.send(new AttachUserPolicyCommand({ ...USER, PolicyArn: 'arn:aws:iam::123456789012:policy/none' })),
  },

  { name: 'a group', call: ({ iam }) => iam.send(new CreateGroupCommand({ GroupName: 'ops' })) },
  { name: 'a member', call: ({ iam }) => iam.send(new AddUserToGroupCommand({ ...USER, GroupName: 'ops' })) },
  { name: 'groups of the user', call: ({ iam }) => iam.send(new ListGroupsForUserCommand(USER)) },
  {
    name: 'members of the group',
    call: async ({ iam }) => {
      const { Users = [] } = await iam.send(new GetGroupCommand({ GroupName: 'ops' }));
      return Users.map(({ UserName, Arn }) => ({ UserName, Arn }));
    },
  },
  {
    name: 'no member',
    call: ({ iam }) => iam.send(new RemoveUserFromGroupCommand({ ...USER, GroupName: 'ops' })),
  },
  {
    name: 'a group that is not there',
    call: ({ iam }) => iam.send(new GetGroupCommand({ GroupName: 'none' })),
  },

  { name: 'no password', call: ({ iam }) => iam.send(new GetLoginProfileCommand(USER)) },
  {
    name: 'a password',
    call: ({ iam }) =>
      iam.send(
        new CreateLoginProfileCommand({
          ...USER,
          Password: 'correct horse battery',
          PasswordResetRequired: true,
        }),
      ),
  },
  { name: 'that password', call: ({ iam }) => iam.send(new GetLoginProfileCommand(USER)) },
  { name: 'the password gone', call: ({ iam }) => iam.send(new DeleteLoginProfileCommand(USER)) },
  { name: 'no MFA device', call: ({ iam }) => iam.send(new ListMFADevicesCommand(USER)) },

  {
    name: 'a role',
    call: async ({ iam }) => {
      const { Role } = await iam.send(
        new CreateRoleCommand({ RoleName: 'deploy', AssumeRolePolicyDocument: TRUST }),
      );
      return {
        ...Role,
        AssumeRolePolicyDocument: JSON.parse(decodeURIComponent(Role!.AssumeRolePolicyDocument!)),
      };
    },
  },
  { name: 'a role that is not there', call: ({ iam }) => iam.send(new GetRoleCommand({ RoleName: 'none' })) },

  { name: 'no password policy', call: ({ iam }) => iam.send(new GetAccountPasswordPolicyCommand({})) },
  {
    name: 'a password policy',
    call: ({ iam }) =>
      iam.send(
        new UpdateAccountPasswordPolicyCommand({
          MinimumPasswordLength: 14,
          MaxPasswordAge: 90,
          PasswordReusePrevention: 24,
          RequireSymbols: true,
        }),
      ),
  },
  { name: 'that password policy', call: ({ iam }) => iam.send(new GetAccountPasswordPolicyCommand({})) },
  { name: 'an alias', call: ({ iam }) => iam.send(new CreateAccountAliasCommand({ AccountAlias: 'acme' })) },
  { name: 'aliases', call: ({ iam }) => iam.send(new ListAccountAliasesCommand({})) },

  { name: 'no credential report', call: ({ iam }) => iam.send(new GetCredentialReportCommand({})) },
];

/** Where moto is known to be wrong, by step: the test sees to it that it still is. */
export const IAM_DEVIATIONS: Readonly<Record<string, string>> = {
  'a password': 'PasswordResetRequired is forgotten',
  'that password': 'PasswordResetRequired is forgotten',
};

async function withMessage(error: { message: string; name: string }) {
  return { name: error.name, message: error.message };
}
