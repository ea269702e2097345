import type { Check } from '../types.ts';
import { ROOT_CHECKS } from './root.ts';

/** The checklist, in the order of its sections. */
export const CHECKS: readonly Check[] = [...ROOT_CHECKS].sort((a, b) => a.section - b.section);
