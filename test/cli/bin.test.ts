import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERSION } from '../../src/base/version.ts';

/** In place of the real scan: waits to be interrupted, or on `--jobs 7` returns a long report at once. */
const STUB = `
export async function runScan(plan, { signal }) {
  const coverage = { files: 1, bytes: 1, gaps: [], notes: [], suppressed: { inline: 0, allowFile: 0, baseline: 0, belowConfidence: 0, examples: 0 } };
  const base = { schemaVersion: 1, tool: { name: 'keyturn', version: '0' }, findings: [], coverage, durationMs: 1 };
  if (plan.jobs === 7) {
    const occurrences = [{ source: 'worktree', path: 'a', line: 1, column: 1, endLine: 1, endColumn: 2 }];
    const finding = { rule: 'r', kind: 'k', confidence: 'high', occurrences, occurrenceCount: 1 };
    const findings = Array.from({ length: 20000 }, (_, n) => ({ ...finding, fingerprint: String(n).padStart(32, '0') }));
    return { ...base, complete: true, findings };
  }
  if (plan.jobs === 9) process.stderr.write('started\\n'), await new Promise(() => setInterval(() => {}, 1000));
  if (!signal.aborted) await new Promise((done) => {
    const timer = setInterval(() => {}, 1000);
    signal.addEventListener('abort', () => { clearInterval(timer); done(); });
    process.stderr.write('started\\n');
  });
  return { ...base, complete: false, interrupted: true };
}`;

const stubScan: Plugin = {
  name: 'stub-scan',
  setup({ onLoad }) {
    onLoad({ filter: /src\/scan\/run\.ts$/ }, () => ({ contents: STUB, loader: 'js' }));
  },
};

const BUILD = {
  entryPoints: { keyturn: 'src/cli/bin.ts' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  outExtension: { '.js': '.mjs' },
  logLevel: 'error',
} as const;

let folder: string;
let bin: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-bin-'));
  await build({ ...BUILD, outdir: folder, plugins: [stubScan] });
  bin = join(folder, 'keyturn.mjs');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('what is loaded', () => {
  let metafile: Metafile;

  beforeAll(async () => {
    ({ metafile } = await build({ ...BUILD, outdir: folder, metafile: true, write: false }));
  });

  /** Sources in the chunks that are loaded before `source` runs, each way in to it included. */
  function loadedFor(...sources: string[]): string[] {
    const seen = new Set<string>();
    const visit = (output: string): void => {
      if (seen.has(output)) return;
      seen.add(output);
      for (const { path, kind } of metafile.outputs[output]!.imports) {
        if (kind === 'import-statement' && path in metafile.outputs) visit(path);
      }
    };
    for (const source of sources) {
      const [output] =
        Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === source) ?? [];
      expect(output, source).toBeDefined();
      visit(output!);
    }
    return [...seen].flatMap((output) => Object.keys(metafile.outputs[output]!.inputs));
  }
  it('for the version is next to nothing', () => {
    expect(loadedFor('src/cli/bin.ts').sort()).toEqual([
      'package.json',
      'src/base/errors.ts',
      'src/base/version.ts',
      'src/cli/bin.ts',
    ]);
  });

  it('for a scan holds no YAML, no AWS and none of the other commands', () => {
    const way = [
      'src/cli/bin.ts',
      'src/cli/main.ts',
      'src/cli/program.ts',
      'src/cli/commands/scan.ts',
      'src/scan/run.ts',
      'src/scan/worktree.ts',
    ];
    const loaded = loadedFor(...way);
    expect(loaded.some((path) => path.endsWith('node_modules/commander/lib/command.js'))).toBe(true);
    expect(loaded.filter((path) => /node_modules\/(?:yaml|@aws-sdk|@smithy)\//.test(path))).toEqual([]);
    expect(loaded.filter((path) => path.startsWith('src/cli/commands/'))).toEqual([
      'src/cli/commands/scan.ts',
    ]);
    expect(loaded).not.toContain('src/cli/completion-scripts.ts');
  });
});

interface Ended {
  status: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** Sends each signal when the process has said `started`, the second one a moment later. */
function runAndSignal(argv: string[], signals: NodeJS.Signals[]): Promise<Ended> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [bin, ...argv], { cwd: folder });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk;
      if (!stderr.includes('started')) return;
      for (const [index, name] of signals.splice(0).entries())
        setTimeout(() => child.kill(name), 200 * index);
    });
    child.on('close', (status, signal) => done({ status, signal, stdout, stderr }));
  });
}

describe('the executable', () => {
  it('says its version', () => {
    const { stdout } = spawnSync(process.execPath, [bin, '--version'], { encoding: 'utf8' });
    expect(stdout).toBe(`keyturn ${VERSION}\n`);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('on %s stops cleanly and reports what it has', async (signal) => {
    const { status, stdout } = await runAndSignal(['scan', '--format', 'json'], [signal]);
    expect(status).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ complete: false, interrupted: true });
  });

  it('on a second signal does not wait', async () => {
    const { status, stdout } = await runAndSignal(['scan', '--jobs', '9'], ['SIGINT', 'SIGINT']);
    expect({ status, stdout }).toEqual({ status: 130, stdout: '' });
  });

  it('writes a long report to its end, through a pipe', () => {
    const { status, stdout } = spawnSync(process.execPath, [bin, 'scan', '--jobs', '7', '-f', 'json'], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    expect(status).toBe(1);
    expect(JSON.parse(stdout).findings).toHaveLength(20_000);
  });

  it('is quiet when its reader goes away', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
    const line = '"$0" "$1" scan --jobs 7 -f json | head -c 10; exit "${PIPESTATUS[0]}"';
    const run = spawnSync('bash', ['-c', line, process.execPath, bin], { cwd: folder, encoding: 'utf8' });
    expect(run.stderr).toBe('');
    expect(run.stdout).toHaveLength(10);
    expect(run.status).toBe(1);
    const help = spawnSync('bash', ['-c', '"$0" "$1" scan --help | true', process.execPath, bin], {
      encoding: 'utf8',
    });
    expect(help.stderr).toBe('');
  });

  it('sees the files of the folder it runs in', () => {
    const { status, stderr } = spawnSync(process.execPath, [bin, 'scan', 'nope'], {
      cwd: resolve(folder),
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 2, stderr: 'keyturn: nope: no such file or folder\n' });
  });
});
