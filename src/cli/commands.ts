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
  keys: 'Report on, rotate, restore and delete access keys',
  config: 'Print the effective configuration or its schema',
  hook: 'Guard pushes and commits with git hooks',
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
    name: 'hook install',
    summary: 'Install a git hook that stops leaks',
    details:
      'A hook that is there is kept and called, too. Git 2.54 and later define it in their configuration; before, it is a file, ' +
      'and husky, lefthook, pre-commit and simple-git-hooks are respected. A push is blocked when keyturn cannot be started; ' +
      'KEYTURN_SKIP=1 lets one through, and that is recorded.',
    examples: [
      { line: 'keyturn hook install', text: 'the pre-push hook of this repository' },
      { line: 'keyturn hook install --global', text: 'of every repository' },
      { line: 'keyturn hook install --event pre-commit', text: 'another event' },
      { line: 'keyturn hook install --dry-run', text: 'say what would be done' },
    ],
    exitStatus: [
      [0, 'the hook is installed, or was already'],
      [1, 'another program writes the hooks here; the lines to add are printed'],
      [2, 'wrong usage, or it could not be installed; nothing was changed'],
    ],
    ignoresConfig: true,
    load: async () => (await import('./commands/hook-install.ts')).hookInstall,
  },
  {
    name: 'hook uninstall',
    summary: 'Take the hooks away again and put back what was there before',
    examples: [
      { line: 'keyturn hook uninstall', text: 'all of this repository' },
      { line: 'keyturn hook uninstall --event pre-commit', text: 'one event' },
      { line: 'keyturn hook uninstall --global', text: 'those of every repository' },
    ],
    exitStatus: [
      [0, 'nothing of keyturn is installed any more'],
      [2, 'wrong usage, or it could not be taken away; nothing was changed'],
    ],
    ignoresConfig: true,
    load: async () => (await import('./commands/hook-uninstall.ts')).hookUninstall,
  },
  {
    name: 'hook status',
    summary: 'Say which hooks are installed, how, and what is wrong with them',
    examples: [
      { line: 'keyturn hook status', text: 'of this repository and of the user' },
      { line: 'keyturn hook status --format json', text: 'for a program' },
      { line: 'keyturn hook status > /dev/null || keyturn hook install', text: 'in a setup script' },
    ],
    exitStatus: [
      [0, 'a hook is installed and nothing is wrong'],
      [1, 'none is installed, or something is wrong'],
      [2, 'wrong usage'],
    ],
    ignoresConfig: true,
    load: async () => (await import('./commands/hook-status.ts')).hookStatusCommand,
  },
  {
    name: 'hook run',
    argument: {
      name: 'EVENT [ARGS...]',
      text: 'pre-push, pre-commit, commit-msg or pre-receive, and what git gives the hook',
    },
    summary: 'Do the work of a git hook',
    details:
      'Git starts this, through the script that keyturn hook install puts in place; standard input is what git writes to the hook. ' +
      'A push is stopped by credentials that the remote does not have yet, and by whatever could not be scanned. ' +
      'KEYTURN_SKIP=1 lets one push or commit pass, which is recorded.',
    examples: [
      { line: 'exec keyturn hook run pre-push "$@"', text: 'the last line of a pre-push hook' },
      { line: 'keyturn hook run pre-commit', text: 'what the next commit would bring in' },
      { line: 'KEYTURN_SKIP=1 git push', text: 'one push without a scan' },
    ],
    exitStatus: [
      [0, 'nothing stands against it'],
      [1, 'stopped: it would bring in a credential'],
      [2, 'stopped: not everything could be scanned, or wrong usage or configuration'],
      [130, 'stopped: interrupted'],
    ],
    load: async () => (await import('./commands/hook-run.ts')).hookRun,
  },
  {
    name: 'keys plan',
    argument: {
      name: '[USER|KEY_ID...]',
      text: 'What to rotate whatever its age; by default what the policy says',
    },
    summary: 'Say which keys are to be replaced or deactivated, and why',
    details: 'Only reads. With --format json, the plan is a file to review and to give to keys apply.',
    examples: [
      { line: 'keyturn keys plan', text: 'what the policy asks for' },
      { line: 'keyturn keys plan --format json > plan.json', text: 'to review and apply' },
      { line: 'keyturn keys plan ci', text: 'for one user' },
    ],
    load: async () => (await import('./commands/keys-plan.ts')).keysPlan,
  },
  {
    name: 'keys apply',
    argument: { name: 'PLAN', text: 'A plan, as keys plan --format json writes it' },
    summary: 'Do what a plan says',
    details: 'Every guard is asked again for every key. Without --apply, only says what would be done.',
    examples: [
      { line: 'keyturn keys apply plan.json', text: 'what would be done' },
      { line: 'keyturn keys apply plan.json --apply', text: 'asks first' },
      { line: 'keyturn keys apply plan.json --apply --yes', text: 'in a job' },
    ],
    exitStatus: [
      [0, 'done, on its way, or only told'],
      [1, 'a key needs a person to look at it'],
      [2, 'wrong usage or configuration, or AWS refused; the command to go on with is printed'],
      [130, 'interrupted between two steps; the same command goes on'],
    ],
    load: async () => (await import('./commands/keys-apply.ts')).keysApply,
  },
  {
    name: 'keys rotate',
    argument: { name: 'USER|KEY_ID...', text: 'Users with one active key, or IDs of keys' },
    summary: 'Replace keys: a new one stored and proven, the old one deactivated and proven dead',
    details:
      'May be stopped anywhere: the same command goes on. The old key is never deleted here. See docs/ROTATION.md.',
    examples: [
      { line: 'keyturn keys rotate ci', text: 'what would be done' },
      { line: 'keyturn keys rotate ci --apply', text: 'asks first' },
      { line: 'keyturn keys rotate ci --apply --yes -v', text: 'in a job, telling its steps' },
    ],
    exitStatus: [
      [0, 'done, on its way, or only told'],
      [1, 'a key needs a person to look at it'],
      [2, 'wrong usage or configuration, or AWS refused; the command to go on with is printed'],
      [130, 'interrupted between two steps; the same command goes on'],
    ],
    load: async () => (await import('./commands/keys-rotate.ts')).keysRotate,
  },
  {
    name: 'keys deactivate',
    argument: { name: 'KEY_ID...', text: 'IDs of access keys' },
    summary: 'Put keys out of use, and prove that they are dead',
    details: 'A key that its secret holds, or that was used within the quiet period, is left alone.',
    examples: [
      { line: 'keyturn keys deactivate AKIA...', text: 'what would be done' },
      { line: 'keyturn keys deactivate AKIA... --apply', text: 'asks first' },
      { line: "keyturn keys deactivate AKIA... --apply --force 'leaked'", text: 'although it is in use' },
    ],
    exitStatus: [
      [0, 'done, on its way, or only told'],
      [1, 'a key needs a person to look at it'],
      [2, 'wrong usage or configuration, or AWS refused; the command to go on with is printed'],
      [130, 'interrupted between two steps; the same command goes on'],
    ],
    load: async () => (await import('./commands/keys-change.ts')).keysDeactivate,
  },
  {
    name: 'keys restore',
    argument: { name: 'KEY_ID...', text: 'IDs of access keys' },
    summary: 'Put deactivated keys back into use',
    examples: [
      { line: 'keyturn keys restore AKIA... --apply', text: 'the key' },
      {
        line: 'keyturn keys restore AKIA... --undo --apply',
        text: 'and its place in the secret: the rotation is undone',
      },
      { line: 'keyturn keys restore AKIA...', text: 'what would be done' },
    ],
    exitStatus: [
      [0, 'done, on its way, or only told'],
      [1, 'a key needs a person to look at it'],
      [2, 'wrong usage or configuration, or AWS refused; the command to go on with is printed'],
      [130, 'interrupted between two steps; the same command goes on'],
    ],
    load: async () => (await import('./commands/keys-change.ts')).keysRestore,
  },
  {
    name: 'keys delete',
    argument: { name: 'KEY_ID...', text: 'IDs of access keys' },
    summary: 'Delete keys that are inactive, proven dead and kept for long enough',
    details: 'This is the one thing that cannot be undone.',
    examples: [
      { line: 'keyturn keys delete AKIA...', text: 'what would be done' },
      { line: 'keyturn keys delete AKIA... --apply', text: 'asks first' },
      { line: 'keyturn keys delete AKIA... --apply --yes', text: 'in a job' },
    ],
    exitStatus: [
      [0, 'done, on its way, or only told'],
      [1, 'a key needs a person to look at it'],
      [2, 'wrong usage or configuration, or AWS refused; the command to go on with is printed'],
      [130, 'interrupted between two steps; the same command goes on'],
    ],
    load: async () => (await import('./commands/keys-change.ts')).keysDelete,
  },
  {
    name: 'keys status',
    argument: { name: 'USER...', text: 'Names of users' },
    summary: 'Tell how keys stand: what AWS says, then what the journal adds',
    examples: [
      { line: 'keyturn keys status ci', text: 'one user' },
      { line: 'keyturn keys status ci deploy', text: 'two' },
      { line: 'keyturn keys status ci --format json', text: 'for a program' },
    ],
    load: async () => (await import('./commands/keys-status.ts')).keysStatus,
  },
  {
    name: 'keys report',
    summary: 'List every access key of an account: age, last use, and what the policy says of it',
    details:
      'Only reads. Last uses come from the credential report that IAM makes every four hours; a key that this would call unused is asked for itself. ' +
      'What could not be read is unknown, never unused. The policy is the section keys of keyturn.yaml; docs/KEYS.md tells of it, ' +
      'docs/IAM-POLICY.md of the permissions.',
    examples: [
      { line: 'keyturn keys report', text: 'the account of AWS_PROFILE, most urgent first' },
      { line: 'keyturn keys report --profile production --check', text: 'in a pipeline' },
      { line: "keyturn keys report --user 'ci-*' --older-than 90d", text: 'some of them' },
      { line: 'keyturn keys report --verdict overdue --verdict unused -f csv', text: 'what to work on' },
      { line: 'keyturn keys report -o html=keys.html -o json=keys.json', text: 'reports in files' },
      { line: 'keyturn sandbox -- keyturn keys report', text: 'on an account that is made up' },
    ],
    exitStatus: [
      [0, 'everything was read; with --check, no key that is listed needs action'],
      [1, 'with --check: a key is overdue, unused or due, or root has one'],
      [2, 'wrong usage or configuration, AWS refused, or not everything could be read'],
      [130, 'interrupted'],
    ],
    load: async () => (await import('./commands/keys-report.ts')).keysReport,
  },
  {
    name: 'audit',
    summary: 'Check an account against the IAM best-practice checklist',
    details:
      'Only reads: the permissions of SecurityAudit are enough. Each check says PASS, FAIL, UNKNOWN or N/A of a resource, with what was seen, why it matters and how to mend it. ' +
      'What AWS refuses to tell is UNKNOWN, never PASS. See docs/AUDIT.md.',
    examples: [
      { line: 'keyturn audit', text: 'the account of AWS_PROFILE' },
      { line: 'keyturn audit -o html=audit.html -o json=audit.json', text: 'reports in files' },
      { line: 'keyturn audit --section 6 --fail-on medium', text: 'some of it, in a pipeline' },
      { line: 'keyturn audit --compare last.json', text: 'what got better and worse' },
      { line: 'keyturn audit --list --check root-mfa', text: 'what a check is about' },
      { line: "keyturn audit --fix 'password-*'", text: 'what would be changed; --apply does it' },
    ],
    exitStatus: [
      [0, 'everything was read, and nothing at or above --fail-on fails'],
      [1, 'something fails'],
      [2, 'wrong usage or configuration, AWS refused, or something is UNKNOWN'],
      [130, 'interrupted'],
    ],
    load: async () => (await import('./commands/audit.ts')).audit,
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
    name: 'init',
    summary: 'Set a repository up: configuration, baseline, CI and hook',
    details:
      'Writes a keyturn.yaml in which everything is a comment; the rest is asked for on a terminal, or said by options. ' +
      'No file that is there is changed, so it can be run again.',
    examples: [
      { line: 'keyturn init', text: 'ask on the way' },
      { line: 'keyturn init --dry-run --yes', text: 'see what it would do' },
      { line: 'keyturn init --baseline --ci github --no-hook', text: 'in a script' },
    ],
    exitStatus: [
      [0, 'the repository is set up, or was already'],
      [2, 'wrong usage, a file that cannot be written, or not everything could be looked at'],
      [130, 'interrupted; what was written until then stays'],
    ],
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    name: 'doctor',
    summary: 'Check that everything a scan needs works here',
    details:
      'Looks at Node, git, the repository, its hooks, the configuration, the cache and the patterns, and finds a key that is made up ' +
      'for the purpose. Each line that is not ok says how to mend it. Of variables, no value but paths is shown.',
    examples: [
      { line: 'keyturn doctor', text: 'in a repository' },
      { line: 'keyturn doctor --config ci/keyturn.yaml', text: 'with another configuration' },
      { line: 'keyturn doctor --format json', text: 'for a program, or a bug report' },
    ],
    exitStatus: [
      [0, 'nothing failed; there may be warnings'],
      [1, 'a check failed'],
      [2, 'wrong usage'],
    ],
    ignoresConfig: true,
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'sandbox',
    argument: {
      name: '[COMMAND...]',
      text: 'A program to run inside, after --; without one, serve until Ctrl-C',
    },
    summary: 'Serve a small AWS on loopback to rehearse on: IAM, STS, secrets',
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
