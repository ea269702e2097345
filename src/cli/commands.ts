import type { Io } from '../base/io.ts';
import type { Logger } from '../base/log.ts';
import type { Configuration } from '../config/load.ts';
import type { RawSetting } from '../config/settings.ts';
import type { RunScan } from '../scan/plan.ts';
import type { CommandName } from './options.ts';

/** What a command is given to work with. */
export interface CommandContext {
  io: Io;
  /** Positional arguments. */
  args: readonly string[];
  /** Options as given, by name; checked in `configuration.settings`. */
  flags: ReadonlyMap<string, RawSetting>;
  configuration: Configuration;
  log: Logger;
  signal: AbortSignal;
  runScan: RunScan;
}

/** Runs one command and returns the exit status. */
type RunCommand = (context: CommandContext) => Promise<number>;

export interface CommandSpec {
  name: CommandName;
  /** As in the usage line; `...` for several. Brackets make it optional. */
  argument?: { name: string; text: string; choices?: readonly string[] };
  /** One line, in the imperative. */
  summary: string;
  /** A paragraph for `--help`. */
  details?: string;
  examples: readonly { line: string; text: string }[];
  /** Status and meaning, where it is not the usual 0 and 2. */
  exitStatus?: readonly (readonly [status: number, meaning: string])[];
  /** Works without any configuration, so that a broken one does not stop it. */
  ignoresConfig?: boolean;
  load: () => Promise<RunCommand>;
}

/** Words that several commands begin with. */
export const COMMAND_GROUPS: Readonly<Record<string, string>> = {
  patterns: 'List, test and explain what is looked for',
  baseline: 'Record the findings of today, to hear of new ones only',
  config: 'Print the effective configuration or its schema',
};

