// Compiles patterns/*.yaml into src/detect/patterns.generated.ts, so that no YAML is parsed when the tool starts.
// With --check it writes nothing and fails when the file is out of step.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { parse } from 'yaml';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const target = join(root, 'src/detect/patterns.generated.ts');

// Inside node_modules, so that the yaml package is found from there.
const cache = join(root, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'build-patterns-'));
try {
  const outfile = join(folder, 'pattern-file.mjs');
  const entry = join(root, 'src/detect/pattern-file.ts');
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
  });
  const { parseBuiltinFile } = await import(pathToFileURL(outfile).href);
  const { patterns, derived } = parseBuiltinFile(read('patterns/aws.yaml'), 'patterns/aws.yaml');
  const canaries = Object.values(parse(read('patterns/canary-accounts.yaml')))
    .flat()
    .sort();
  const text = [
    '// Compiled from patterns/*.yaml by scripts/build-patterns.mjs; edit those.',
    "import type { DerivedRule, Pattern } from './pattern.ts';",
    '',
    `export const PATTERNS: readonly Pattern[] = ${JSON.stringify(patterns, null, 2)};`,
    '',
    `export const DERIVED_RULES: readonly DerivedRule[] = ${JSON.stringify(derived, null, 2)};`,
    '',
    `export const CANARY_ACCOUNTS: ReadonlySet<string> = new Set(${JSON.stringify(canaries, null, 2)});`,
    '',
  ].join('\n');
  if (!process.argv.includes('--check')) writeFileSync(target, text);
  else if (readFileSync(target, 'utf8') !== text) {
    console.error('src/detect/patterns.generated.ts is out of step: run node scripts/build-patterns.mjs');
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function read(path) {
  return readFileSync(join(root, path), 'utf8');
}
