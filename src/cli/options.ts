import type { SettingSpec } from '../config/settings.ts';
import { CONFIDENCES } from '../detect/types.ts';
import { REPORT_FORMATS } from '../report/formats.ts';

/**
 * The one table of options. The parser, the environment variables, the configuration files and their schema, the help, the shell
 * completion and the reference in docs/CONFIGURATION.md all come from it.
 */
export interface OptionSpec extends SettingSpec {
  short?: string;
  group: OptionGroup;
  commands: readonly CommandName[];
  /** Said under `--help` and in the reference, after `text`: whole sentences. */
  details?: string;
}

export const OPTION_GROUPS = ['INPUT', 'DETECTION', 'FILTER', 'OUTPUT', 'CONFIGURATION', 'LOGGING'] as const;
type OptionGroup = (typeof OPTION_GROUPS)[number];

export const COMMAND_NAMES = [
  'scan',
  'patterns list',
  'patterns test',
  'patterns explain',
  'baseline create',
  'baseline update',
  'baseline show',
  'config print',
  'config schema',
  'sandbox',
  'completion',
] as const;
export type CommandName = (typeof COMMAND_NAMES)[number];

const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;

const MIB = 2 ** 20;

const EVERY: readonly CommandName[] = COMMAND_NAMES;
const SCANS: readonly CommandName[] = ['scan', 'baseline create', 'baseline update'];
const LISTS: readonly CommandName[] = ['patterns list', 'patterns explain', 'baseline show', 'config print'];

