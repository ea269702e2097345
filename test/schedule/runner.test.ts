import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import type { JobResult } from '../../src/schedule/types.ts';
import { createStage, DONE, jobOf, scheduleOf } from './world.ts';

const DAILY = scheduleOf(jobOf('apply', '0 3 * * *'));

describe('the runner', () => {
  it('runs jobs when they are due, those of one minute in order, one after the other', async () => {
    const stage = createStage('2026-01-01T00:00:00Z');
    let atWork = 0;
    const schedule = scheduleOf(jobOf('report', '0 3 * * *'), jobOf('apply', '0 3 * * *'));
    await stage.run(schedule, '2026-01-02T12:00:00Z', {
      perform: async () => {
        expect(++atWork).toBe(1);
        await stage.clock.sleep(600_000);
        atWork--;
        return DONE;
      },
    });
    expect(stage.ran).toEqual([
      '01-01T03:00 report',
      '01-01T03:10 apply',
      '01-02T03:00 report',
      '01-02T03:10 apply',
    ]);
  });

  it('never lets a job meet itself: what became due meanwhile is one run afterwards', async () => {
    const stage = createStage('2026-01-01T00:00:00Z');
    await stage.run(scheduleOf(jobOf('apply', '*/10 * * * *')), '2026-01-01T01:01:00Z', {
      perform: async () => {
        await stage.clock.sleep(25 * 60_000);
        return DONE;
      },
    });
    expect(stage.ran).toEqual(['01-01T00:10 apply', '01-01T00:35 apply', '01-01T01:00 apply']);
    expect(stage.ledger().filter((line) => line.startsWith('started'))).toEqual([
      'started apply 01-01T00:10',
      'started apply 01-01T00:30 1',
      'started apply 01-01T01:00 2',
    ]);
  });

  it('catches up once with all that was missed while it did not run', async () => {
    const stage = createStage('2026-01-01T00:00:00Z');
    await stage.run(DAILY, '2026-01-02T12:00:00Z');
    stage.clock.set(Date.parse('2026-01-09T12:00:00Z'));
    await stage.run(DAILY, '2026-01-10T12:00:00Z');
    expect(stage.ran).toEqual([
      '01-01T03:00 apply',
      '01-02T03:00 apply',
      '01-09T12:00 apply',
      '01-10T03:00 apply',
    ]);
    expect(stage.ledger()).toContain('started apply 01-09T03:00 6');
  });

  it('has missed nothing when it starts for the first time, and when the times were changed', async () => {
    const stage = createStage('2026-01-01T04:00:00Z');
    await stage.run(DAILY, '2026-01-01T12:00:00Z');
    await stage.run(scheduleOf(jobOf('apply', '0 11 * * *')), '2026-01-02T10:00:00Z');
    expect(stage.ran).toEqual([]);
    expect(stage.said.join('')).toContain('apply begins: its times were changed');
  });

  it('goes on with a run that was interrupted, as soon as it starts again', async () => {
    const stage = createStage('2026-01-01T00:00:00Z');
    const { runner, stopping } = stage.start(DAILY, '2026-01-05T00:00:00Z', {
      perform: async (_, { signal }) => {
        stopping.abort();
        expect(signal.aborted).toBe(true);
        return { ...DONE, outcome: 'interrupted' };
      },
    });
    await runner.run();
    stage.clock.set(Date.parse('2026-01-01T05:00:00Z'));
    await stage.run(DAILY, '2026-01-01T06:00:00Z');
    expect(stage.ran).toEqual(['01-01T03:00 apply', '01-01T05:00 apply']);
    expect(runner.health()).toMatchObject({ ready: false, reason: 'stopping' });
  });

  it('goes on after it was killed, and leaves a job that kills it three times', async () => {
    const stage = createStage('2026-01-01T00:00:00Z');
    for (let start = 0; start < 4; start++) {
      // A promise that never settles: the process is gone.
      const { runner } = stage.start(DAILY, '2026-01-01T12:00:00Z', { perform: () => new Promise(() => {}) });
      const killed = runner.run();
      await Promise.race([killed, new Promise((done) => setTimeout(done, 30))]);
    }
    expect(stage.ran).toEqual(['01-01T03:00 apply', '01-01T03:00 apply', '01-01T03:00 apply']);
    expect(stage.told).toMatchObject([
      { kind: 'job-failed', subject: 'apply', text: expect.stringContaining('begun 3 times') },
    ]);
    await stage.run(DAILY, '2026-01-02T12:00:00Z');
    expect(stage.ran.at(-1)).toBe('01-02T03:00 apply');
  });

  it('tells of a job that failed, and runs the others', async () => {
    const stage = createStage('2026-01-01T00:00:00Z');
    const schedule = scheduleOf(jobOf('report', '0 2 * * *'), jobOf('apply', '0 3 * * *'));
    await stage.run(schedule, '2026-01-01T12:00:00Z', {
      perform: async ({ name }): Promise<JobResult> => {
        if (name === 'report') throw new UsageError('no credentials');
        throw new TypeError('a defect');
      },
    });
    expect(stage.told.map(({ text }) => text)).toEqual(['report: no credentials', 'apply: a defect']);
    expect(stage.ledger().filter((line) => line.startsWith('failed'))).toHaveLength(2);
  });

  describe('a clock that jumps', () => {
    it('forward: one run for all that was passed over', async () => {
      const stage = createStage('2026-01-01T00:00:00Z');
      stage.clock.at(Date.parse('2026-01-01T01:30:00Z'), () =>
        stage.clock.set(Date.parse('2026-01-04T01:30:00Z')),
      );
      await stage.run(DAILY, '2026-01-04T12:00:00Z');
      expect(stage.ran).toEqual(['01-04T01:30 apply', '01-04T03:00 apply']);
      expect(stage.said.join('')).toContain('the clock went forward, or this machine slept');
    });

    it('back a little: nothing is run twice', async () => {
      const stage = createStage('2026-01-01T00:00:00Z');
      let isBack = false;
      await stage.run(DAILY, '2026-01-01T12:00:00Z', {
        perform: async () => {
          if (!isBack) stage.clock.set(Date.parse('2026-01-01T02:30:00Z'));
          isBack = true;
          return DONE;
        },
      });
      expect(stage.ran).toEqual(['01-01T03:00 apply']);
    });

    it('back a year: the ledger is not waited for', async () => {
      const stage = createStage('2027-01-01T00:00:00Z');
      await stage.run(DAILY, '2027-01-01T12:00:00Z');
      stage.clock.set(Date.parse('2026-01-01T00:00:00Z'));
      await stage.run(DAILY, '2026-01-01T12:00:00Z');
      expect(stage.ran).toEqual(['01-01T03:00 apply', '01-01T03:00 apply']);
      expect(stage.said.join('')).toContain('the clock went back: it was done until 2027-01-01T03:00');
    });
  });

  describe('paused', () => {
    it('changes nothing, reports all the same, and catches up once', async () => {
      const stage = createStage('2026-01-01T00:00:00Z');
      const schedule = scheduleOf(jobOf('report', '0 2 * * *'), jobOf('apply', '0 3 * * *'));
      const end = Date.parse('2026-01-03T08:00:00Z');
      await stage.run(schedule, '2026-01-03T12:00:00Z', {
        pause: () => (stage.clock.now() < end ? 'a freeze' : undefined),
      });
      expect(stage.ran).toEqual([
        '01-01T02:00 report',
        '01-02T02:00 report',
        '01-03T02:00 report',
        '01-03T08:00 apply',
      ]);
      expect(stage.said.filter((line) => line.includes('paused: a freeze'))).toHaveLength(1);
    });

    it('stops a job between two keys, and goes on with it afterwards', async () => {
      const stage = createStage('2026-01-01T00:00:00Z');
      let isPaused = false;
      stage.clock.at(Date.parse('2026-01-01T05:00:00Z'), () => {
        isPaused = false;
      });
      await stage.run(DAILY, '2026-01-01T12:00:00Z', {
        pause: () => (isPaused ? 'wait' : undefined),
        perform: async (_, context) => {
          if (stage.ran.length === 1) isPaused = true;
          return context.isPaused() ? { ...DONE, outcome: 'interrupted' } : DONE;
        },
      });
      expect(stage.ran).toEqual(['01-01T03:00 apply', '01-01T05:00 apply']);
    });
  });

  it('takes a new configuration whole, or keeps the one it has and says why', async () => {
    const stage = createStage('2026-01-01T00:00:00Z');
    const news: (() => { schedule: ReturnType<typeof scheduleOf> })[] = [];
    stage.clock.at(Date.parse('2026-01-01T04:00:00Z'), () =>
      news.push(() => {
        throw new UsageError('k.yaml:4:12: "61 * * * *": 61 is an invalid expression for minute');
      }),
    );
    stage.clock.at(Date.parse('2026-01-02T04:00:00Z'), () =>
      news.push(() => ({ schedule: scheduleOf(jobOf('apply', '0 6 * * *')) })),
    );
    const { runner } = stage.start(DAILY, '2026-01-02T12:00:00Z', { reload: async () => news.shift()?.() });
    await runner.run();
    expect(stage.ran).toEqual(['01-01T03:00 apply', '01-02T03:00 apply', '01-02T06:00 apply']);
    expect(stage.said.join('')).toContain(
      'refused the new configuration, and keep the one before: k.yaml:4:12',
    );
    expect(runner.metrics.text()).toContain('keyturn_config_reloads_total{outcome="refused"} 1\n');
  });

  it('spreads hosts by chance, each the same at every start, and never beyond the jitter', async () => {
    const jitterMs = 30 * 60_000;
    const times = [1, 2].map(async () => {
      const stage = createStage('2026-01-01T00:00:00Z');
      await stage.run(scheduleOf(jobOf('apply', '0 3 * * *', { jitterMs })), '2026-01-04T12:00:00Z');
      return stage.ran;
    });
    const [first, second] = await Promise.all(times);
    expect(first).toEqual(second);
    expect(first).toHaveLength(4);
    for (const line of first!) expect(line).toMatch(/T03:[012]/);
    expect(new Set(first!.map((line) => line.slice(6))).size).toBeGreaterThan(1);
  });

  it('stops when its ledger cannot be written: what was done twice could not be told', async () => {
    const stage = createStage('2026-01-01T00:00:00Z');
    const { rmSync, mkdirSync } = await import('node:fs');
    const { runner } = stage.start(DAILY, '2026-01-02T00:00:00Z');
    rmSync(stage.folder, { recursive: true });
    mkdirSync(`${stage.folder}/schedule.ndjson`, { recursive: true });
    await expect(runner.run()).rejects.toMatchObject({ code: 'ledger' });
    expect(stage.ran).toEqual([]);
  });

  it('counts what it did for Prometheus', async () => {
    const stage = createStage('2026-01-01T00:00:00Z');
    const { runner } = stage.start(DAILY, '2026-01-01T12:00:00Z', {
      perform: async () => {
        const counts = { ok: 7 };
        return {
          ...DONE,
          accounts: [{ account: '1'.repeat(12), outcome: 'done', text: '', counts, events: [] }],
        };
      },
    });
    await runner.run();
    const text = runner.metrics.text();
    expect(text).toContain('# TYPE keyturn_job_runs_total counter\n');
    expect(text).toContain('keyturn_job_runs_total{job="apply",outcome="done"} 1\n');
    expect(text).toContain('keyturn_keys{job="apply",account="111111111111",state="ok"} 7\n');
    const next = Date.parse('2026-01-02T03:00:00Z') / 1000;
    expect(text).toContain(`keyturn_job_next_run_timestamp_seconds{job="apply"} ${next}\n`);
    expect(text).toContain('keyturn_paused 0\n');
    // And of a process before this one.
    const later = stage.start(DAILY, '2026-01-01T13:00:00Z');
    await later.runner.run();
    const success = Date.parse('2026-01-01T03:00:00Z') / 1000;
    expect(later.runner.metrics.text()).toContain(
      `keyturn_job_last_success_timestamp_seconds{job="apply"} ${success}\n`,
    );
  });
});
