import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Control, Credentials, Sandbox } from './index.ts';
import { keysOf } from './state/keys.ts';

/** Files that other programs get into the sandbox with. Readable for the user only, and gone with the sandbox. */
export interface SandboxFolder {
  /** For a shell to read: `. FILE`. */
  envFile: string;
  /** Everything a child process needs: no other AWS variable may be beside these. */
  env: Record<string, string>;
  /** Names of profiles, beside `default`. */
  profiles: string[];
  remove(): void;
}

export function createFolder({ env, control }: Sandbox): SandboxFolder {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-sandbox-'));
  const envFile = join(folder, 'env');
  const credentialsFile = join(folder, 'credentials');
  const configFile = join(folder, 'config');
  const profiles = profilesOf(control);
  const whole = {
    ...env,
    // Those of the user stay out of it, to be read as little as to be written to.
    AWS_SHARED_CREDENTIALS_FILE: credentialsFile,
    AWS_CONFIG_FILE: configFile,
  };
  const files = [
    [envFile, Object.entries(whole).map(([name, value]) => `export ${name}=${quoted(value)}\n`)],
    [credentialsFile, [...profiles].map(([name, credentials]) => sectionOf(name, credentials))],
    [configFile, [`[default]\nregion = ${env['AWS_REGION']}\n`]],
  ] as const;
  for (const [file, parts] of files) writeFileSync(file, parts.join(''), { mode: 0o600 });
  chmodSync(folder, 0o700);
  return {
    envFile,
    env: whole,
    profiles: [...profiles.keys()].filter((name) => name !== 'default'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** `default` is an administrator of the first account, `admin-ACCOUNT` one of another; `USER` and `USER-2` are keys of a user. */
function profilesOf(control: Control): Map<string, Credentials> {
  const profiles = new Map<string, Credentials>();
  for (const account of control.world.accounts.values()) {
    const isFirst = profiles.size === 0;
    profiles.set(isFirst ? 'default' : `admin-${account.id}`, control.adminOf(account.id));
    for (const user of account.users.keys()) {
      for (const [index, { id, secret }] of keysOf(account, user).entries()) {
        const name = index === 0 ? user : `${user}-${index + 1}`;
        profiles.set(isFirst && !profiles.has(name) ? name : `${account.id}-${name}`, {
          accessKeyId: id,
          secretAccessKey: secret.reveal(),
        });
      }
    }
  }
  return profiles;
}

/** For a shell, whatever the name of the folder. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

function sectionOf(name: string, { accessKeyId, secretAccessKey, sessionToken }: Credentials): string {
  const token = sessionToken === undefined ? '' : `aws_session_token = ${sessionToken}\n`;
  return `[${name}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n${token}\n`;
}
