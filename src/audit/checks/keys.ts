import { DAY_MS } from '../../base/duration.ts';
import type { Inventory, InventoryKey, UserPrincipal } from '../../keys/inventory.ts';
import { TAGS } from '../../keys/tags.ts';
import { consoleUsers } from '../console-users.ts';
import type { Facts } from '../facts.ts';
import { isIdle } from '../key-facts.ts';
import { exceeds } from '../rules.ts';
import type { Check, Verdict } from '../types.ts';
import { fail, notApplicable, pass, unknown } from '../verdict.ts';
import { dayOf, daysText } from '../words.ts';

/** Root's keys have a check of their own, and are no keys of users. */
interface UserKeys {
  user: UserPrincipal;
  /** Active ones, oldest first. */
  keys: InventoryKey[];
}

const keysUnused: Check = {
  id: 'keys-unused',
  section: 6,
  title: 'Keys that are not used are deactivated',
  severity: 'medium',
  cis: { '1.5': '1.12', '3.0': '1.12', '5.0': '1.11' },
  securityHub: ['IAM.22', 'IAM.8'],
  why: 'Nobody misses a key that nobody uses, and nobody notices when somebody else does.',
  fix: {
    console: 'IAM > Users > USER > Security credentials > Access keys > Actions > Deactivate',
    cli: 'keyturn keys deactivate KEY_ID --apply',
  },
  judge: (facts) =>
    ofActiveKeys(facts, ({ user, keys }) => {
      const { unusedMs } = facts.rules;
      const idle = keys.filter((key) => isIdle(key, unusedMs, facts.now));
      if (idle.length > 0)
        return fail(user.arn, idle.map((key) => `${key.id} ${useText(key, facts.now)}`).join('; '), {
          fix: { cli: `keyturn keys deactivate ${idle.map(({ id }) => id).join(' ')} --apply` },
        });
      const unsure = keys.find(({ lastUse }) => lastUse.state === 'unknown');
      if (unsure !== undefined) return unknown(user.arn, `when ${unsure.id} was last used is not known`);
      return pass(user.arn, `each was used, or made, within ${daysText(unusedMs)}`);
    }),
};

function useText({ lastUse, createdAt }: InventoryKey, now: number): string {
  if (lastUse.state === 'used') return `last used ${daysText(now - lastUse.at)} ago`;
  return createdAt === undefined ? 'never used' : `never used in ${daysText(now - createdAt)}`;
}

const keysNeverUsed: Check = {
  id: 'keys-never-used',
  section: 6,
  title: 'No key was made and then never used',
  severity: 'low',
  cis: {},
  securityHub: [],
  why: 'A key that was made for nothing lies somewhere in clear.',
  fix: keysUnused.fix,
  judge: (facts) =>
    ofActiveKeys(facts, ({ user, keys }) => {
      const { youngMs } = facts.rules;
      const never = keys.filter((key) => key.lastUse.state === 'never');
      const old = never.filter((key) => isIdle(key, youngMs, facts.now));
      if (old.length > 0)
        return fail(user.arn, old.map((key) => `${key.id} ${useText(key, facts.now)}`).join('; '), {
          fix: { cli: `keyturn keys deactivate ${old.map(({ id }) => id).join(' ')} --apply` },
        });
      const unsure = keys.find(({ lastUse }) => lastUse.state === 'unknown');
      if (unsure !== undefined) return unknown(user.arn, `whether ${unsure.id} was ever used is not known`);
      return pass(
        user.arn,
        never.length > 0 ? `not used yet, and younger than ${daysText(youngMs)}` : 'used',
      );
    }),
};

