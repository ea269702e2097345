import { UsageError } from '../../base/errors.ts';
import { PROFILE_NAME } from './read-source.ts';

/** What a credential_process of ours asks for. */
export interface CredentialCall {
  /** How keyturn is started: the words of a command line, as they are typed. */
  program: string;
  secretName: string;
  region: string;
  /** Who reads the secret; without one, whatever credentials the machine or the environment has. */
  profile?: string;
  endpoint?: string;
}

/**
 * One line that a shell (JavaScript), shlex (Python, AWS CLI) and CreateProcess (Windows) take for the same words: no part but the
 * program needs quotes.
 */
export function commandLine({ program, secretName, region, profile, endpoint }: CredentialCall): string {
  return [
    `${program} credentials ${secretName} --region ${region}`,
    ...(profile === undefined ? [] : [`--profile ${profile}`]),
    ...(endpoint === undefined ? [] : [`--endpoint-url ${endpoint}`]),
  ].join(' ');
}

/** Undefined for a line that `commandLine` does not write. */
export function parseCall(line: string): CredentialCall | undefined {
  const found =
    /^(.+?) credentials (\S+) --region (\S+)(?: --profile (\S+))?(?: --endpoint-url (\S+))?$/.exec(line);
  if (found === null) return undefined;
  const [, program = '', secretName = '', region = '', profile, endpoint] = found;
  return {
    program,
    secretName,
    region,
    ...(profile !== undefined && { profile }),
    ...(endpoint !== undefined && { endpoint }),
  };
}

/** Throws a UsageError for a part that would not come through as one word. */
export function checkCall({ program, secretName, region, profile, endpoint }: CredentialCall): void {
  const refuse = (name: string, value: string) => {
    throw new UsageError(`${name}: ${JSON.stringify(value)} cannot stand in a credential_process`);
  };
  if (/[\n\r`$]|\s[;#]|^\s*$/.test(program)) refuse('--program', program);
  if (!/^[\w/+=.@-]{1,512}$/.test(secretName)) refuse('--secret', secretName);
  if (!/^[\w-]+$/.test(region)) refuse('--region', region);
  if (profile !== undefined && !PROFILE_NAME.test(profile)) refuse('--read-as', profile);
  if (endpoint !== undefined && !/^https?:\/\/[\w.:/[\]-]+$/.test(endpoint))
    refuse('--endpoint-url', endpoint);
}