export const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'history',
    type: 'flag',
    group: 'INPUT',
    commands: SCANS,
    text: 'Scan every object of the git object store, not the files',
    details:
      'All blobs, commits and tags are read, reachable or not: what was merged, stashed, amended away or never pushed.',
  },
  {
    name: 'staged',
    type: 'flag',
    group: 'INPUT',
    commands: SCANS,
    text: 'Scan what is staged for the next commit',
  },
  {
    name: 'range',
    type: 'text',
    placeholder: 'A..B',
    group: 'INPUT',
    commands: SCANS,
    text: 'Scan what the commits of a range bring in',
  },
  {
    name: 'stdin',
    type: 'flag',
    group: 'INPUT',
    commands: SCANS,
    text: 'Scan standard input; so does a PATH of -',
  },
  {
    name: 'ignore',
    type: 'flag',
    default: true,
    key: 'ignore',
    group: 'INPUT',
    commands: SCANS,
    text: 'Read untracked files that git ignores, too',
  },
  {
    name: 'max-file-size',
    type: 'size',
    placeholder: 'SIZE',
    min: 1,
    key: 'maxFileSize',
    defaultText: 'no limit',
    group: 'INPUT',
    commands: SCANS,
    text: 'Leave out files and objects above SIZE, and say so',
    details: 'What is left out is a gap: the scan is not complete.',
  },
  {
    name: 'max-archive-depth',
    type: 'count',
    placeholder: 'N',
    min: 0,
    max: 32,
    default: 3,
    key: 'maxArchiveDepth',
    group: 'INPUT',
    commands: SCANS,
    text: 'Open archives in archives down to N levels',
    details: 'What any of the limits on archives leaves out is a gap: the scan is not complete.',
  },
  {
    name: 'max-archive-size',
    type: 'size',
    placeholder: 'SIZE',
    min: 1,
    default: 512 * MIB,
    key: 'maxArchiveSize',
    group: 'INPUT',
    commands: SCANS,
    text: 'Unpack at most SIZE of an archive in all',
  },
  {
    name: 'max-archive-member-size',
    type: 'size',
    placeholder: 'SIZE',
    min: 1,
    default: 64 * MIB,
    key: 'maxArchiveMemberSize',
    group: 'INPUT',
    commands: SCANS,
    text: 'Unpack at most SIZE of one member',
  },
  {
    name: 'max-archive-members',
    type: 'count',
    placeholder: 'N',
    min: 1,
    default: 50_000,
    key: 'maxArchiveMembers',
    group: 'INPUT',
    commands: SCANS,
    text: 'Unpack at most N members of an archive',
  },
  {
    name: 'max-archive-ratio',
    type: 'count',
    placeholder: 'N',
    min: 1,
    default: 200,
    key: 'maxArchiveRatio',
    group: 'INPUT',
    commands: SCANS,
    text: 'Unpack at most N bytes for each packed one',
  },
  {
    name: 'jobs',
    short: 'j',
    type: 'count',
    placeholder: 'N',
    min: 1,
    max: 256,
    key: 'jobs',
    defaultText: 'one per processor',
    group: 'INPUT',
    commands: SCANS,
    text: 'Use N worker threads at most',
  },
  {
    name: 'cache',
    type: 'flag',
    default: true,
    key: 'cache',
    group: 'INPUT',
    commands: SCANS,
    text: 'Neither read nor write the cache of finished packs',
  },
  {
    name: 'cache-dir',
    type: 'file',
    placeholder: 'DIR',
    key: 'cacheDir',
    scope: 'user',
    defaultText: '$XDG_CACHE_HOME/keyturn',
    group: 'INPUT',
    commands: SCANS,
    text: 'Keep the cache in DIR',
    details: 'The cache holds no secrets. The configuration of a project cannot set this.',
  },
  {
    name: 'seed',
    type: 'file',
    placeholder: 'FILE',
    group: 'INPUT',
    commands: ['sandbox'],
    defaultText: 'two accounts with a few users and keys',
    text: 'Begin with the accounts, users, keys and secrets of FILE, in YAML',
  },
  {
    name: 'port',
    type: 'count',
    placeholder: 'N',
    min: 0,
    max: 65_535,
    group: 'INPUT',
    commands: ['sandbox'],
    defaultText: 'any that is free',
    text: 'Listen at port N of 127.0.0.1',
  },
  {
    name: 'patterns',
    type: 'file',
    isList: true,
    placeholder: 'FILE',
    key: 'patterns',
    group: 'DETECTION',
    commands: [...SCANS, 'patterns list', 'patterns test', 'patterns explain'],
    text: 'Use the patterns of FILE besides the built-in ones (may repeat)',
  },
  {
    name: 'include-examples',
    type: 'flag',
    key: 'includeExamples',
    group: 'DETECTION',
    commands: SCANS,
    text: 'List documented example keys and placeholders, too',
  },
  {
    name: 'min-confidence',
    type: 'choice',
    placeholder: 'LEVEL',
    choices: CONFIDENCES,
    default: 'low',
    key: 'minConfidence',
    group: 'FILTER',
    commands: SCANS,
    text: 'Leave findings below LEVEL out of the report',
  },
  {
    name: 'fail-on',
    type: 'choice',
    placeholder: 'LEVEL',
    choices: ['high', 'medium', 'low'],
    default: 'low',
    key: 'failOn',
    group: 'FILTER',
    commands: ['scan'],
    text: 'End with status 1 for findings of LEVEL or worse',
  },
  {
    name: 'exit-zero',
    type: 'flag',
    key: 'exitZero',
    group: 'FILTER',
    commands: ['scan'],
    text: 'End with status 0 in spite of findings',
    details: 'Errors and incomplete scans still end with 2.',
  },
  {
    name: 'strict',
    type: 'flag',
    key: 'strict',
    group: 'FILTER',
    commands: SCANS,
    text: 'Count what was left out on purpose as a gap',
    details: 'These are Git LFS pointers and submodules that are not checked out.',
  },
  {
    name: 'baseline',
    type: 'file',
    placeholder: 'FILE',
    key: 'baseline',
    defaultText: '.keyturn-baseline.json of the current repository, where there is one',
    group: 'FILTER',
    commands: ['scan', 'baseline create', 'baseline update', 'baseline show'],
    none: 'Use no baseline',
    text: 'Leave out findings that FILE records',
  },
  {
    name: 'allow-file',
    type: 'file',
    placeholder: 'FILE',
    key: 'allowFile',
    defaultText: '.keyturnignore of the current repository, where there is one',
    group: 'FILTER',
    commands: SCANS,
    none: 'Use no allow file',
    text: 'Leave out findings that FILE allows',
  },
  {
    name: 'prune',
    type: 'flag',
    group: 'FILTER',
    commands: ['baseline update'],
    text: 'Take out of the baseline what is no longer found',
    details: 'Nothing is taken out after a scan that could not look at everything.',
  },
  {
    name: 'format',
    short: 'f',
    type: 'choice',
    placeholder: 'FORMAT',
    choices: REPORT_FORMATS,
    default: 'text',
    key: 'format',
    group: 'OUTPUT',
    commands: ['scan'],
    text: 'Write the report to standard output as FORMAT',
  },
  {
    name: 'format',
    short: 'f',
    type: 'choice',
    placeholder: 'FORMAT',
    choices: ['text', 'json'],
    default: 'text',
    group: 'OUTPUT',
    commands: LISTS,
    text: 'Write as FORMAT',
  },
  {
    name: 'output',
    short: 'o',
    type: 'report',
    isList: true,
    placeholder: 'FORMAT=FILE',
    choices: REPORT_FORMATS,
    key: 'output',
    scope: 'user',
    group: 'OUTPUT',
    commands: ['scan'],
    text: 'Write another report to FILE (may repeat)',
    details: 'The configuration of a project cannot set this: it would be a way to overwrite files.',
  },
  {
    name: 'color',
    type: 'choice',
    placeholder: 'WHEN',
    choices: ['auto', 'always', 'never'],
    default: 'auto',
    key: 'color',
    group: 'OUTPUT',
    commands: EVERY,
    text: 'Use colour',
    details: 'auto asks NO_COLOR, FORCE_COLOR and whether the stream is a terminal, for each stream alone.',
  },
  {
    name: 'config',
    type: 'file',
    placeholder: 'FILE',
    none: 'Read no configuration, not the one of the user either',
    hasVariable: true,
    defaultText: 'keyturn.yaml or .keyturn.yaml of the current repository',
    group: 'CONFIGURATION',
    commands: EVERY,
    text: 'Read FILE as the configuration of the project',
  },
  {
    name: 'project-config',
    type: 'flag',
    hasVariable: true,
    defaultText: 'that of the current repository is read, that of other targets is not',
    group: 'CONFIGURATION',
    commands: EVERY,
    text: 'Let other repositories among the targets add patterns and allow findings, too',
    none: 'Take no configuration, allow file or baseline from any repository',
    details:
      'Use --no-project-config where the author of a change may not decide what is reported, e.g. for pull requests.',
  },
  {
    name: 'quiet',
    short: 'q',
    type: 'flag',
    group: 'LOGGING',
    commands: EVERY,
    text: 'Write nothing but the report and errors',
  },
  {
    name: 'verbose',
    short: 'v',
    type: 'tally',
    max: 9,
    group: 'LOGGING',
    commands: EVERY,
    text: 'Say more: -v what was left out, -vv also how long things took',
  },
  {
    name: 'log-level',
    type: 'choice',
    placeholder: 'LEVEL',
    choices: LOG_LEVELS,
    key: 'logLevel',
    defaultText: 'warn',
    group: 'LOGGING',
    commands: EVERY,
    text: 'Write messages of LEVEL and worse to standard error',
  },
  {
    name: 'log-format',
    type: 'choice',
    placeholder: 'FORMAT',
    choices: ['text', 'json'],
    default: 'text',
    key: 'logFormat',
    group: 'LOGGING',
    commands: EVERY,
    text: 'Write messages as text, or as one JSON object a line',
  },
];

/** Options that a configuration file may set, each key once. */
export const CONFIG_OPTIONS: readonly OptionSpec[] = OPTIONS.filter((option) => option.key !== undefined);

/** `config print` takes every option that has a key besides its own, to show what it would do. */
export function optionsOf(command: CommandName): OptionSpec[] {
  const own = OPTIONS.filter((option) => option.commands.includes(command));
  if (command !== 'config print') return own;
  return [...CONFIG_OPTIONS.filter(({ name }) => !own.some((option) => option.name === name)), ...own];
}

/** True for options that take no value on the command line. */
export function isSwitch(option: OptionSpec): boolean {
  return option.type === 'flag' || option.type === 'tally';
}