const keysRotated: Check = {
  id: 'keys-rotated',
  section: 6,
  title: 'Keys are replaced in time',
  severity: 'medium',
  cis: { '1.5': '1.14', '3.0': '1.14', '5.0': '1.13' },
  securityHub: ['IAM.3'],
  why: 'The longer a key lives, the more places hold a copy of it.',
  fix: {
    console:
      'IAM > Users > USER > Security credentials > Access keys > Create access key; use it; deactivate the old one',
    cli: 'keyturn keys rotate USER --apply',
  },
  judge: (facts) =>
    ofActiveKeys(facts, ({ user, keys }) => {
      const { maxKeyAgeMs } = facts.rules;
      const old = keys.filter(
        ({ createdAt }) => createdAt !== undefined && exceeds(facts.now - createdAt, maxKeyAgeMs),
      );
      if (old.length > 0) {
        const ages = old.map(({ id, createdAt }) => `${id} is ${daysText(facts.now - createdAt!)} old`);
        return fail(user.arn, ages.join('; '), {
          fix: { cli: `keyturn keys rotate ${keys.length === 1 ? user.name : old[0]!.id} --apply` },
        });
      }
      const unsure = keys.find(({ createdAt }) => createdAt === undefined);
      if (unsure !== undefined) return unknown(user.arn, `the age of ${unsure.id} is not known`);
      return pass(user.arn, `none is older than ${daysText(maxKeyAgeMs)}`);
    }),
};

const twoActiveKeys: Check = {
  id: 'two-active-keys',
  section: 6,
  title: 'No user has two active keys',
  severity: 'low',
  cis: { '1.5': '1.13', '3.0': '1.13', '5.0': '1.12' },
  securityHub: [],
  why: 'Two keys are for the days of a rotation; a second one that stays is one that nobody rotates.',
  fix: {
    console: 'IAM > Users > USER > Security credentials > Access keys > Deactivate the one that is not used',
    cli: 'keyturn keys status USER && keyturn keys deactivate KEY_ID --apply',
  },
  judge: (facts) =>
    ofActiveKeys(facts, ({ user, keys }) => {
      if (keys.length < 2) return pass(user.arn, 'one');
      const rotation = [TAGS.intent, TAGS.promoted, TAGS.retired].find((tag) => user.tags?.has(tag));
      const ids = keys.map(({ id }) => id).join(' and ');
      if (rotation !== undefined)
        return pass(user.arn, `${ids}: a rotation is under way, by the tag ${rotation}`);
      return fail(user.arn, `${ids} are active`, {
        fix: { cli: twoActiveKeys.fix.cli.replace('USER', user.name) },
      });
    }),
};

/** Keys made in the hour in which the user was. */
const WITH_USER_MS = DAY_MS / 24;

const setupKeys: Check = {
  id: 'setup-keys',
  section: 6,
  title: 'No key was made along with a console user',
  severity: 'low',
  cis: { '1.5': '1.11', '3.0': '1.11', '5.0': '1.10' },
  securityHub: [],
  why: 'Whoever needs a key should ask for it: those that come with the user are seldom used and never missed.',
  fix: keysUnused.fix,
  async judge(facts) {
    const users = new Map((await consoleUsers(facts)).map(({ user }) => [user.name, user]));
    if (users.size === 0) return [notApplicable(facts.accountArn, 'no user has a password')];
    return ofActiveKeys(facts, ({ user, keys }) => {
      const person = users.get(user.name);
      if (person === undefined) return undefined;
      const early = keys.filter(
        ({ createdAt, lastUse }) =>
          lastUse.state === 'never' &&
          createdAt !== undefined &&
          createdAt - person.createdAt <= WITH_USER_MS,
      );
      if (early.length === 0) return pass(user.arn, 'none that was made with the user and never used');
      const ids = early.map(({ id }) => id).join(' ');
      return fail(user.arn, `${ids}: made with the user on ${dayOf(person.createdAt)}, never used`, {
        fix: { cli: `keyturn keys deactivate ${ids} --apply` },
      });
    });
  },
};

