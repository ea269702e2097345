import fc from 'fast-check';
import { expect, it } from 'vitest';
import { annotation, createDefusedStream, defuse } from '../../src/action/commands.ts';
import { createFakeIo } from '../cli/fake-io.ts';

/** What the runner takes for a command: ActionCommand.cs, TryParseV2 and TryParse. */
const isCommand = (line: string) => line.trimStart().startsWith('::') || line.includes('##[');

it('an annotation is one command, whatever its text', () => {
  const line = annotation('error', 'a%0A::add-mask::x\n::set-output name=y::z\r##[error]');
  expect(line.match(/\n/g)).toHaveLength(1);
  expect(line).toBe('::error title=keyturn::a%250A::add-mask::x\\n::set-output name=y::z\\r##[error]\n');
});

it('text for the log holds no command', () => {
  expect(defuse('::error::x\n  ::stop-commands::y\nkeyturn: ##[add-path]/tmp\nplain a::b\n')).toBe(
    '\\::error::x\n  \\::stop-commands::y\nkeyturn: ##\\[add-path]/tmp\nplain a::b\n',
  );
  const piece = fc.constantFrom(':', '::', '#', '##', '[', '\n', '\r', ' ', '\t', 'a', '\u2028', '\u00a0');
  fc.assert(
    fc.property(fc.array(fc.array(piece).map((parts) => parts.join(''))), (writes) => {
      const io = createFakeIo();
      const stream = createDefusedStream(io.stdout);
      for (const text of writes) stream.write(text);
      stream.flush();
      expect(
        io
          .out()
          .split(/\r\n|[\n\r\u2028]/)
          .filter(isCommand),
      ).toEqual([]);
      expect(stream.said()).toBe(writes.join(''));
    }),
  );
});
