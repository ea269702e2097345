/**
 * The XML of AWS Query: an object's keys are elements, a list's items are `member`, a map is `entry` with `key` and `value`,
 * times are ISO 8601, bytes are base64. What is undefined is left out.
 */
export function toXml(value: unknown): string {
  if (value instanceof Date) return value.toISOString().replace(/\.\d+Z$/, 'Z');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map((item) => element('member', item)).join('');
  if (value instanceof Map)
    return [...value].map(([key, item]) => element('entry', { key, value: item })).join('');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, item]) => element(name, item))
      .join('');
  }
  return escapeXml(String(value));
}

function element(name: string, value: unknown): string {
  return value === undefined ? '' : `<${name}>${toXml(value)}</${name}>`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"'\r]/g, (char) => `&#${char.charCodeAt(0)};`);
}
