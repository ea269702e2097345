import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchSlots, parseCredentialReport, type ReportSlot } from '../../src/keys/credential-report.ts';

const HEADER = [
  'user',
  'arn',
  ...[1, 2].flatMap((slot) =>
    ['active', 'last_rotated', 'last_used_date', 'last_used_region', 'last_used_service'].map(
      (name) => `access_key_${slot}_${name}`,
    ),
  ),
  'a_column_of_tomorrow',
];
const DAY = '2026-01-02T03:04:05+00:00';
const EMPTY = ['false', 'N/A', 'N/A', 'N/A', 'N/A'];
const csv = (...rows: string[][]) => [HEADER, ...rows].map((row) => row.join(',')).join('\n');

describe('parseCredentialReport', () => {
  it('reads both slots, the second one alone too, and root apart', () => {
    const { users, root } = parseCredentialReport(
      csv(
        ['<root_account>', 'arn:root', 'true', DAY, DAY, 'us-east-1', 's3', ...EMPTY, ''],
        ['ci', 'arn:ci', ...EMPTY, 'false', DAY, 'N/A', 'N/A', 'N/A', ''],
        ['none', 'arn:none', ...EMPTY, ...EMPTY, ''],
        ['odd', 'arn:odd', 'TRUE', DAY, 'no_information', 'N/A', 'N/A', ...EMPTY, ''],
      ),
      0,
    );
    const changedAt = Date.parse(DAY);
    expect(root?.slots).toEqual([
      { isActive: true, changedAt, lastUse: { at: changedAt, service: 's3', region: 'us-east-1' } },
    ]);
    expect(users.get('ci')?.slots).toEqual([{ isActive: false, changedAt, lastUse: 'never' }]);
    expect(users.get('none')?.slots).toEqual([]);
    expect(users.get('odd')?.slots).toEqual([{ isActive: true, changedAt, lastUse: 'unknown' }]);
  });

  it('says nothing of a row that is not as documented, and keeps the others', () => {
    const { users } = parseCredentialReport(
      csv(
        ['a,b', 'arn:a,b', ...EMPTY, ...EMPTY, ''],
        ['"q,r"', '"arn:""q"""', ...EMPTY, ...EMPTY, ''],
        ['strange', 'arn', 'maybe', ...EMPTY.slice(1), ...EMPTY, ''],
        ['undated', 'arn', 'true', 'soon', 'N/A', 'N/A', 'N/A', ...EMPTY, ''],
      ),
      0,
    );
    expect([...users.keys()]).toEqual(['q,r']);
  });
});

describe('matchSlots', () => {
  const REPORT = 1_000_000;
  const slot = (changedAt: number, name = String(changedAt)): ReportSlot => ({
    isActive: true,
    changedAt,
    lastUse: { at: 1, service: name },
  });
  const keys = (...createdAt: number[]) => createdAt.map((at, index) => ({ id: `K${index}`, createdAt: at }));

  it('knows the one key of a user, changed since its creation or not', () => {
    expect(matchSlots({ slots: [slot(10)] }, keys(10), REPORT).get('K0')?.changedAt).toBe(10);
    expect(matchSlots({ slots: [slot(50)] }, keys(10), REPORT).get('K0')?.changedAt).toBe(50);
    expect(matchSlots({ slots: [slot(5)] }, keys(10), REPORT).size).toBe(0);
  });

  it('tells two keys apart where the older was not changed after the newer came', () => {
    for (const slots of [
      [slot(10), slot(100)],
      [slot(100), slot(10)],
    ]) {
      const matched = matchSlots({ slots }, keys(10, 100), REPORT);
      expect(matched.get('K0')?.changedAt).toBe(10);
      expect(matched.get('K1')?.changedAt).toBe(100);
    }
  });

  it('does not guess where the older was changed later, as after a rotation', () => {
    expect(matchSlots({ slots: [slot(200), slot(100)] }, keys(10, 100), REPORT).size).toBe(0);
    expect(matchSlots({ slots: [slot(100, 'a'), slot(100, 'b')] }, keys(10, 100), REPORT).size).toBe(0);
  });

  it('does not take the slot of a deleted key for that of a new one', () => {
    expect(matchSlots({ slots: [slot(10)] }, keys(REPORT + 1), REPORT).size).toBe(0);
    expect(matchSlots({ slots: [slot(10), slot(20)] }, keys(20), REPORT).size).toBe(0);
    expect(matchSlots({ slots: [slot(10)] }, keys(10, REPORT + 1), REPORT).get('K0')?.changedAt).toBe(10);
  });

  it('is never wrong, whatever was created, changed and deleted before and after the report', () => {
    const life = fc.record({
      createdAt: fc.integer({ min: 0, max: 2 * REPORT }),
      changes: fc.array(fc.integer({ min: 0, max: 2 * REPORT }), { maxLength: 3 }),
      deletedAt: fc.option(fc.integer({ min: 0, max: 3 * REPORT }), { nil: Number.POSITIVE_INFINITY }),
    });
    fc.assert(
      fc.property(fc.array(life, { maxLength: 5 }), fc.boolean(), (lives, isSwapped) => {
        const named = lives.map((one, index) => ({ ...one, id: `K${index}` }));
        const isThere = (at: number) => (one: (typeof named)[number]) =>
          one.createdAt <= at && one.deletedAt > at;
        const atReport = named.filter(isThere(REPORT));
        const now = named.filter(isThere(2 * REPORT + 1));
        fc.pre(atReport.length <= 2 && now.length <= 2);
        const slots = atReport.map(({ id, createdAt, changes }) =>
          slot(Math.max(createdAt, ...changes.filter((at) => at <= REPORT && at >= createdAt)), id),
        );
        const matched = matchSlots({ slots: isSwapped ? slots.reverse() : slots }, now, REPORT);
        for (const [id, found] of matched) expect((found.lastUse as { service: string }).service).toBe(id);
      }),
      { numRuns: 3000 },
    );
  });
});
