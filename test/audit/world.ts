import type { Sandbox } from '../../src/sandbox/index.ts';
import type { SeedAccount, SeedRegion } from '../../src/sandbox/seed/seed.ts';
import { ACCOUNT, openSandbox } from '../helpers/sandbox.ts';

export const HOME = 'us-east-1';

/** Three are enough to differ. */
export const FEW = { regions: [HOME, 'eu-west-3', 'sa-east-1'] };

/** A sandbox whose account has this in us-east-1, and two more regions. */
export function withRegion(region: SeedRegion, account: Partial<SeedAccount> = {}): Promise<Sandbox> {
  return openSandbox({
    settings: FEW,
    accounts: [{ id: ACCOUNT, ...account, regions: { [HOME]: region } }],
  });
}
