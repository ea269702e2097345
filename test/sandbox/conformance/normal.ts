/** What differs between two emulators that are both right: ids of their own making, times, and texts nobody may rely on. */
const OWN = new Set(['$metadata', 'UserId', 'RoleId', 'GroupId', 'PolicyId', 'RoleLastUsed', 'RequestId']);

/** An answer with everything that may differ replaced: two of the same meaning are equal. */
export function normalized(value: unknown, names = new Map<string, string>()): unknown {
  if (value instanceof Date) return '<time>';
  if (value instanceof Uint8Array) return '<bytes>';
  if (typeof value === 'string') return normalText(value, names);
  if (Array.isArray(value)) {
    const items = value.map((item) => normalized(item, names));
    // Labels, names and the like are sets.
    return items.every((item) => typeof item === 'string') ? items.sort() : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !OWN.has(key) && item !== undefined)
      // The last page, said or unsaid.
      .filter(([key, item]) => key !== 'IsTruncated' || item === true)
      .map(([key, item]) => [normalText(key, names), normalized(item, names)] as const)
      // A list that is not there and one that is empty say the same.
      .filter(([, item]) => !Array.isArray(item) || item.length > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Key ids, version ids and suffixes of ARNs get names by the order in which they appear. */
function normalText(text: string, names: Map<string, string>): string {
  const name = (kind: string) => (found: string) => {
    if (!names.has(found)) names.set(found, `<${kind} ${names.size + 1}>`);
    return names.get(found)!;
  };
  if (/^[A-Za-z0-9/+]{40}$/.test(text)) return '<secret>';
  return text
    .replace(/\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g, name('key'))
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, name('uuid'))
    .replace(/(:secret:.*)-[A-Za-z0-9]{6}$/, '$1-<suffix>');
}
