import { Secret } from '../../base/secret.ts';
import type { Values } from './types.ts';

/** Pairs of an API, wrapped; one without a name or a value says nothing. */
export function valuesOf(
  pairs: Iterable<readonly [name: string | undefined, value: string | undefined]>,
): Values {
  const values = new Map<string, Secret>();
  for (const [name, value] of pairs)
    if (name !== undefined && value !== undefined) values.set(name, new Secret(value));
  return values;
}
