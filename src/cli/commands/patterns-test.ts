import { resolve } from 'node:path';
import { EXIT } from '../../base/errors.ts';
import { escapeControl } from '../../report/escape.ts';
import { plural } from '../../report/numbers.ts';
import type { CommandContext } from '../commands.ts';
import { createExampleRunner, examplesOf } from '../pattern-examples.ts';
import { patternsInUse, patternsOf, withoutDoubles } from '../patterns-in-use.ts';

export async function patternsTest(context: CommandContext): Promise<number> {
  const { io, args, configuration } = context;
  const used = await patternsInUse(configuration.settings.list('patterns'), context);
  const files = args.map((path) => resolve(io.cwd, path));
  const named = new Set(files.length === 0 ? [] : await patternsOf(files, context));
  const fresh = [...named].filter(({ origin }) => !used.some((known) => known.origin === origin));
  // Patterns meet each other in a scan, so they do here: one that another outdoes is noticed.
  const all = withoutDoubles([...used, ...fresh]);
  const origins = new Set([...named].map(({ origin }) => origin));
  const tested = files.length === 0 ? all : all.filter(({ origin }) => origins.has(origin));

  const run = createExampleRunner(all.map(({ pattern }) => pattern));
  let count = 0;
  let failed = 0;
  for (const { pattern, origin } of tested) {
    for (const example of examplesOf(pattern)) {
      count++;
      const mistake = run(pattern, example);
      if (mistake === undefined) continue;
      failed++;
      io.stdout.write(`${escapeControl(`${origin}: ${pattern.id}: ${mistake}: ${example.template}`)}\n`);
    }
  }
  if (!configuration.settings.isOn('quiet')) {
    const verdict = failed === 0 ? 'all as they should be' : `${failed} not as they should be`;
    io.stdout.write(`${plural(tested.length, 'pattern')}, ${plural(count, 'example')}: ${verdict}\n`);
  }
  return failed === 0 ? EXIT.ok : EXIT.findings;
}
