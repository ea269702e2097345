import type { UserPrincipal } from '../../keys/inventory.ts';
import type { Check } from '../types.ts';
import { fail, notApplicable, pass } from '../verdict.ts';
import { byUser, unlisted } from './keys.ts';

/** In names, paths and tags of users that machines of a CI service sign as. */
const CI =
  /(?:^|[^a-z])(?:ci|cd|cicd|github|gitlab|bitbucket|actions|jenkins|circleci|travis|buildkite|teamcity|pipelines?|deploy(?:er|ment)?|terraform)(?:$|[^a-z])/i;

const ciUsers: Check = {
  id: 'ci-users',
  section: 5,
  title: 'CI signs in with a role, not with the key of a user',
  severity: 'medium',
  cis: {},
  securityHub: [],
  why: 'CI services get short-lived credentials by OpenID Connect: there is no key to leak in their settings, logs and forks.',
  fix: {
    console:
      'IAM > Identity providers > Add provider > OpenID Connect; then a role that trusts it; then delete the key',
    cli: 'aws iam create-open-id-connect-provider --url https://token.actions.githubusercontent.com --client-id-list sts.amazonaws.com',
  },
  async judge(facts) {
    const inventory = await facts.keys();
    const users = [...byUser(inventory).values()];
    const missing = unlisted(facts, inventory);
    if (users.length === 0 && missing.length === 0)
      return [notApplicable(facts.accountArn, 'no user has an active key')];
    const found = users.flatMap(({ user, keys }) => {
      const hint = hintOf(user);
      if (hint === undefined) return [];
      return [fail(user.arn, `${keys.map(({ id }) => id).join(', ')}: by ${hint}, a user of CI`)];
    });
    if (found.length + missing.length > 0) return [...found, ...missing];
    return [pass(facts.accountArn, 'no user with an active key looks like one of CI')];
  },
};

function hintOf({ name, path, tags }: UserPrincipal): string | undefined {
  if (CI.test(name)) return 'its name';
  if (CI.test(path)) return `the path ${path}`;
  const tag = [...(tags ?? [])].find(
    ([key, value]) => !key.startsWith('keyturn:') && (CI.test(key) || CI.test(value)),
  );
  return tag === undefined ? undefined : `the tag ${tag[0]}`;
}

export const CI_USER_CHECKS: readonly Check[] = [ciUsers];
