import { ServiceError } from '../errors.ts';
import type { Input } from './query.ts';

/** A SerializationException for what is no JSON object. */
export function parseJson(body: string): Input | ServiceError {
  try {
    const value: unknown = JSON.parse(body === '' ? '{}' : body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Input;
  } catch {
    // Told below, as for any other body that is no object.
  }
  return new ServiceError('SerializationException', 'Could not parse the request body as a JSON object.');
}

/** Times are seconds since the epoch, bytes are base64, a Map is an object. What is undefined is left out. */
export function jsonAnswer(output: unknown): string {
  return JSON.stringify(plain(output ?? {}));
}

export function jsonError(error: { code: string; message: string }): string {
  // Older services spell the member with a capital, newer without; clients take either.
  return JSON.stringify({ __type: error.code, message: error.message, Message: error.message });
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  return value;
}
