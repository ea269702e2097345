import { DAY_MS } from '../base/duration.ts';
import { NOTIFY_KINDS, type NotifyEvent, type NotifyKind } from './types.ts';

/** One event of each kind, with names that are made up: for `keyturn notify test`. */
export function sampleEvents(now: number): NotifyEvent[] {
  const at = new Date(now);
  const common = { owner: 'team-example', account: '111122223333', at };
  const samples: Record<NotifyKind, Omit<NotifyEvent, 'kind' | 'dedupeKey' | keyof typeof common>> = {
    'key-due': {
      subject: 'example-ci AKIA...AB12',
      dueAt: new Date(now + 7 * DAY_MS),
      text: 'This is a test. The key is 83 days old and will be rotated when it is due.',
      command: 'keyturn keys rotate example-ci --apply',
    },
    'key-rotated': {
      subject: 'example-web AKIA...CD34',
      text: 'This is a test. The secret keyturn/example-web holds the new key.',
      command: 'keyturn keys status example-web',
    },
    'key-deactivated': {
      subject: 'example-web AKIA...EF56',
      text: 'This is a test. The old key is out of use.',
      command: 'keyturn keys restore KEY_ID --apply',
    },
    'key-deleted': {
      subject: 'example-old AKIA...GH78',
      text: 'This is a test. The key was out of use for 30 days.',
    },
    'key-blocked': {
      subject: 'example-db AKIA...IJ90',
      text: 'This is a test. The key is overdue and still in use; it was left alone.',
      command: 'keyturn keys status example-db',
    },
    'job-failed': {
      subject: 'apply',
      text: 'This is a test. AWS refused: iam:ListUsers.',
      command: 'keyturn schedule once apply',
    },
    'account-failed': {
      subject: 'example-account',
      text: 'This is a test. The role could not be assumed; the other accounts were done.',
      command: 'keyturn doctor',
    },
  };
  return NOTIFY_KINDS.map((kind) => ({
    kind,
    ...common,
    ...samples[kind],
    dedupeKey: `test ${kind} ${now}`,
  }));
}
