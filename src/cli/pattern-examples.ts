import { createDetector } from '../detect/detector.ts';
import { expandExample } from '../detect/example.ts';
import { createWasmKernel } from '../detect/kernel/wasm-kernel.ts';
import type { Pattern } from '../detect/pattern.ts';
import { createRandom } from '../detect/sample.ts';

/** One example of a pattern, its values not filled in yet. */
export interface PatternExample {
  template: string;
  /** Whether the pattern has to find something in it. */
  isMatch: boolean;
}

export function examplesOf({ examples }: Pattern): PatternExample[] {
  return [
    ...examples.match.map((template) => ({ template, isMatch: true })),
    ...examples.reject.map((template) => ({ template, isMatch: false })),
  ];
}

/** Values are made at random, so an example is run with several; always with the same ones. */
const SEEDS = [1, 2, 3, 4, 5];

/** Runs single examples against all `patterns` at once; gives what went wrong, or nothing. */
export function createExampleRunner(
  patterns: readonly Pattern[],
): (pattern: Pattern, example: PatternExample) => string | undefined {
  const ids = new Set(patterns.map(({ id }) => id));
  const detector = createDetector(patterns, createWasmKernel);
  const prefilter = createWasmKernel(detector.anchors);

  function rulesIn(text: string): string[] {
    const bytes = new TextEncoder().encode(text);
    return detector.detect(bytes, prefilter.find(bytes)).map(({ rule }) => rule);
  }

  return ({ id }, { template, isMatch }) => {
    for (const seed of SEEDS) {
      const rules = rulesIn(expandExample(template, createRandom(seed)));
      // An ID beside its secret is reported as a pair, whose rule no pattern has.
      const isFound = rules.some((rule) => rule === id || (isMatch && !ids.has(rule)));
      if (isMatch && !isFound)
        return rules.length === 0 ? 'not found' : `found as ${rules.join(', ')} instead`;
      if (!isMatch && isFound) return 'found, but should not be';
    }
    return undefined;
  };
}
