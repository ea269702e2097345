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
  keys: 'Report on, rotate, move, restore and delete access keys',
  schedule: 'Report, rotate and delete by the clock, with nobody watching',
  notify: 'Try the channels on which owners are told of keys, and see what waits',
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
      {
        line: 'keyturn keys plan --accounts org --role keyturn',
        text: 'for every account, to enter by a role',
      },
    ],
    exitStatus: [
      [0, 'the plan is written'],
      [2, 'wrong usage or configuration, AWS refused, or not every account could be read'],
      [130, 'interrupted'],
    ],
    load: async () => (await import('./commands/keys-plan.ts')).keysPlan,
  },
  {
    name: 'keys apply',
    argument: { name: 'PLAN', text: 'A plan, as keys plan --format json writes it' },
    summary: 'Do what a plan says',
    details:
      'Every guard is asked again for every key. Without --apply, only says what would be done. ' +
      'What a plan over accounts says of an account is done there, by the role that --role or the configuration names.',
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
      {
        line: 'keyturn keys report --accounts org --role keyturn',
        text: 'every account of the organization',
      },
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
    name: 'keys migrate',
    argument: { name: '[PROFILE...]', text: 'Profiles of the file; by default all that hold a key' },
    summary: 'Move keys out of files into Secrets Manager, served by a credential_process',
    details:
      'Each key is used once to see whose it is. Its secret is written, read back and used before the file is touched; then the two lines become one, ' +
      'credential_process = keyturn credentials ..., and whatever reads the profile goes on working. See docs/MIGRATE.md.',
    examples: [
      { line: 'keyturn keys migrate', text: 'what would be done with ~/.aws/credentials' },
      { line: 'keyturn keys migrate ci --profile sso --apply', text: 'one profile; sso signs and reads' },
      { line: 'keyturn keys migrate --file .env --profile sso --apply', text: 'a .env file' },
      { line: 'keyturn keys migrate --from report.json --profile sso', text: 'files of a scan' },
      { line: 'keyturn keys migrate ci --back --apply', text: 'the reverse' },
    ],
    exitStatus: [
      [0, 'done, or only told'],
      [1, 'a key was left where it is; the reason is printed'],
      [2, 'wrong usage or configuration, AWS refused, or a file could not be written'],
      [130, 'interrupted between two keys; the same command goes on'],
    ],
    load: async () => (await import('./commands/keys-migrate.ts')).keysMigrate,
  },
  {
    name: 'credentials',
    argument: { name: 'SECRET', text: 'Name or ARN of a secret' },
    summary: 'Print the key that a secret holds, for the AWS CLI and SDKs',
    details:
      'For credential_process in ~/.aws. This is the one command that prints a secret. Nothing is kept on disk: ' +
      'SDKs keep the key in memory for an hour at most and ask again, so that they follow a rotation.',
    examples: [
      { line: 'credential_process = keyturn credentials keyturn/ci', text: 'a line of ~/.aws/credentials' },
      { line: 'keyturn credentials keyturn/ci --profile sso > /dev/null', text: 'does it work?' },
      { line: 'keyturn credentials keyturn/ci --region eu-west-1', text: 'a replica' },
    ],
    exitStatus: [
      [0, 'printed'],
      [2, 'wrong usage, AWS refused, or the secret holds no key'],
    ],
    ignoresConfig: true,
    load: async () => (await import('./commands/credentials.ts')).credentials,
  },
  {
    name: 'schedule run',
    summary: 'Run the jobs of a schedule by the clock until stopped',
    details:
      'The section schedule of the configuration says what runs when. One job at a time; what was missed is caught up once; a step in flight ' +
      'is finished before it stops, and the next start goes on. The configuration is read again when it changes and on SIGHUP. ' +
      'Writes JSON lines to standard error. See docs/SCHEDULE.md.',
    examples: [
      { line: 'keyturn schedule run --config keyturn.yaml', text: 'until Ctrl-C or SIGTERM' },
      { line: 'keyturn schedule run --config keyturn.yaml --log-format text', text: 'to watch it' },
      { line: 'keyturn sandbox -- keyturn schedule run --config keyturn.yaml', text: 'to rehearse' },
    ],
    exitStatus: [
      [0, 'stopped by a signal; whatever was under way goes on with the next start'],
      [2, 'wrong usage or configuration, or its own journal cannot be written'],
    ],
    load: async () => (await import('./commands/schedule-run.ts')).scheduleRun,
  },
  {
    name: 'schedule once',
    argument: { name: 'JOB', text: 'report, plan, apply, delete-after-retention, sweep or audit' },
    summary: 'Run one job of a schedule now, for cron, systemd, Kubernetes or Lambda',
    details: 'A job that changes accounts needs allowChanges in the section schedule; nobody is asked.',
    examples: [
      { line: 'keyturn schedule once report --config keyturn.yaml', text: 'only reads' },
      { line: 'keyturn schedule once apply --config keyturn.yaml', text: 'what the policy asks for' },
      { line: 'keyturn schedule once apply --config keyturn.yaml -f json', text: 'for a program' },
    ],
    exitStatus: [
      [0, 'done, or paused'],
      [1, 'done, and something needs a person to look at it'],
      [2, 'wrong usage or configuration, or not everything could be done'],
      [130, 'interrupted between two steps; the next run goes on'],
    ],
    load: async () => (await import('./commands/schedule-once.ts')).scheduleOnce,
  },
  {
    name: 'schedule next',
    summary: 'Show when the jobs of a schedule are due next',
    examples: [
      { line: 'keyturn schedule next --config keyturn.yaml', text: 'the next ten' },
      { line: 'keyturn schedule next --config keyturn.yaml -n 3', text: 'the next three' },
      { line: 'keyturn schedule next --config keyturn.yaml -f json', text: 'for a program' },
    ],
    load: async () => (await import('./commands/schedule-next.ts')).scheduleNext,
  },
  {
    name: 'schedule print',
    summary: 'Print the unit with which another program starts the jobs',
    examples: [
      { line: 'keyturn schedule print --systemd --config /etc/keyturn/keyturn.yaml', text: 'a service' },
      { line: 'keyturn schedule print --kubernetes --config /etc/keyturn/keyturn.yaml', text: 'CronJobs' },
      { line: 'keyturn schedule print --cron --config ~/keyturn.yaml', text: 'lines of a crontab' },
    ],
    load: async () => (await import('./commands/schedule-print.ts')).schedulePrint,
  },
  {
    name: 'notify test',
    argument: { name: '[CHANNEL...]', text: 'Names of channels; all by default' },
    summary: 'Send an example to the channels of the configuration',
    details:
      'The section notify of your own configuration, or of a file named with --config, says who is told of what: see docs/NOTIFY.md. ' +
      'The message has an event of every kind that the channel takes, all made up. No secret is in it, or in any other.',
    examples: [
      { line: 'keyturn notify test --dry-run', text: 'what would be sent' },
      { line: 'keyturn notify test', text: 'to every channel' },
      { line: 'keyturn notify test ops --config keyturn.yaml', text: 'to one, of a file' },
    ],
    exitStatus: [
      [0, 'every channel took it'],
      [1, 'a channel did not'],
      [2, 'wrong usage or configuration'],
    ],
    load: async () => (await import('./commands/notify-test.ts')).notifyTest,
  },
  {
    name: 'notify status',
    summary: 'Tell what waits to be sent to owners, and what could not be',
    details:
      'Reads the outbox that runs of this user share. Nothing is sent: the next run of the scheduler does that.',
    examples: [
      { line: 'keyturn notify status', text: 'by channel and address' },
      { line: 'keyturn notify status --format json', text: 'for a program' },
      { line: 'keyturn notify status > /dev/null || echo stuck', text: 'in a monitor' },
    ],
    exitStatus: [
      [0, 'nothing is stuck'],
      [1, 'a message could not be sent yet; it is kept and tried again'],
      [2, 'wrong usage or configuration, or the outbox cannot be read'],
    ],
    load: async () => (await import('./commands/notify-status.ts')).notifyStatus,
  },
  {
    name: 'audit',
    summary: 'Check accounts against the IAM best-practice checklist',
    details:
      'Only reads: the permissions of SecurityAudit are enough. Each check says PASS, FAIL, UNKNOWN or N/A of a resource, with what was seen, why it matters and how to mend it. ' +
      'What AWS refuses to tell is UNKNOWN, never PASS. See docs/AUDIT.md.',
    examples: [
      { line: 'keyturn audit', text: 'the account of AWS_PROFILE' },
      { line: 'keyturn audit -o html=audit.html -o json=audit.json', text: 'reports in files' },
      { line: 'keyturn audit --accounts org --role keyturn', text: 'every account of the organization' },
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
