import { CHANGING_JOBS, type JobSpec, type Schedule } from './types.ts';

/** What other programs need to start the jobs of a schedule. */
export const UNIT_FORMATS = ['systemd', 'cron', 'kubernetes', 'github'] as const;
export type UnitFormat = (typeof UNIT_FORMATS)[number];

export interface UnitText {
  text: string;
  /** What the other program cannot do, in words. */
  notes: string[];
}

/** `config` is the path of the configuration as the job will see it. Pure. */
export function unitText(format: UnitFormat, schedule: Schedule, config: string): UnitText {
  return WRITERS[format](schedule, config);
}

const WRITERS: Readonly<Record<UnitFormat, (schedule: Schedule, config: string) => UnitText>> = {
  systemd,
  cron,
  kubernetes,
  github,
};

/** One service that keeps the time itself. */
function systemd(_: Schedule, config: string): UnitText {
  return {
    text: `# /etc/systemd/system/keyturn.service
[Unit]
Description=Keyturn: rotation of access keys
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/usr/bin/env keyturn schedule run --config ${config}
ExecReload=/bin/kill -HUP $MAINPID
# A step in flight is finished, then it stops.
KillSignal=SIGTERM
TimeoutStopSec=180
Restart=on-failure
RestartSec=30
DynamicUser=yes
StateDirectory=keyturn
Environment=XDG_STATE_HOME=/var/lib
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
`,
    notes: [],
  };
}

function cron({ jobs }: Schedule, config: string): UnitText {
  const lines = jobs.map(
    (job) =>
      `# ${job.name}\nCRON_TZ=${job.times.timezone}\n${expressionOf(job)} keyturn schedule once ${job.name} --config ${config}\n`,
  );
  return {
    text: lines.join(''),
    notes: [
      'cron does not catch up with what was missed while the machine was off, and knows no jitter',
      ...(jobs.some(({ times }) => times.timezone !== 'UTC')
        ? ['CRON_TZ is known to cronie, not to every cron: others use the time zone of the machine']
        : []),
    ],
  };
}

function kubernetes({ jobs }: Schedule, config: string): UnitText {
  const documents = jobs.map(
    (job) => `apiVersion: batch/v1
kind: CronJob
metadata:
  name: keyturn-${job.name}
spec:
  schedule: ${JSON.stringify(expressionOf(job))}
  timeZone: ${JSON.stringify(job.times.timezone)}
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 86400
  jobTemplate:
    spec:
      backoffLimit: 2
      template:
        spec:
          serviceAccountName: keyturn
          restartPolicy: Never
          # A step in flight is finished first.
          terminationGracePeriodSeconds: 180
          securityContext: { runAsNonRoot: true, runAsUser: 1000 }
          containers:
            - name: keyturn
              image: node:22-slim
              command: [npx, --yes, keyturn, schedule, once, ${job.name}, --config, ${JSON.stringify(config)}]
              env: [{ name: XDG_STATE_HOME, value: /state }, { name: HOME, value: /tmp }]
              volumeMounts:
                - { name: config, mountPath: /etc/keyturn, readOnly: true }
                - { name: state, mountPath: /state }
          volumes:
            - { name: config, configMap: { name: keyturn } }
            - { name: state, persistentVolumeClaim: { claimName: keyturn-state } }
`,
  );
  const isElsewhere = !config.startsWith('/etc/keyturn/');
  return {
    text: documents.join('---\n'),
    notes: isElsewhere
      ? ['the config map is mounted at /etc/keyturn: give --config /etc/keyturn/FILE to name it there']
      : [],
  };
}

function github({ jobs }: Schedule, config: string): UnitText {
  const crons = [...new Set(jobs.map(expressionOf))];
  const steps = jobs.map(
    (job) => `      - if: github.event.schedule == '${expressionOf(job)}' || inputs.job == '${job.name}'
        run: npx --yes keyturn schedule once ${job.name} --config ${config}
`,
  );
  const changing = jobs.some(({ name }) => CHANGING_JOBS.includes(name));
  return {
    text: `# .github/workflows/keyturn.yml
name: keyturn
on:
  schedule:
${crons.map((expression) => `    - cron: '${expression}'\n`).join('')}  workflow_dispatch:
    inputs:
      job: { type: choice, options: [${jobs.map(({ name }) => name).join(', ')}] }
permissions: { id-token: write, contents: read }
concurrency: { group: keyturn, cancel-in-progress: false }
jobs:
  keyturn:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: aws-actions/configure-aws-credentials@v5
        with: { role-to-assume: '\${{ vars.KEYTURN_ROLE }}', aws-region: '\${{ vars.AWS_REGION }}' }
${steps.join('')}`,
    notes: [
      ...(jobs.some(({ times }) => times.timezone !== 'UTC')
        ? ['GitHub reads these times as UTC: convert them']
        : []),
      ...(changing
        ? [
            'the journal is gone after each run: AWS is asked first and the engine goes on without it, but keep it as an artifact',
          ]
        : []),
    ],
  };
}

/** Nicknames and L are not known everywhere; what they stand for mostly is. */
function expressionOf({ times }: JobSpec): string {
  return NICKNAMES[times.expression.trim()] ?? times.expression.trim();
}

const NICKNAMES: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};
