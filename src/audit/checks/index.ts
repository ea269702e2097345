import type { Check } from '../types.ts';
import { ACCESS_ANALYZER_CHECKS } from './access-analyzer.ts';
import { ALARM_CHECKS } from './alarms.ts';
import { CLOUDTRAIL_CHECKS } from './cloudtrail.ts';
import { GUARDDUTY_CHECKS } from './guardduty.ts';
import { INSTANCE_CHECKS } from './instances.ts';
import { ROOT_CHECKS } from './root.ts';
import { WORKLOAD_KEY_CHECKS } from './workload-keys.ts';

/** The checklist, in the order of its sections. */
export const CHECKS: readonly Check[] = [
  ...ROOT_CHECKS,
  ...ACCESS_ANALYZER_CHECKS,
  ...WORKLOAD_KEY_CHECKS,
  ...INSTANCE_CHECKS,
  ...CLOUDTRAIL_CHECKS,
  ...ALARM_CHECKS,
  ...GUARDDUTY_CHECKS,
].sort((a, b) => a.section - b.section);
