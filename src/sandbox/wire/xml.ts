/**
 * The XML of AWS Query: an object's keys are elements, a list's items are `member` (EC2: `item`), a map is `entry` with `key` and `value`,
 * times are ISO 8601, bytes are base64. What is undefined is left out.
 */
export function toXml(value: unknown, item = 'member'): string {
  if (value instanceof Date) return value.toISOString().replace(/\.\d+Z$/, 'Z');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map((one) => element(item, one, item)).join('');
  if (value instanceof Map)
    return [...value].map(([key, one]) => element('entry', { key, value: one }, item)).join('');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, one]) => element(name, one, item))
      .join('');
  }
  return escapeXml(String(value));
}

function element(name: string, value: unknown, item: string): string {
  return value === undefined ? '' : `<${name}>${toXml(value, item)}</${name}>`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"'\r]/g, (char) => `&#${char.charCodeAt(0)};`);
}
