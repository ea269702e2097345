import { UsageError } from '../base/errors.ts';
import { readText } from '../config/file.ts';
import { shownFrom } from '../config/load.ts';
import type { DerivedRule, Pattern } from '../detect/pattern.ts';
import type { CommandContext } from './commands.ts';

/** A pattern and where it comes from. */
export interface UsedPattern {
  pattern: Pattern;
  /** `built-in`, or the file as messages name it. */
  origin: string;
}

/** What a report may name: a pattern, or a rule that is made out of what patterns find. */
export interface UsedRule {
  rule: DerivedRule;
  /** Absent for a derived rule. */
  pattern?: Pattern;
  origin: string;
}

/** Every rule of a scan that uses these pattern files, given by absolute paths, besides the built-in ones. */
export async function rulesInUse(files: readonly string[], context: CommandContext): Promise<UsedRule[]> {
  const { DERIVED_RULES } = await import('../detect/patterns.generated.ts');
  const used = await patternsInUse(files, context);
  return [
    ...used.map(({ pattern, origin }) => ({ rule: pattern, pattern, origin })),
    ...DERIVED_RULES.map((rule) => ({ rule, origin: 'built-in' })),
  ];
}

/** The built-in patterns and those of some files, given by absolute paths. */
export async function patternsInUse(
  files: readonly string[],
  context: CommandContext,
): Promise<UsedPattern[]> {
  const { PATTERNS } = await import('../detect/patterns.generated.ts');
  const builtIn = PATTERNS.map((pattern) => ({ pattern, origin: 'built-in' }));
  return withoutDoubles([...builtIn, ...(await patternsOf(files, context))]);
}

/** Those of some files, given by absolute paths. Throws a UsageError with the place of a mistake. */
export async function patternsOf(files: readonly string[], { io }: CommandContext): Promise<UsedPattern[]> {
  if (files.length === 0) return [];
  const { parsePatternFile } = await import('../detect/pattern-file.ts');
  return [...new Set(files)].flatMap((file) => {
    const origin = shownFrom(io.cwd, file);
    return parsePatternFile(readText(file, origin), origin).map((pattern) => ({ pattern, origin }));
  });
}

/** The same patterns; throws when two have one id, because a report could not tell them apart. */
export function withoutDoubles(patterns: UsedPattern[]): UsedPattern[] {
  const origins = new Map<string, string>();
  for (const { pattern, origin } of patterns) {
    const first = origins.get(pattern.id);
    if (first !== undefined)
      throw new UsageError(`${origin}: pattern "${pattern.id}" is there already (${first})`);
    origins.set(pattern.id, origin);
  }
  return patterns;
}
