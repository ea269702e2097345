import type { Account } from './state/model.ts';

/** Those that every account has, as AWS made them before 2019. */
const ALWAYS_ENABLED: Readonly<Record<string, readonly string[]>> = {
  aws: [
    'us-east-1',
    'us-east-2',
    'us-west-1',
    'us-west-2',
    'ap-northeast-1',
    'ap-northeast-2',
    'ap-northeast-3',
    'ap-south-1',
    'ap-southeast-1',
    'ap-southeast-2',
    'ca-central-1',
    'eu-central-1',
    'eu-north-1',
    'eu-west-1',
    'eu-west-2',
    'eu-west-3',
    'sa-east-1',
  ],
  'aws-cn': ['cn-north-1', 'cn-northwest-1'],
  'aws-us-gov': ['us-gov-east-1', 'us-gov-west-1'],
};

/** Those that an account has to ask for. */
const OPT_IN: Readonly<Record<string, readonly string[]>> = {
  aws: [
    'af-south-1',
    'ap-east-1',
    'ap-south-2',
    'ap-southeast-3',
    'ap-southeast-4',
    'ca-west-1',
    'eu-central-2',
    'eu-south-1',
    'eu-south-2',
    'il-central-1',
    'me-central-1',
    'me-south-1',
  ],
};

/** Regions that the seed of an account of `partition` may enable. */
export function optInRegions(partition: string): readonly string[] {
  return OPT_IN[partition] ?? [];
}

export type OptInStatus = 'opt-in-not-required' | 'opted-in' | 'not-opted-in';

/** All regions of the account's partition, and how each stands. */
export function regionsOf({ partition, enabledRegions }: Account): { name: string; status: OptInStatus }[] {
  return [
    ...(ALWAYS_ENABLED[partition] ?? []).map((name) => ({ name, status: 'opt-in-not-required' as const })),
    ...optInRegions(partition).map((name) => ({
      name,
      status: enabledRegions.has(name) ? ('opted-in' as const) : ('not-opted-in' as const),
    })),
  ];
}

/** A region that the sandbox has never heard of counts as enabled. */
export function isEnabled(account: Account, region: string): boolean {
  return account.enabledRegions.has(region) || !optInRegions(account.partition).includes(region);
}
