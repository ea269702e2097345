import { KeyturnError } from '../../base/errors.ts';
import { type CredentialCall, commandLine, parseCall } from './call.ts';
import { type FileState, readState, removeTemporary, replaceFile } from './file.ts';
import { parseIni } from './ini.ts';
import { proveCommand } from './move.ts';
import { readSource } from './read-source.ts';
import { moveIn, processOf, profileIn } from './rewrite.ts';
import type { Field } from './text.ts';
import type { MoveTools } from './types.ts';

/** A source that is served from a secret, and is to hold the key itself again. */
export interface Return {
  file: FileState;
  field: Field;
  profile: string;
  call: CredentialCall;
}

export interface ReturnPlan {
  returns: Return[];
  left: { file: string; line: number; profile?: string; why: string }[];
}

export interface ReturnOptions {
  files: readonly string[];
  profiles?: readonly string[];
  credentialsFile: string;
  /** Only command lines that begin with it are run. */
  program: string;
}

/** What `--back` would do. Runs nothing. */
export function planReturns({ files, profiles, credentialsFile, program }: ReturnOptions): ReturnPlan {
  const plan: ReturnPlan = { returns: [], left: [] };
  for (const name of files) {
    const file = readState(name);
    if (file === undefined) {
      plan.left.push({ file: name, line: 1, why: 'there is no such file' });
      continue;
    }
    for (const { field, profile, command } of servedIn(file.text, credentialsFile)) {
      if (field.name === 'credential_process' && profiles?.includes(profile) === false) continue;
      const call = parseCall(command);
      if (call?.program === program && commandLine(call) === command)
        plan.returns.push({ file, field, profile, call });
      else if (call !== undefined)
        plan.left.push({
          file: name,
          line: field.line.number,
          profile,
          why: `its credential_process starts ${call.program}: say --program if that is keyturn`,
        });
    }
  }
  return plan;
}

function servedIn(
  text: string,
  credentialsFile: string,
): { field: Field; profile: string; command: string }[] {
  const sections = parseIni(text);
  const named = profileIn(text);
  if (sections.length > 0 || named === undefined) {
    return sections.flatMap(({ name: profile }) => {
      const field = processOf(text, profile);
      return field === undefined ? [] : [{ field, profile, command: field.value }];
    });
  }
  const command = processOf(readState(credentialsFile)?.text ?? '', named.value)?.value;
  return command === undefined ? [] : [{ field: named, profile: named.value, command }];
}

/** The key that the secret holds now goes into the file, once it is proven to work. The secret stays, and so does a profile of a .env file. */
export async function bringBack(
  tools: MoveTools,
  { file: planned, field, profile, call }: Return,
): Promise<string> {
  const { session, onStep } = tools;
  onStep?.('try the credential_process');
  const { key, arn } = await proveCommand(session, tools.run, { command: commandLine(call), profile });
  const file = readState(planned.name);
  const isIni = field.name === 'credential_process';
  const now = file === undefined ? undefined : isIni ? processOf(file.text, profile) : profileIn(file.text);
  if (file === undefined || now?.value !== field.value)
    throw new KeyturnError(`${planned.name} was changed by someone else meanwhile; it is left as it is`, {
      code: 'changed',
    });
  const about = { user: arn.split('/').at(-1)!, keyId: key.id, secretName: call.secretName, text: file.name };
  session.journal.write({ ...about, event: 'intent', action: 'rewrite-back', reason: session.order.reason });
  removeTemporary(file);
  onStep?.('rewrite the source');
  const rewritten = replaceFile(file, moveIn(file.text, now, key));
  session.journal.write({ ...about, event: 'done', action: 'rewrite-back' });
  const isThere = readSource(rewritten.text).places.some((place) => place.key.id === key.id);
  if (!isThere) throw new Error(`${file.name} cannot be read any more as it was written`);
  return `${isIni ? `[${profile}]` : 'the file'} of ${file.name} holds ${key.id} itself; the secret ${call.secretName} stays`;
}
