// Bundles the CLI (lazy commands become chunks), the scan worker, and the compiled kernel.
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
await build({
  entryPoints: { keyturn: 'src/cli/bin.ts', worker: 'src/scan/worker.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  // CommonJS dependencies call require() for Node's own modules.
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  chunkNames: 'chunks/[name]-[hash]',
  logLevel: 'warning',
});
