import { randomInt } from 'node:crypto';
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorMessage, KeyturnError } from '../../base/errors.ts';
import { defaultCacheDir } from '../../config/discovery.ts';
import { type Configuration, loadConfiguration } from '../../config/load.ts';
import { createDetector } from '../../detect/detector.ts';
import { createWasmKernel } from '../../detect/kernel/wasm-kernel.ts';
import { createRandom, sampleKeyId, sampleSecret } from '../../detect/sample.ts';
import { formatBytes, plural } from '../../report/numbers.ts';
import type { CommandContext } from '../commands.ts';
import { CONFIG_OPTIONS, optionsOf } from '../options.ts';
import { patternsInUse } from '../patterns-in-use.ts';
import { type Check, fail, ok, warn } from './check.ts';

const MEND_CONFIGURATION = 'correct that file, or see keyturn config schema';
/** Above, it is worth saying that the cache may be thrown away at any time. */
const LARGE_CACHE_BYTES = 2 ** 30;

/** The configuration, and what depends on it: cache, patterns, and whether a key is found with them. */
export async function checkTool(context: CommandContext): Promise<Check[]> {
  const { io, flags } = context;
  let configuration: Configuration;
  try {
    const commandSpecs = optionsOf('scan');
    const given = new Map([...flags].filter(([name]) => name !== 'format'));
    configuration = await loadConfiguration({
      specs: CONFIG_OPTIONS,
      commandSpecs,
      flags: given,
      env: io.env,
      cwd: io.cwd,
    });
  } catch (error) {
    return [failureOf('configuration', error, MEND_CONFIGURATION), ...(await selfTest([], context))];
  }
  const { settings } = configuration;
  const cacheDir = settings.isOn('cache')
    ? (settings.text('cache-dir') ?? defaultCacheDir(io.env))
    : undefined;
  return [
    ok('configuration', originOf(configuration)),
    checkCache(cacheDir, settings.isOn('cache')),
    ...(await selfTest(settings.list('patterns'), context)),
  ];
}

function originOf({ project, user }: Configuration): string {
  const files = [project?.path, user?.path].filter((path) => path !== undefined);
  return files.length === 0 ? 'no file: defaults' : `read ${files.join(' and ')}`;
}

function checkCache(folder: string | undefined, isOn: boolean): Check {
  if (!isOn) return ok('cache', 'switched off');
  if (folder === undefined) {
    return warn(
      'cache',
      'no place for it: there is no home folder',
      'name one with --cache-dir or KEYTURN_CACHE_DIR',
    );
  }
  if (!isWritable(folder)) {
    return warn(
      'cache',
      `${folder} cannot be written`,
      'name another folder with --cache-dir or KEYTURN_CACHE_DIR',
    );
  }
  const { bytes, files } = sizeOf(folder);
  const text = `${folder}: ${plural(files, 'entry', 'entries')}, ${formatBytes(bytes)}`;
  return bytes > LARGE_CACHE_BYTES
    ? warn('cache', text, 'it may be deleted whenever no scan runs')
    : ok('cache', text);
}

/** It is made when it is needed: then the nearest folder that exists counts. */
function isWritable(folder: string): boolean {
  let nearest = folder;
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  try {
    accessSync(nearest, constants.W_OK | constants.X_OK);
    return statSync(nearest).isDirectory();
  } catch {
    return false;
  }
}

/** Entries lie side by side. */
function sizeOf(folder: string): { bytes: number; files: number } {
  let bytes = 0;
  let files = 0;
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const stats = statSync(join(folder, name), { throwIfNoEntry: false });
    if (!stats?.isFile()) continue;
    bytes += stats.size;
    files++;
  }
  return { bytes, files };
}

/** A credential that nobody ever had is made, put into memory, and looked for the way a scan does. */
async function selfTest(files: readonly string[], context: CommandContext): Promise<Check[]> {
  const checks: Check[] = [];
  let patterns = await patternsInUse([], context);
  try {
    patterns = await patternsInUse(files, context);
    checks.push(ok('patterns', `${plural(patterns.length, 'pattern')} can be used`));
  } catch (error) {
    checks.push(failureOf('patterns', error, 'keyturn patterns test FILE'));
  }
  try {
    const detector = createDetector(
      patterns.map(({ pattern }) => pattern),
      createWasmKernel,
    );
    const prefilter = createWasmKernel(detector.anchors);
    checks.push(ok('kernel', 'WebAssembly with SIMD works'));
    const random = createRandom(randomInt(2 ** 32));
    const keyId = sampleKeyId(random);
    const text = `aws_access_key_id = ${keyId}\naws_secret_access_key = ${sampleSecret(random)}\n`;
    const bytes = new TextEncoder().encode(text);
    const isFound = detector
      .detect(bytes, prefilter.find(bytes))
      .some((match) => match.kind === 'access-key-pair' && match.keyId === keyId);
    checks.push(
      isFound
        ? ok('self-test', 'a made-up key pair is found')
        : fail('self-test', 'a made-up key pair is not found', 'install keyturn again, and report it'),
    );
  } catch (error) {
    checks.push(fail('kernel', errorMessage(error), 'use a Node whose WebAssembly has SIMD, 20.19 or later'));
  }
  return checks;
}

/** What was foreseen is a failed check; anything else is a defect and goes on. */
function failureOf(name: string, error: unknown, mend: string): Check {
  if (!(error instanceof KeyturnError)) throw error;
  const message = errorMessage(error);
  // What a variable holds may be anything, and this output is made to be passed on.
  const variable = /^KEYTURN_[A-Z_]+(?=: )/.exec(message)?.[0];
  if (variable !== undefined)
    return fail(name, `${variable} holds what it cannot be`, `unset ${variable}, or see --help`);
  return fail(name, message, error.hint ?? mend);
}
