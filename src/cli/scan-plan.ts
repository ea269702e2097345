import { existsSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { UsageError } from '../base/errors.ts';
import { parseAllowEntry, readAllowFile } from '../config/allow-file.ts';
import { readBaseline } from '../config/baseline.ts';
import {
  ALLOW_NAME,
  BASELINE_NAME,
  defaultCacheDir,
  findProjectConfig,
  findWorkTree,
  folderAt,
} from '../config/discovery.ts';
import { type ConfigFile, readConfigFile } from '../config/file.ts';
import { type Configuration, shownFrom } from '../config/load.ts';
import { checkValue } from '../config/settings.ts';
import type { Confidence } from '../detect/types.ts';
import type { AllowList, ScanMode, ScanPlan } from '../scan/plan.ts';
import type { CommandContext } from './commands.ts';
import { CONFIG_OPTIONS, OPTIONS } from './options.ts';

/**
 * The plan of the scan that options, environment and configuration ask for. Everything wrong with them is thrown here.
 * `baseline` is what the plan leaves out; that of the settings by default.
 */
export async function toScanPlan(context: CommandContext, baseline?: ReadonlySet<string>): Promise<ScanPlan> {
  const { settings } = context.configuration;
  const { cwd, env } = context.io;
  const { mode, paths } = modeOf(context);
  const targets = targetsOf(mode, paths, cwd);
  const others = settings.isOn('project-config')
    ? await otherProjects(targets, context.configuration.root, cwd)
    : [];
  const range = mode === 'range' ? checkRange(settings.text('range')) : undefined;
  const cacheDir = settings.isOn('cache') ? (settings.text('cache-dir') ?? defaultCacheDir(env)) : undefined;
  const maxBlobBytes = settings.number('max-file-size');
  return freeze({
    mode,
    cwd,
    targets,
    ...(range === undefined ? {} : { range }),
    noIgnore: !settings.isOn('ignore'),
    patternFiles: patternFilesOf(context.configuration, others, cwd),
    minConfidence: settings.text('min-confidence') as Confidence,
    includeExamples: settings.isOn('include-examples'),
    allowLists: allowListsOf(context.configuration, others, cwd),
    baseline: baseline ?? baselineOf(context.configuration, cwd),
    archive: {
      depth: settings.number('max-archive-depth')!,
      totalBytes: settings.number('max-archive-size')!,
      memberBytes: settings.number('max-archive-member-size')!,
      ratio: settings.number('max-archive-ratio')!,
      members: settings.number('max-archive-members')!,
    },
    ...(maxBlobBytes === undefined ? {} : { maxBlobBytes }),
    strict: settings.isOn('strict'),
    ...(cacheDir === undefined ? {} : { cacheDir }),
    jobs: settings.number('jobs') ?? availableParallelism(),
  });
}

function modeOf({ args, configuration: { settings } }: CommandContext): {
  mode: ScanMode;
  paths: readonly string[];
} {
  const asked = (['history', 'staged', 'range', 'stdin'] as const).filter((name) => {
    const value = settings.find(name)?.value;
    return value !== undefined && value !== false;
  });
  if (asked.length > 1) {
    throw new UsageError(`${asked.map((name) => `--${name}`).join(' and ')} exclude each other`);
  }
  const mode = asked[0] ?? 'worktree';
  if (mode === 'stdin' || args.includes('-')) {
    if (mode !== 'stdin' && mode !== 'worktree') throw new UsageError(`--${mode} and - exclude each other`);
    if (args.some((path) => path !== '-'))
      throw new UsageError('standard input is scanned alone, without a PATH');
    return { mode: 'stdin', paths: [] };
  }
  return { mode, paths: args.length === 0 ? ['.'] : args };
}

/** All paths are looked at before anything is scanned: a typo must not pass for a clean result. */
function targetsOf(mode: ScanMode, paths: readonly string[], cwd: string): string[] {
  if (mode === 'worktree' || mode === 'history') {
    const missing = paths.filter((path) => path === '' || !existsSync(resolve(cwd, path)));
    if (missing.length > 0)
      throw new UsageError(`${missing.map(quoteEmpty).join(', ')}: no such file or folder`);
  }
  return [...new Set(paths.map((path) => resolve(cwd, path)))];
}

function quoteEmpty(path: string): string {
  return path === '' ? '""' : path;
}

function checkRange(range: string | undefined): string {
  if (range?.includes('..') && !range.startsWith('-') && !/\s/.test(range)) return range;
  throw new UsageError(`--range: expected A..B, got ${JSON.stringify(range ?? '')}`);
}

/** A repository among the targets that is not the current one, as far as the caller lets it speak. */
interface OtherProject {
  root: string;
  config?: ConfigFile;
  allow?: AllowList;
}

async function otherProjects(
  targets: readonly string[],
  ownRoot: string,
  cwd: string,
): Promise<OtherProject[]> {
  const roots = new Set(targets.map((target) => findWorkTree(folderAt(target))));
  const projects: OtherProject[] = [];
  for (const root of roots) {
    if (root === undefined || root === ownRoot) continue;
    const config = findProjectConfig(root, root);
    const allow = join(root, ALLOW_NAME);
    projects.push({
      root,
      ...(config === undefined
        ? {}
        : {
            config: await readConfigFile(config, {
              specs: CONFIG_OPTIONS,
              shownAs: shownFrom(cwd, config),
              isProject: true,
            }),
          }),
      ...(existsSync(allow) ? { allow: readAllowFile(allow, shownFrom(cwd, allow)) } : {}),
    });
  }
  return projects;
}

const PATTERNS = OPTIONS.find((option) => option.name === 'patterns')!;

/** Of another project's configuration only the patterns and the allow list count: it may add, and not change how we scan. */
function patternFilesOf({ settings }: Configuration, others: readonly OtherProject[], cwd: string): string[] {
  const added = others.flatMap(({ config }) => {
    const raw = config?.values.get('patterns');
    if (raw === undefined) return [];
    return checkValue(PATTERNS, raw) as readonly string[];
  });
  const files = [...new Set([...settings.list('patterns'), ...added])];
  for (const file of files) {
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
      throw new UsageError(`${shownFrom(cwd, file)}: no such pattern file`);
    }
  }
  return files;
}

