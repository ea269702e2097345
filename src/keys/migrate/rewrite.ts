import type { StoredKey } from '../vault.ts';
import { parseEnvFile } from './env-file.ts';
import { parseIni } from './ini.ts';
import type { Place } from './read-source.ts';
import { applyEdits, type Field, lineEndOf, removeField, replaceField } from './text.ts';

/** The text with `credential_process` (INI) or `AWS_PROFILE` (.env) in place of the key's ID, and without its secret. */
export function moveOut(text: string, { format, id, secret }: Place, value: string): string {
  const replacement =
    format === 'ini'
      ? { name: 'credential_process', value }
      : { name: 'AWS_PROFILE', value, quote: id.quote };
  return applyEdits(text, [replaceField(text, id, [replacement]), removeField(text, secret)]);
}

/** The reverse: both halves on two lines in place of `field`. */
export function moveIn(text: string, field: Field, { id, secret }: StoredKey): string {
  const isIni = field.name === 'credential_process';
  const [idName, secretName] = isIni
    ? ['aws_access_key_id', 'aws_secret_access_key']
    : ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
  const quote = isIni ? '' : field.quote;
  return applyEdits(text, [
    replaceField(text, field, [
      { name: idName, value: id, quote },
      { name: secretName, value: secret.reveal(), quote },
    ]),
  ]);
}

/** The one `credential_process` of a profile; undefined when there is none, or more than one. */
export function processOf(text: string, profile: string): Field | undefined {
  const fields = parseIni(text)
    .filter(({ name }) => name === profile)
    .flatMap(({ fields }) => fields.get('credential_process') ?? []);
  return fields.length === 1 ? fields[0] : undefined;
}

/** The one `AWS_PROFILE` of a .env file. */
export function profileIn(text: string): Field | undefined {
  const fields = parseEnvFile(text).filter(({ name }) => name === 'AWS_PROFILE');
  return fields.length === 1 ? fields[0] : undefined;
}

/** The text with a profile at its end. */
export function addProfile(text: string, profile: string, command: string): string {
  const end = lineEndOf(text);
  const gap = text === '' ? '' : text.endsWith('\n') ? end : end + end;
  return `${text}${gap}[${profile}]${end}credential_process = ${command}${end}`;
}
