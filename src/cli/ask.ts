import { createInterface } from 'node:readline';
import type { Io } from '../base/io.ts';

/** Questions to a person at a terminal. */
export interface Asker {
  /** True for yes, which is the answer of an empty line; false at the end of the input. */
  confirm(question: string): Promise<boolean>;
  /** One of `choices`; `preferred` for an empty line, an unknown answer is asked again. */
  choose<Choice extends string>(
    question: string,
    choices: readonly Choice[],
    preferred: Choice,
  ): Promise<Choice | undefined>;
  close(): void;
}

/** Undefined when nobody is there to answer: both what is typed and what is asked have to be at a terminal. */
export function createAsker(
  { stdin, stderr }: Pick<Io, 'stdin' | 'stderr'>,
  signal: AbortSignal,
): Asker | undefined {
  if (stdin.isTTY !== true || stderr.isTTY !== true) return undefined;
  const lines = createInterface({ input: stdin, output: stderr, terminal: false });
  const answers = lines[Symbol.asyncIterator]();
  const abort = () => lines.close();
  signal.addEventListener('abort', abort, { once: true });

  /** Undefined at the end of the input. */
  async function ask(question: string): Promise<string | undefined> {
    stderr.write(question);
    const { value, done } = await answers.next();
    signal.throwIfAborted();
    if (done !== true) return value.trim().toLowerCase();
    stderr.write('\n');
    return undefined;
  }

  return {
    async confirm(question) {
      for (;;) {
        const answer = await ask(`${question} [Y/n] `);
        if (answer === undefined || /^no?$/.test(answer)) return false;
        if (answer === '' || /^y(?:es)?$/.test(answer)) return true;
      }
    },
    async choose(question, choices, preferred) {
      for (;;) {
        const answer = await ask(`${question} [${choices.join('/')}, ${preferred}] `);
        if (answer === undefined) return undefined;
        if (answer === '') return preferred;
        const chosen = choices.find((choice) => choice === answer);
        if (chosen !== undefined) return chosen;
      }
    },
    close() {
      signal.removeEventListener('abort', abort);
      lines.close();
    },
  };
}