function allowListsOf(
  configuration: Configuration,
  others: readonly OtherProject[],
  cwd: string,
): AllowList[] {
  const { root, project, user } = configuration;
  const own = ownFile(configuration, 'allow-file', ALLOW_NAME);
  return [
    ...(own === undefined ? [] : [readAllowFile(own, shownFrom(cwd, own))]),
    ...(project === undefined ? [] : [allowListOf(project, root)]),
    ...(user === undefined ? [] : [allowListOf(user, root)]),
    ...others.flatMap(({ root: theirs, config, allow }) => [
      ...(allow === undefined ? [] : [allow]),
      ...(config === undefined ? [] : [allowListOf(config, theirs)]),
    ]),
  ].filter((list) => list.entries.length > 0);
}

function allowListOf(config: ConfigFile, root: string): AllowList {
  return { root, entries: config.allow.map(({ text, where }) => parseAllowEntry(text, where)) };
}

function baselineOf(configuration: Configuration, cwd: string): ReadonlySet<string> {
  const path = ownFile(configuration, 'baseline', BASELINE_NAME);
  return path === undefined ? new Set() : readBaseline(path, shownFrom(cwd, path));
}

/** The file a setting names, else the one of that name in the current repository, if there is one and it may be used. */
function ownFile({ settings, root }: Configuration, setting: string, name: string): string | undefined {
  const given = settings.find(setting)?.value;
  if (typeof given === 'string') return given;
  if (given === false || settings.find('project-config')?.value === false) return undefined;
  const path = join(root, name);
  return existsSync(path) ? path : undefined;
}

function freeze(plan: ScanPlan): ScanPlan {
  for (const value of Object.values(plan)) if (typeof value === 'object') Object.freeze(value);
  return Object.freeze(plan);
}
