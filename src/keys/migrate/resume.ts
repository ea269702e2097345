import { KeyturnError } from '../../base/errors.ts';
import { parseCall } from './call.ts';
import { backupOf, type FileState, readBackup, readState, removeBackup } from './file.ts';
import { settle } from './move.ts';
import { ownerOf } from './owner.ts';
import { type Place, readSource } from './read-source.ts';
import { moveOut, processOf, profileIn } from './rewrite.ts';
import type { MoveTools } from './types.ts';

/**
 * Brings a move to its end that was cut off between backup and proof. Throws a KeyturnError when the source was put back, or when
 * somebody has edited it since: then both files stay as they are.
 */
export async function finishInterrupted(tools: MoveTools, file: FileState): Promise<string> {
  const backup = readBackup(file);
  if (backup === undefined || backup === file.text) {
    removeBackup(file);
    return `nothing of ${file.name} had been changed`;
  }
  const place = readSource(backup).places.find((one) => isMoved(backup, file.text, one));
  if (place === undefined)
    throw new KeyturnError(`${file.name} was edited after a move of it was interrupted`, {
      code: 'changed',
      hint: `What it was before is in ${backupOf(file.path)}: compare, and remove that file.`,
    });
  const value = valueIn(file.text, place)!;
  const profile = place.profile ?? value;
  const command = place.profile === undefined ? commandOf(tools.credentialsFile, profile) : value;
  if (parseCall(command)?.program !== tools.program)
    throw new KeyturnError(`${file.name} was moved by another program than ${tools.program}: ${command}`, {
      code: 'changed',
      hint: `Say --program if that is keyturn. What the file was before is in ${backupOf(file.path)}.`,
    });
  const owner = await ownerOf(tools.session.aws, tools.session.clock, place.key);
  // The old key may be dead by now: then what counts is that the new one works.
  const expected = typeof owner === 'string' ? {} : { owner };
  await settle(tools, { before: { text: backup }, rewritten: file, command, profile, ...expected });
  const user = typeof owner === 'string' ? '' : owner.user;
  tools.session.journal.write({
    event: 'done',
    action: 'rewrite',
    user,
    keyId: place.key.id,
    text: file.name,
  });
  return `${file.name} is proven, and its backup gone; repeat the command for what else is in it`;
}

function isMoved(before: string, now: string, place: Place): boolean {
  const value = valueIn(now, place);
  return value !== undefined && moveOut(before, place, value) === now;
}

function valueIn(text: string, { profile }: Place): string | undefined {
  return (profile === undefined ? profileIn(text) : processOf(text, profile))?.value;
}

function commandOf(credentialsFile: string, profile: string): string {
  const command = processOf(readState(credentialsFile)?.text ?? '', profile)?.value;
  if (command === undefined)
    throw new KeyturnError(`${credentialsFile} has no credential_process for the profile ${profile}`, {
      code: 'changed',
    });
  return command;
}
