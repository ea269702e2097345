import { existsSync, lstatSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EXIT, errorMessage, KeyturnError } from '../../base/errors.ts';
import { writeBaseline } from '../../config/baseline.ts';
import { BASELINE_NAME, findProjectConfig } from '../../config/discovery.ts';
import { fileLayers, shownFrom } from '../../config/load.ts';
import { readEnvironment, resolveSettings } from '../../config/settings.ts';
import { plural } from '../../report/numbers.ts';
import { type Asker, createAsker } from '../ask.ts';
import { scanForBaseline } from '../baseline-file.ts';
import { ciFilesFor } from '../ci-files.ts';
import { CI_SYSTEMS, type CiSystem } from '../ci-systems.ts';
import type { CommandContext } from '../commands.ts';
import { optionsOf } from '../options.ts';
import { LOCAL_SCHEMA, starterConfig } from '../starter-config.ts';

/** What one run does and says. */
interface Setup {
  context: CommandContext;
  root: string;
  isRepository: boolean;
  isDryRun: boolean;
  /** Absent when nobody can be asked. */
  asker: Asker | undefined;
  /** Files written, or that would be. */
  written: number;
  /** What the user has to do by hand. */
  todo: string[];
}

/** Sets a repository up. Files that are there are kept as they are, so that a second run changes nothing. */
export async function init(context: CommandContext): Promise<number> {
  const { io, configuration, signal } = context;
  const { settings, root } = configuration;
  const isDryRun = settings.isOn('dry-run');
  const isAsking = !settings.isOn('yes') && !isDryRun;
  const setup: Setup = {
    context,
    root,
    isRepository: existsSync(join(root, '.git')),
    isDryRun,
    asker: isAsking ? createAsker(io, signal) : undefined,
    written: 0,
    todo: [],
  };
  try {
    writeConfig(setup);
    const status = await recordFindings(setup);
    if (status === EXIT.interrupted) return status;
    await setUpCi(setup);
    await setUpHook(setup);
    finish(setup);
    return status;
  } catch (error) {
    if (signal.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    setup.asker?.close();
  }
}

function writeConfig(setup: Setup): void {
  const existing = findProjectConfig(setup.root, setup.root);
  if (existing !== undefined) return say(setup, `kept: ${shown(setup, existing)}`);
  const hasLocalSchema = existsSync(join(setup.root, LOCAL_SCHEMA));
  create(setup, 'keyturn.yaml', starterConfig(hasLocalSchema), 'settings, all of them comments');
}

/** What is there today is recorded, files and history, so that only what is new fails. */
async function recordFindings(setup: Setup): Promise<number> {
  const { root, context } = setup;
  const path = join(root, BASELINE_NAME);
  if (isThere(path)) {
    say(setup, `kept: ${shown(setup, path)}`);
    return EXIT.ok;
  }
  if (!(await isWanted(setup, 'baseline', 'Scan now, and record what is found as known?'))) return EXIT.ok;
  const found = new Set<string>();
  let status: number = EXIT.ok;
  for (const history of setup.isRepository ? [false, true] : [false]) {
    const scan = await scanForBaseline(scanContext(context, root, history));
    if (scan.isInterrupted) return scan.status;
    for (const fingerprint of scan.found) found.add(fingerprint);
    status = Math.max(status, scan.status);
  }
  if (found.size === 0) {
    say(
      setup,
      status === EXIT.ok ? 'no findings: no baseline is needed' : 'no findings in what could be scanned',
    );
    return status;
  }
  if (!setup.isDryRun) writeBaseline(path, found, shown(setup, path));
  const count = plural(found.size, 'existing finding');
  noteWritten(setup, shown(setup, path), `${count} recorded, new ones will fail`);
  setup.todo.push(
    'keyturn scan --history --no-baseline shows them: rotate those keys, a baseline does not make them safe',
  );
  return status;
}

async function setUpCi(setup: Setup): Promise<void> {
  if (!setup.isRepository) return;
  const system = await wantedCi(setup);
  const before = setup.written;
  for (const { path, text, purpose, addition } of ciFilesFor(system)) {
    const file = join(setup.root, path);
    if (!isThere(file)) create(setup, path, text, purpose);
    else if (addition === undefined || mentionsKeyturn(file)) {
      say(setup, `kept: ${shown(setup, file)}`);
    } else {
      setup.todo.push(
        `${shown(setup, file)} is yours; add to it:\n${addition.trimEnd().replace(/^/gm, '    ')}`,
      );
    }
  }
  if (system !== 'none' && setup.written > before) setup.todo.push(CI_TODO[system]);
}

/** What cannot be known here: where keyturn comes from. */
const CI_TODO = {
  github: "put the owner of the repository with keyturn's releases in place of OWNER in the workflow",
  gitlab: 'say in KEYTURN_PACKAGE what npm installs',
};

async function wantedCi(setup: Setup): Promise<CiSystem> {
  const { settings } = setup.context.configuration;
  const given = settings.text('ci') as CiSystem | undefined;
  if (given !== undefined) return given;
  const likely = likelyCi(setup.root);
  if (settings.isOn('yes')) return likely;
  return (await setup.asker?.choose('Set up CI?', CI_SYSTEMS, likely)) ?? 'none';
}

/** By what is in the repository; what its remote is called decides where there is nothing. */
function likelyCi(root: string): CiSystem {
  if (existsSync(join(root, '.github'))) return 'github';
  if (existsSync(join(root, '.gitlab-ci.yml'))) return 'gitlab';
  const config = join(root, '.git', 'config');
  const url = isFile(config) ? /^\s*url\s*=.*$/m.exec(readFileSync(config, 'utf8'))?.[0] : undefined;
  if (url === undefined) return 'none';
  return /github/i.test(url) ? 'github' : /gitlab/i.test(url) ? 'gitlab' : 'none';
}

async function setUpHook(setup: Setup): Promise<void> {
  if (!setup.isRepository) return;
  if (await isWanted(setup, 'hook', 'Check every push before it leaves?')) await offerHook(setup);
}

/** The seam to src/hook: until `keyturn hook install` can be called from here, the user is told to. */
async function offerHook(setup: Setup): Promise<void> {
  setup.todo.push('keyturn hook install checks every push before it leaves');
}

function finish(setup: Setup): void {
  const { written, isDryRun, todo } = setup;
  if (written === 0)
    say(setup, isDryRun ? 'nothing would be changed' : 'already set up; nothing was changed');
  else if (isDryRun) say(setup, 'dry run: nothing was written');
  for (const item of todo) say(setup, `next: ${item}`);
}

/** Yes or no as an option says it, else as the user does; without either, no. */
async function isWanted(setup: Setup, option: string, question: string): Promise<boolean> {
  const { settings } = setup.context.configuration;
  const given = settings.find(option)?.value;
  if (typeof given === 'boolean') return given;
  if (settings.isOn('yes')) return true;
  return (await setup.asker?.confirm(question)) ?? false;
}

function create(setup: Setup, path: string, text: string, what: string): void {
  const file = join(setup.root, path);
  const name = shown(setup, file);
  if (!setup.isDryRun) {
    try {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text, { flag: 'wx' });
    } catch (error) {
      throw new KeyturnError(`${name}: cannot be written: ${errorMessage(error)}`, {
        code: 'cannot-write',
        cause: error,
      });
    }
  }
  noteWritten(setup, name, what);
}

function noteWritten(setup: Setup, name: string, what: string): void {
  setup.written++;
  say(setup, `${setup.isDryRun ? 'would write' : 'wrote'}: ${name} (${what})`);
}

function say({ context }: Setup, line: string): void {
  context.io.stdout.write(`${line}\n`);
}

function shown({ context }: Setup, path: string): string {
  return shownFrom(context.io.cwd, path);
}

function mentionsKeyturn(file: string): boolean {
  return isFile(file) && readFileSync(file, 'utf8').includes('keyturn');
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Links that lead nowhere are there too. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The same run as `keyturn scan` or `keyturn scan --history` at the root: `init` takes no options of a scan, files and variables do. */
function scanContext(context: CommandContext, root: string, history: boolean): CommandContext {
  const { io, configuration } = context;
  const specs = optionsOf('scan');
  const values = new Map([['history', { value: history, where: '--history', base: root }]]);
  const settings = resolveSettings(specs, [
    { layer: 'flag', values },
    readEnvironment(specs, io.env, io.cwd),
    ...fileLayers(configuration),
  ]);
  return { ...context, args: [], io: { ...io, cwd: root }, configuration: { ...configuration, settings } };
}
