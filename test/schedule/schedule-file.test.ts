import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/file.ts';
import { readSchedule } from '../../src/schedule/schedule-file.ts';

async function read(text: string, isProject = false) {
  const file = await parseConfig(text, '/etc/keyturn/k.yaml', { specs: [], shownAs: 'k.yaml', isProject });
  return readSchedule({ project: file });
}

describe('readSchedule', () => {
  it('fills in what is left out, and takes paths from the folder of the file', async () => {
    const schedule = await read(
      'schedule: { pauseFile: pause, health: { port: 1, file: /run/h.json }, timezone: Asia/Tokyo, jitter: 5m, jobs: { report: { cron: "@daily" }, plan: { cron: "0 1 * * *", timezone: UTC, jitter: 0s } } }',
    );
    expect(schedule).toMatchObject({
      allowChanges: false,
      warnMs: [14 * 86_400_000, 3 * 86_400_000],
      pauseFile: '/etc/keyturn/pause',
      health: { port: 1, file: '/run/h.json' },
    });
    expect(schedule.jobs.map(({ name, times, jitterMs }) => [name, times.timezone, jitterMs])).toEqual([
      ['report', 'Asia/Tokyo', 300_000],
      ['plan', 'UTC', 0],
    ]);
  });

  it.each([
    ['schedule: { jobs: {} }', 'k.yaml:1:11: schedule has no jobs'],
    ['keys:', 'no configuration has a section schedule'],
    ['schedule: { jobs: { report: { cron: 3 } } }', 'k.yaml:1:37: expected a text (put it in quotes)'],
    [
      'schedule: { jobs: { report: { cron: "@daily", arguments: [a] } } }',
      'the job report takes no arguments',
    ],
    [
      'schedule: { jobs: { audit: { cron: "@daily", arguments: [--fix=password-*] } } }',
      'the job audit only looks: it takes no --fix and no --apply',
    ],
    ['schedule: { health: { port: 70000 } }', 'k.yaml:1:29: 70000 is no port'],
    ['schedule: { allowChanges: "yes" }', 'k.yaml:1:27: expected true or false'],
    [
      'schedule: { jobs: { delete-after-retention: { cron: "@daily" } } }',
      'the job delete-after-retention changes accounts, and allowChanges is not true',
    ],
  ])('refuses %s', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it('takes none from a file that a repository brought', async () => {
    await expect(read('schedule: { jobs: { report: { cron: "@daily" } } }', true)).rejects.toThrow(
      'k.yaml:1:1: schedule cannot be set by the configuration of a project',
    );
  });
});
