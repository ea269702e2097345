import { escapeControl } from '../report/escape.ts';
import type { SandboxFolder } from '../sandbox/folder.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { keysOf } from '../sandbox/state/keys.ts';
import type { Account } from '../sandbox/state/model.ts';

const DAY_MS = 86_400_000;

/** What a person needs to know of a sandbox that just started. */
export function sandboxText({ url, control }: Sandbox, { envFile, profiles }: SandboxFolder): string {
  const now = control.clock.now();
  const lines = [
    `A sandbox of AWS listens at ${url}. Ctrl-C ends it; nothing of it is kept.`,
    '',
    ...[...control.world.accounts.values()].flatMap((account) => accountLines(account, now)),
    '',
    'To be inside, in another shell:',
    `  . ${envFile}`,
    ...(profiles.length === 0 ? [] : [`Profiles besides default: ${profiles.join(', ')}`]),
    `Control: ${url}/_sandbox/state, journal, clock, settings, faults, reset (docs/SANDBOX.md)`,
  ];
  return lines.map((line) => `${escapeControl(line)}\n`).join('');
}

function accountLines(account: Account, now: number): string[] {
  const keys = [...account.users.keys()].flatMap((user) => keysOf(account, user));
  const width = Math.max(0, ...keys.map(({ userName = '' }) => userName.length));
  return [
    `account ${account.id}  ${account.name}`,
    ...keys.map(({ userName = '', id, status, createdAt, lastUsed }) => {
      const age = `${Math.floor((now - createdAt) / DAY_MS)} days old`;
      const use =
        lastUsed === undefined
          ? 'never used'
          : `last used ${new Date(lastUsed.at).toISOString().slice(0, 10)}`;
      return `  ${userName.padEnd(width)}  ${id}  ${status.padEnd(8)}  ${age}, ${use}`;
    }),
    ...[...account.secrets].flatMap(([region, secrets]) =>
      [...secrets.keys()].map((name) => `  secret ${name} in ${region}`),
    ),
  ];
}
