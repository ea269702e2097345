import type { UserDetail } from '../aws/audit-types.ts';
import { inParallel } from '../base/parallel.ts';
import type { SignIn } from '../keys/credential-report.ts';
import type { Facts } from './facts.ts';

/** A user with a password for the console; root is none. */
export interface ConsoleUser {
  user: UserDetail;
  signIn: SignIn;
  /** When AWS knew that. */
  asOf: number;
}

const AT_A_TIME = 8;

/** By the credential report; who is younger than it, or not to be read in it, is asked for alone. */
export async function consoleUsers(facts: Facts): Promise<ConsoleUser[]> {
  const [{ users }, report] = await Promise.all([facts.details(), facts.credentialReport()]);
  const found = await inParallel(users, AT_A_TIME, async (user): Promise<ConsoleUser> => {
    const row = report.users.get(user.name);
    if (row?.signIn.hasPassword !== undefined) return { user, signIn: row.signIn, asOf: report.generatedAt };
    return { user, signIn: await askSignIn(facts, user), asOf: facts.now };
  });
  return found.filter(({ signIn }) => signIn.hasPassword === true);
}

async function askSignIn(facts: Facts, { name }: UserDetail): Promise<SignIn> {
  const hasPassword = await facts.hasPassword(name);
  const hasMfa = hasPassword && (await facts.mfaDevices(name)).length > 0;
  return { hasPassword, hasMfa, passwordUsedAt: 'unknown' };
}
