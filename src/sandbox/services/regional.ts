import { pageOf } from '../paging.ts';
import { type Call, optionalNumber, optionalText } from '../service.ts';
import { newRegion, type Region } from '../state/regional.ts';

/** What the caller's account has in the region that is asked; nothing yet, where the seed has none. */
export function regionOf({ account, region }: Call): Region {
  const found = account.regions.get(region) ?? newRegion();
  account.regions.set(region, found);
  return found;
}

/** `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`. */
export function regionalArn({ account, region }: Call, service: string, resource: string): string {
  return `arn:${account.partition}:${service}:${region}:${account.id}:${resource}`;
}

export interface Paging {
  /** The largest page, and the one that is sent unasked. */
  largest: number;
  /** Of the input; `NextToken` and `MaxResults` by default. */
  token?: string;
  size?: string;
  /** The error for a token that is none of ours. */
  code?: string;
}

/** The page that is asked for. Queries spell numbers as texts. */
export function pageAsked<T>(
  call: Call,
  items: readonly T[],
  { largest, token = 'NextToken', size = 'MaxResults', code = 'ValidationException' }: Paging,
): { items: T[]; next: string | undefined } {
  const most = Math.min(largest, call.world.settings.pageSize ?? largest);
  return pageOf(items, {
    token: optionalText(call, token),
    size: Math.min(optionalNumber(call, size) ?? most, most),
    code,
  });
}
