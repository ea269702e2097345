import { Writable } from 'node:stream';
import type { OutputStream } from '../base/io.ts';
import { escapeControl } from '../report/escape.ts';

/** A workflow command that shows one message. Nothing in the text can end it or start another. */
export function annotation(level: 'error' | 'warning' | 'notice', message: string): string {
  const text = escapeControl(message).replaceAll('%', '%25');
  return `::${level} title=keyturn::${text}\n`;
}

/**
 * Text for the log that the runner takes for text: it reads `::command::` at the start of a line (of either stream) and
 * `##[command]` anywhere in one as instructions, and names from the repository may hold both.
 */
export function defuse(text: string): string {
  return text.replace(/^(\s*):(?=:)/gm, '$1\\:').replaceAll('##[', '##\\[');
}

/** A stream that defuses whole lines on their way to `target`. `said` is all of it, as it was. */
export function createDefusedStream(target: OutputStream): OutputStream & { said(): string; flush(): void } {
  let rest = '';
  let all = '';
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      const text = chunk.toString();
      all += text;
      const end = (rest + text).lastIndexOf('\n') + 1;
      const pending = rest + text;
      rest = pending.slice(end);
      if (end > 0) target.write(defuse(pending.slice(0, end)));
      done();
    },
  });
  return Object.assign(stream, {
    said: () => all,
    flush() {
      if (rest !== '') target.write(`${defuse(rest)}\n`);
      rest = '';
    },
  });
}