const INPUT_PATHS = { name: '[PATH...]', text: 'Files and folders to scan; the current folder by default' };

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'scan',
    argument: INPUT_PATHS,
    summary: 'Scan files, git history, staged changes or a range of commits for AWS credentials',
    details:
      'In a git repository, what git tracks is read, and what is neither tracked nor ignored. Nested repositories and submodules are entered. ' +
      'Secrets are never shown; key IDs are, because they are needed to act.',
    examples: [
      { line: 'keyturn scan', text: 'the files of the current folder' },
      { line: 'keyturn scan --history', text: 'every object of the repository, reachable or not' },
      { line: 'keyturn scan --staged', text: 'what the next commit would bring in' },
      { line: 'keyturn scan --range origin/main..HEAD', text: 'what a branch brings in' },
      { line: 'keyturn scan --format json --output sarif=keyturn.sarif', text: 'two reports of one scan' },
      { line: 'kubectl get secrets -o yaml | keyturn scan -', text: 'standard input' },
    ],
    exitStatus: [
      [0, 'nothing at or above --fail-on was found, and everything was looked at'],
      [1, 'something was found'],
      [2, 'wrong usage or configuration, or not everything could be looked at'],
      [130, 'interrupted; what was found until then is reported'],
    ],
    load: async () => (await import('./commands/scan.ts')).scan,
  },
  {
    name: 'patterns list',
    summary: 'List the patterns in use',
    examples: [
      { line: 'keyturn patterns list', text: 'the built-in patterns' },
      { line: 'keyturn patterns list --patterns ours.yaml', text: 'and those of a file' },
      { line: 'keyturn patterns list --format json', text: 'for a program' },
    ],
    load: async () => (await import('./commands/patterns-list.ts')).patternsList,
  },
  {
    name: 'patterns test',
    argument: { name: '[FILE...]', text: 'Pattern files to test; by default all patterns in use' },
    summary: 'Run the examples that every pattern carries',
    examples: [
      { line: 'keyturn patterns test', text: 'the patterns in use' },
      { line: 'keyturn patterns test ours.yaml', text: 'those of a file before it is used' },
      { line: 'keyturn patterns test -q ours.yaml', text: 'in a pipeline' },
    ],
    exitStatus: [
      [0, 'every example came out as it should'],
      [1, 'an example did not'],
      [2, 'wrong usage, or a file that cannot be used'],
    ],
    load: async () => (await import('./commands/patterns-test.ts')).patternsTest,
  },
  {
    name: 'patterns explain',
    argument: { name: 'RULE', text: 'The id of a pattern, as reports show it' },
    summary: 'Say what a pattern finds, why it matters and what to do',
    examples: [
      { line: 'keyturn patterns explain aws-access-key-pair', text: 'a rule of a report' },
      { line: 'keyturn patterns explain our-token --patterns ours.yaml', text: 'one of a file' },
      { line: 'keyturn patterns explain aws-access-key-id --format json', text: 'for a program' },
    ],
    load: async () => (await import('./commands/patterns-explain.ts')).patternsExplain,
  },
  {
    name: 'baseline create',
    argument: INPUT_PATHS,
    summary: 'Scan, and record what is found as known',
    details:
      'Later scans leave out what the baseline records. It holds fingerprints only, which tell nothing of a secret, so it can be committed.',
    examples: [
      { line: 'keyturn baseline create', text: 'of the files of the current folder' },
      { line: 'keyturn baseline create --history', text: 'of the whole history' },
      { line: 'keyturn baseline create --baseline ci/known.json', text: 'elsewhere' },
    ],
    exitStatus: [
      [0, 'the baseline was written'],
      [2, 'there is one already, wrong usage, or not everything could be looked at'],
      [130, 'interrupted; nothing was written'],
    ],
    load: async () => (await import('./commands/baseline-create.ts')).baselineCreate,
  },
  {
    name: 'baseline update',
    argument: INPUT_PATHS,
    summary: 'Scan, and add what is new to the baseline',
    examples: [
      { line: 'keyturn baseline update', text: 'add what is new' },
      { line: 'keyturn baseline update --prune', text: 'and take out what is gone' },
      { line: 'keyturn baseline update --history', text: 'from the whole history' },
    ],
    exitStatus: [
      [0, 'the baseline was written, or needed no change'],
      [2, 'there is none, wrong usage, or not everything could be looked at'],
      [130, 'interrupted; nothing was written'],
    ],
    load: async () => (await import('./commands/baseline-update.ts')).baselineUpdate,
  },
  {
    name: 'baseline show',
    summary: 'Print what the baseline records',
    examples: [
      { line: 'keyturn baseline show', text: 'one fingerprint a line' },
      { line: 'keyturn baseline show --format json', text: 'for a program' },
      { line: 'keyturn baseline show --baseline ci/known.json', text: 'another baseline' },
    ],
    load: async () => (await import('./commands/baseline-show.ts')).baselineShow,
  },
  {
    name: 'config print',
    summary: 'Print every setting of a scan, and where its value comes from',
    examples: [
      { line: 'keyturn config print', text: 'the settings that a scan here would have' },
      { line: 'keyturn config print --format json', text: 'for a program' },
      { line: 'keyturn config print --no-config', text: 'without any file' },
    ],
    load: async () => (await import('./commands/config-print.ts')).configPrint,
  },
  {
    name: 'config schema',
    summary: 'Print the JSON schema of keyturn.yaml',
    examples: [
      { line: 'keyturn config schema', text: 'to read' },
      { line: 'keyturn config schema > keyturn.schema.json', text: 'for an editor' },
      {
        line: "sed -i '1i # yaml-language-server: $schema=keyturn.schema.json' keyturn.yaml",
        text: 'to tell the editor',
      },
    ],
    ignoresConfig: true,
    load: async () => (await import('./commands/config-schema.ts')).configSchema,
  },
  {
    name: 'sandbox',
    argument: {
      name: '[COMMAND...]',
      text: 'A program to run inside, after --; without one, serve until Ctrl-C',
    },
    summary: 'Serve a small AWS on loopback, to rehearse on: IAM, STS, Secrets Manager and more',
    details:
      'The AWS CLI and every SDK talk to it once AWS_ENDPOINT_URL leads there; COMMAND gets that, and credentials that are good for nothing else. ' +
      'Keys are made at the start and gone at the end. See docs/SANDBOX.md for seeds, the clock and faults.',
    examples: [
      { line: 'keyturn sandbox', text: 'serve; a second shell reads the file that is named' },
      { line: 'keyturn sandbox -- aws iam list-users', text: 'run a program inside' },
      { line: 'keyturn sandbox --seed accounts.yaml -- ./rehearse.sh', text: 'with accounts of your own' },
    ],
    exitStatus: [
      [0, 'stopped; with COMMAND, its own status is passed through'],
      [2, 'wrong usage, or a seed that cannot be used'],
    ],
    ignoresConfig: true,
    load: async () => (await import('./commands/sandbox.ts')).sandbox,
  },
  {
    name: 'completion',
    argument: { name: 'SHELL', text: 'bash, zsh or fish', choices: ['bash', 'zsh', 'fish'] },
    summary: 'Print a script that completes commands, options and values',
    examples: [
      { line: 'source <(keyturn completion bash)', text: 'in ~/.bashrc' },
      { line: 'source <(keyturn completion zsh)', text: 'in ~/.zshrc, after compinit' },
      { line: 'keyturn completion fish | source', text: 'in ~/.config/fish/config.fish' },
    ],
    ignoresConfig: true,
    load: async () => (await import('./commands/completion.ts')).completion,
  },
];