const passwordsUnused: Check = {
  id: 'passwords-unused',
  section: 6,
  title: 'Passwords that are not used are removed',
  severity: 'medium',
  cis: { '1.5': '1.12', '3.0': '1.12', '5.0': '1.11' },
  securityHub: ['IAM.22', 'IAM.8'],
  why: 'The password of somebody who left, or never came, is a way in that nobody watches.',
  fix: {
    console: 'IAM > Users > USER > Security credentials > Console sign-in > Disable',
    cli: 'aws iam delete-login-profile --user-name USER',
  },
  async judge(facts) {
    const users = await consoleUsers(facts);
    if (users.length === 0) return [notApplicable(facts.accountArn, 'no user has a password')];
    return users.map(({ user, signIn }) => {
      const { passwordUsedAt, passwordChangedAt } = signIn;
      const isUsed = typeof passwordUsedAt === 'number';
      if (passwordUsedAt === 'unknown' && facts.now - user.createdAt > facts.rules.unusedMs)
        return unknown(user.arn, 'when the password was last used is not known');
      // Of one that was never used, age counts.
      const since = isUsed ? passwordUsedAt : (passwordChangedAt ?? user.createdAt);
      const ago = daysText(facts.now - since);
      const evidence = isUsed ? `last used ${ago} ago` : `never used in ${ago}`;
      if (!exceeds(facts.now - since, facts.rules.unusedMs)) return pass(user.arn, evidence);
      return fail(user.arn, evidence, {
        fix: { cli: passwordsUnused.fix.cli.replace('USER', user.name) },
      });
    });
  },
};

const identityCenterUsers: Check = {
  id: 'people-as-users',
  section: 6,
  title: 'People sign in through Identity Center, not as users of the account',
  severity: 'low',
  cis: { '1.5': '1.21', '3.0': '1.21', '5.0': '1.20' },
  securityHub: [],
  why: 'A user of the account has a password and keys of its own, that end with nothing and are joined to nobody.',
  fix: {
    console: 'IAM Identity Center > Users > give the person an assignment; then IAM > Users > USER > Delete',
    cli: 'aws sso-admin create-account-assignment --instance-arn ARN --target-id ACCOUNT --target-type AWS_ACCOUNT --permission-set-arn ARN --principal-type USER --principal-id ID',
  },
  async judge(facts) {
    const users = await consoleUsers(facts);
    if (users.length === 0) return [pass(facts.accountArn, 'no user has a password')];
    return users.map(({ user }) => fail(user.arn, 'signs in with a password of its own'));
  },
};

/** One verdict for each user with an active key; what could not be listed is UNKNOWN. `judge` may leave a user out. */
async function ofActiveKeys(
  facts: Facts,
  judge: (keys: UserKeys) => Verdict | undefined,
): Promise<Verdict[]> {
  const inventory = await facts.keys();
  const verdicts = [...byUser(inventory).values()].map(judge).filter((verdict) => verdict !== undefined);
  const missing = unlisted(facts, inventory);
  if (verdicts.length + missing.length === 0)
    return [notApplicable(facts.accountArn, 'there is no active key that this is about')];
  return [...verdicts, ...missing];
}

export function byUser({ keys }: Inventory): Map<string, UserKeys> {
  const users = new Map<string, UserKeys>();
  for (const key of keys) {
    const { principal, status } = key;
    if (principal.type !== 'user' || status !== 'Active') continue;
    const known = users.get(principal.name);
    if (known === undefined) users.set(principal.name, { user: principal, keys: [key] });
    else known.keys.push(key);
  }
  return users;
}

/** Users whose keys AWS did not list. */
export function unlisted({ accountArn }: Facts, { gaps }: Inventory): Verdict[] {
  return gaps
    .filter(({ what }) => what === 'users' || what === 'keys of users')
    .map(({ what, count, examples, message }) => {
      const some = examples.length === 0 ? '' : ` (${examples.join(', ')})`;
      return unknown(accountArn, `${what}${some}, ${count} not read: ${message}`);
    });
}

export const KEY_CHECKS: readonly Check[] = [
  keysUnused,
  keysNeverUsed,
  keysRotated,
  twoActiveKeys,
  setupKeys,
  passwordsUnused,
  identityCenterUsers,
];
