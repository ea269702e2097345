import type { Account, Group, Role, User } from './model.ts';

export function userArn(account: Account, user: Pick<User, 'path' | 'name'>): string {
  return `arn:${account.partition}:iam::${account.id}:user${user.path}${user.name}`;
}

export function groupArn(account: Account, group: Pick<Group, 'path' | 'name'>): string {
  return `arn:${account.partition}:iam::${account.id}:group${group.path}${group.name}`;
}

export function roleArn(account: Account, role: Pick<Role, 'path' | 'name'>): string {
  return `arn:${account.partition}:iam::${account.id}:role${role.path}${role.name}`;
}

export function rootArn(account: Account): string {
  return `arn:${account.partition}:iam::${account.id}:root`;
}

export function sessionArn(account: Account, role: string, session: string): string {
  return `arn:${account.partition}:sts::${account.id}:assumed-role/${role}/${session}`;
}

export function topicArn(account: Account, region: string, name: string): string {
  return `arn:${account.partition}:sns:${region}:${account.id}:${name}`;
}

const GLOBAL_REGIONS: Record<string, string> = { 'aws-cn': 'cn-north-1', 'aws-us-gov': 'us-gov-west-1' };

/** Where IAM and Organizations of a partition are, and their events. */
export function globalRegion({ partition }: Account): string {
  return GLOBAL_REGIONS[partition] ?? 'us-east-1';
}
