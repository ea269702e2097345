import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export interface BundledWorker {
  url: URL;
  remove(): void;
}

/** Node cannot run TypeScript in a thread: tests that want real threads bundle the worker first, as the build does. */
export async function bundleWorker(entry = 'src/scan/worker.ts'): Promise<BundledWorker> {
  const root = join(import.meta.dirname, '../..');
  // Inside node_modules, so that what is left outside of the bundle is found.
  const cache = join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'worker-'));
  const outfile = join(folder, 'worker.mjs');
  await build({
    entryPoints: [join(root, entry)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    logLevel: 'warning',
  });
  return { url: pathToFileURL(outfile), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
