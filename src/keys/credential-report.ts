/** One row of IAM's credential report: a user, or root. */
export interface ReportRow {
  /** The two places a user has for keys; empty ones are left out. */
  slots: ReportSlot[];
  signIn: SignIn;
}

/** How somebody signs in to the console. */
export interface SignIn {
  /** Undefined where the report does not tell, as it long did not of root. */
  hasPassword: boolean | undefined;
  passwordUsedAt: number | 'never' | 'unknown';
  passwordChangedAt?: number;
  hasMfa: boolean | undefined;
}

/** The report names no key: which of a user's two it is has to be found out. */
export interface ReportSlot {
  isActive: boolean;
  /** "Created or last changed": no earlier than when the key was created. */
  changedAt: number;
  lastUse: { at: number; service?: string; region?: string } | 'never' | 'unknown';
}

export interface CredentialReport {
  generatedAt: number;
  /** By name of the user; rows that could not be read are missing. */
  users: ReadonlyMap<string, ReportRow>;
  root: ReportRow | undefined;
}

const ROOT = '<root_account>';

/** Reads the report by the names of its columns: AWS may append some. */
export function parseCredentialReport(csv: string, generatedAt: number): CredentialReport {
  const [header = [], ...rows] = csv
    .trim()
    .split(/\r?\n/)
    .map((line) => cellsOf(line));
  const users = new Map<string, ReportRow>();
  let root: ReportRow | undefined;
  for (const line of rows) {
    // A user's name may hold commas, and no row says so: such a one is asked for like a user that is not in the report.
    if (line.length !== header.length) continue;
    const cells = new Map(header.map((name, at) => [name, line[at]!]));
    const slots = slotsOf(cells);
    if (slots === undefined) continue;
    const user = cells.get('user') ?? '';
    const row = { slots, signIn: signInOf(cells) };
    if (user === ROOT) root = row;
    else users.set(user, row);
  }
  return { generatedAt, users, root };
}

/** Undefined when the row is not as documented. */
function slotsOf(cells: ReadonlyMap<string, string>): ReportSlot[] | undefined {
  const slots: ReportSlot[] = [];
  for (const number of [1, 2]) {
    const cell = (name: string) => cells.get(`access_key_${number}_${name}`) ?? '';
    const isActive = cell('active').toLowerCase();
    if (isActive !== 'true' && isActive !== 'false') return undefined;
    const changed = cell('last_rotated');
    if (isActive === 'false' && changed === 'N/A') continue;
    const changedAt = Date.parse(changed);
    if (Number.isNaN(changedAt)) return undefined;
    slots.push({ isActive: isActive === 'true', changedAt, lastUse: useOf(cell) });
  }
  return slots;
}

/** `no_information` of a password: not used since AWS began to record it, in 2014. */
function signInOf(cells: ReadonlyMap<string, string>): SignIn {
  const used = cells.get('password_last_used') ?? '';
  const usedAt = Date.parse(used);
  const changedAt = Date.parse(cells.get('password_last_changed') ?? '');
  const isUnused = used === 'no_information' || used === 'N/A';
  return {
    hasPassword: flagOf(cells.get('password_enabled')),
    passwordUsedAt: Number.isNaN(usedAt) ? (isUnused ? 'never' : 'unknown') : usedAt,
    ...(!Number.isNaN(changedAt) && { passwordChangedAt: changedAt }),
    hasMfa: flagOf(cells.get('mfa_active')),
  };
}

/** The documentation prints capitals, the report does not; `not_supported` is neither. */
function flagOf(cell: string | undefined): boolean | undefined {
  const lower = cell?.toLowerCase();
  return lower === 'true' || (lower === 'false' ? false : undefined);
}

function useOf(cell: (name: string) => string): ReportSlot['lastUse'] {
  const date = cell('last_used_date');
  if (date === 'N/A') return 'never';
  const at = Date.parse(date);
  if (Number.isNaN(at)) return 'unknown';
  const service = cell('last_used_service');
  const region = cell('last_used_region');
  return { at, ...(isTold(service) && { service }), ...(isTold(region) && { region }) };
}

function isTold(value: string): boolean {
  return value !== '' && value !== 'N/A' && value !== 'no_information' && value !== 'not_supported';
}

/** RFC 4180, without line breaks inside quotes. */
function cellsOf(line: string): string[] {
  const cells: string[] = [];
  const pattern = /(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/gy;
  for (let match = pattern.exec(line); match !== null; match = pattern.exec(line)) {
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (pattern.lastIndex >= line.length) break;
  }
  return cells;
}

/** Times of the report and of IAM are whole seconds; a key made in the very second of the report may be in it or not. */
const MARGIN_MS = 2_000;

/**
 * Which slot belongs to which of a user's keys, where the report proves it; keys it says nothing of, or not clearly, are left out.
 * A slot was last changed no earlier than its key was created. That settles every user with one key, and most with two: of those
 * with two, a slot that was last changed before the newer key existed is the older one's. One whose older key was changed later is
 * not settled: the statuses may have been swapped since the report was made.
 */
export function matchSlots(
  row: Pick<ReportRow, 'slots'>,
  keys: readonly { id: string; createdAt: number }[],
  generatedAt: number,
): Map<string, ReportSlot> {
  const matched = new Map<string, ReportSlot>();
  // Keys do not come back, so one that was there before the report is in it.
  const older = keys.filter(({ createdAt }) => createdAt < generatedAt - MARGIN_MS);
  const [first, second] = [...older].sort((a, b) => a.createdAt - b.createdAt);
  // A slot without a key belonged to one that was deleted since.
  if (first === undefined || older.length !== row.slots.length) return matched;
  const [slot, other] = row.slots;
  if (second === undefined || other === undefined) {
    if (slot !== undefined && slot.changedAt >= first.createdAt) matched.set(first.id, slot);
    return matched;
  }
  for (const [earlier, later] of [
    [slot!, other],
    [other, slot!],
  ] as const) {
    if (earlier.changedAt >= second.createdAt) continue;
    if (earlier.changedAt < first.createdAt || later.changedAt < second.createdAt) continue;
    matched.set(first.id, earlier).set(second.id, later);
  }
  return matched;
}
