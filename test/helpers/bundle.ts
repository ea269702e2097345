import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

export interface ChildProgram {
  /** Of its own, for the test to remove. */
  folder: string;
  /** What Node runs. */
  file: string;
}

/** Bundles a TypeScript file into one that a test starts as a process. */
export async function bundleProgram(entry: string, name: string): Promise<ChildProgram> {
  const cache = join(import.meta.dirname, '../../node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, `${name}-`));
  const file = join(folder, 'child.mjs');
  await build({
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    mainFields: ['module', 'main'],
    // Some are started hundreds of times.
    minifySyntax: true,
    minifyWhitespace: true,
    banner: { js: "import{createRequire as cr}from'node:module';const require=cr(import.meta.url);" },
    logLevel: 'error',
  });
  return { folder, file };
}
