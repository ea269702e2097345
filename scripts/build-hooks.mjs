// Compiles hooks/*.sh into src/hook/templates.generated.ts, so that the bundle needs no file beside it.
// With --check it writes nothing and fails when the file is out of step.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const target = join(root, 'src/hook/templates.generated.ts');
const names = readdirSync(join(root, 'hooks')).filter((name) => name.endsWith('.sh'));
const templates = Object.fromEntries(
  names.sort().map((name) => [name.replace(/\.sh$/, ''), readFileSync(join(root, 'hooks', name), 'utf8')]),
);
const text = [
  '// Compiled from hooks/*.sh by scripts/build-hooks.mjs; edit those.',
  `export const TEMPLATES = ${JSON.stringify(templates, null, 2)} as const;`,
  '',
].join('\n');
if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  console.error('src/hook/templates.generated.ts is out of step: run node scripts/build-hooks.mjs');
  process.exitCode = 1;
}
