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

/** Undefined for a line that `commandLine` does not write, or that a shell would take for more than one command. */
export function parseCall(line: string): CredentialCall | undefined {
  const found =
    /^(.+?) credentials (\S+) --region (\S+)(?: --profile (\S+))?(?: --endpoint-url (\S+))?$/.exec(line);
  if (found === null) return undefined;
  const [, program = '', secretName = '', region = '', profile, endpoint] = found;
  const call = {
    program,
    secretName,
    region,
    ...(profile !== undefined && { profile }),
    ...(endpoint !== undefined && { endpoint }),
  };
  return unfitPart(call) === undefined ? call : undefined;
}

/** Throws a UsageError for a part that would not come through as it is. */
export function checkCall(call: CredentialCall): void {
  const part = unfitPart(call);
  if (part === undefined) return;
  throw new UsageError(`${part.option}: ${JSON.stringify(part.value)} cannot stand in a credential_process`);
}

function unfitPart({ program, secretName, region, profile, endpoint }: CredentialCall) {
  const parts = [
    { option: '--program', value: program, fits: /^(?!.*\s#)(?=.*\S)[^\n\r`$;&|<>]+$/ },
    { option: '--secret', value: secretName, fits: /^[\w/+=.@-]{1,512}$/ },
    { option: '--region', value: region, fits: /^[\w-]+$/ },
    { option: '--read-as', value: profile, fits: PROFILE_NAME },
    { option: '--endpoint-url', value: endpoint, fits: /^https?:\/\/[\w.:/[\]-]+$/ },
  ];
  return parts.find(({ value, fits }) => value !== undefined && !fits.test(value));
}
