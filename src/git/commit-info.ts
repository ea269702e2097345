import type { CommitInfo } from '../report/result.ts';

/** Author and subject of a commit object. Whatever is malformed comes out empty; nothing is masked or escaped. */
export function parseCommitInfo(id: string, bytes: Uint8Array): CommitInfo {
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const blank = raw.indexOf('\n\n');
  const head = blank < 0 ? raw : raw.subarray(0, blank);
  const encoding = headerLine(head.toString('latin1'), 'encoding');
  const author = parseSignature(headerLine(decode(head, encoding), 'author') ?? '');
  return { id, ...author, summary: blank < 0 ? '' : summaryOf(decode(raw.subarray(blank + 2), encoding)) };
}

function headerLine(head: string, name: string): string | undefined {
  return head
    .split('\n')
    .find((line) => line.startsWith(`${name} `))
    ?.slice(name.length + 1);
}

/** The encoding a commit claims; an unknown one and bytes that are no UTF-8 are read as latin1, which cannot fail. */
function decode(bytes: Buffer, encoding: string | undefined): string {
  try {
    return new TextDecoder(encoding ?? 'utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

/** The first paragraph on one line, as git's own subject. */
function summaryOf(message: string): string {
  return message
    .trimStart()
    .split(/\n[^\S\n]*\n/, 1)[0]!
    .replace(/\s*\n\s*/g, ' ')
    .trimEnd();
}

/** `Name <email> seconds zone`, where any part may be missing or odd. */
function parseSignature(line: string): { author: string; email: string; authoredAt: string } {
  const close = line.lastIndexOf('>');
  const open = line.indexOf('<');
  const [seconds, zone] = line
    .slice(close + 1)
    .trim()
    .split(' ');
  if (open < 0 || close < open) return { author: line.trim(), email: '', authoredAt: '' };
  return {
    author: line.slice(0, open).trim(),
    email: line.slice(open + 1, close).trim(),
    authoredAt: isoDate(Number(seconds || Number.NaN), zone ?? '+0000'),
  };
}

/** Largest distance from 1970 a Date can hold, in seconds. */
const LAST_SECOND = 8.64e12;
const DAY_MINUTES = 24 * 60;

function isoDate(seconds: number, zone: string): string {
  const [, sign, hours, minutes] = /^([+-])(\d\d)(\d\d)$/.exec(zone) ?? ['', '+', '00', '00'];
  const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  if (!(Math.abs(seconds) < LAST_SECOND - DAY_MINUTES * 60 * 5)) return '';
  const local = new Date((seconds + offset * 60) * 1000).toISOString().replace(/\.\d+Z$/, '');
  return `${local}${sign}${hours}:${minutes}`;
}
