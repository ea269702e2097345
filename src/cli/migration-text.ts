import type { ReturnPlan } from '../keys/migrate/back.ts';
import { commandLine } from '../keys/migrate/call.ts';
import type { Move, MovePlan } from '../keys/migrate/types.ts';
import { escapeControl } from '../report/escape.ts';

export function movesText({ moves, left, interrupted }: MovePlan): string {
  const lines = [
    ...interrupted.map(({ name }) => `finish  ${name}: a move was interrupted, and its backup is there`),
    ...moves.flatMap(moveLines),
    ...leftLines(left),
  ];
  return textOf(lines, moves.length + interrupted.length);
}

function moveLines(move: Move): string[] {
  const { file, place, owner, call, profile } = move;
  const command = `credential_process = ${commandLine(call)}`;
  const then = place.format === 'ini' ? [command] : [`AWS_PROFILE=${profile}`, `[${profile}] ${command}`];
  const from = `${file.name}:${place.id.line.number}${place.format === 'ini' ? ` [${profile}]` : ''}`;
  return [
    `move  ${from}  ${place.key.id} of the user ${owner.user} in ${owner.accountId}`,
    `   -> ${call.secretName}, ${stockText(move)}`,
    ...then.map((line) => `      ${line}`),
  ];
}

function stockText({ stock }: Move): string {
  if (stock.state === 'absent') return 'a new secret';
  if (stock.state === 'same') return 'which holds it already';
  return `which holds ${stock.keyId} of the same user: that one is used from then on`;
}

export function returnsText({ returns, left }: ReturnPlan): string {
  const lines = returns.map(
    ({ file, field, profile, call }) =>
      `move back  ${call.secretName}  -> ${file.name}:${field.line.number} [${profile}], in clear`,
  );
  return textOf([...lines, ...leftLines(left)], returns.length);
}

function leftLines(
  left: readonly { file: string; line: number; profile?: string; keyId?: string; why: string }[],
): string[] {
  return left.map(({ file, line, profile, keyId, why }) => {
    const what = [profile === undefined ? undefined : `[${profile}]`, keyId].filter(Boolean).join(' ');
    return `leave ${`${file}:${line} ${what}`.trim()}: ${why}`;
  });
}

function textOf(lines: readonly string[], toDo: number): string {
  const all = lines.map((line) => `${escapeControl(line)}\n`).join('');
  return toDo === 0 ? `${all}Nothing is to be done.\n` : all;
}
