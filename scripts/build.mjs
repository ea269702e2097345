// Bundles the CLI (lazy commands become chunks), the scan worker, the GitHub action, and the compiled kernel.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const root = new URL('..', import.meta.url);
process.chdir(root.pathname);

for (const step of ['scripts/build-kernel.mjs', 'scripts/build-patterns.mjs', 'scripts/build-hooks.mjs']) {
  if (existsSync(step)) execFileSync(process.execPath, [step], { stdio: 'inherit' });
}

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist', { recursive: true });
const options = {
  outdir: 'dist',
  bundle: true,
  format: 'esm',
  platform: 'node',
  // The AWS SDK as ES modules: only those of their exports that are used, and by their names.
  mainFields: ['module', 'main'],
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  // CommonJS dependencies call require() for Node's own modules.
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  logLevel: 'warning',
};
await build({
  ...options,
  entryPoints: { keyturn: 'src/cli/bin.ts', action: 'src/action/bin.ts' },
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
});
// In one piece: a thread is up sooner when it has one file to load instead of twenty.
await build({ ...options, entryPoints: { worker: 'src/scan/worker.ts' } });
