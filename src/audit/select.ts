import { UsageError } from '../base/errors.ts';
import { didYouMean } from '../base/suggest.ts';
import { isLike } from '../base/wildcard.ts';
import type { Check } from './types.ts';

export interface Selection {
  /** Numbers of sections; all when there is none. */
  sections: readonly number[];
  /** Ids of checks, `*` for any characters; all when there is none. */
  ids: readonly string[];
}

/** The checks that are asked for. Throws a UsageError for an id that no check has. */
export function selectChecks(checks: readonly Check[], { sections, ids }: Selection): Check[] {
  for (const id of ids) {
    if (checks.some((check) => isLike(check.id, id))) continue;
    const known = checks.map((check) => check.id);
    throw new UsageError(`there is no check ${JSON.stringify(id)}${didYouMean(id, known)}`, {
      hint: 'keyturn audit --list names them all.',
    });
  }
  return checks.filter(
    ({ id, section }) =>
      (sections.length === 0 || sections.includes(section)) &&
      (ids.length === 0 || ids.some((pattern) => isLike(id, pattern))),
  );
}
