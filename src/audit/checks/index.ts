import type { Check } from '../types.ts';
import { ACCESS_ANALYZER_CHECKS } from './access-analyzer.ts';
import { ADMINISTRATOR_CHECKS } from './administrators.ts';
import { ALARM_CHECKS } from './alarms.ts';
import { CI_USER_CHECKS } from './ci-users.ts';
import { CLOUDTRAIL_CHECKS } from './cloudtrail.ts';
import { GROUP_CHECKS } from './groups.ts';
import { GUARDDUTY_CHECKS } from './guardduty.ts';
import { IDENTITY_CENTER_CHECKS } from './identity-center.ts';
import { INSTANCE_CHECKS } from './instances.ts';
import { KEY_CHECKS } from './keys.ts';
import { MFA_CHECKS } from './mfa.ts';
import { ORGANIZATION_CHECKS } from './organization.ts';
import { PASSWORD_POLICY_CHECKS } from './password-policy.ts';
import { PRIVILEGE_ESCALATION_CHECKS } from './privilege-escalation.ts';
import { QUARANTINE_CHECKS } from './quarantine.ts';
import { ROOT_CHECKS } from './root.ts';
import { UNUSED_SERVICE_CHECKS } from './unused-services.ts';
import { WORKLOAD_KEY_CHECKS } from './workload-keys.ts';

/** The checklist, in the order of its sections. */
export const CHECKS: readonly Check[] = [
  ...ROOT_CHECKS,
  ...MFA_CHECKS,
  ...ADMINISTRATOR_CHECKS,
  ...PRIVILEGE_ESCALATION_CHECKS,
  ...UNUSED_SERVICE_CHECKS,
  ...ACCESS_ANALYZER_CHECKS,
  ...GROUP_CHECKS,
  ...WORKLOAD_KEY_CHECKS,
  ...INSTANCE_CHECKS,
  ...CI_USER_CHECKS,
  ...KEY_CHECKS,
  ...PASSWORD_POLICY_CHECKS,
  ...CLOUDTRAIL_CHECKS,
  ...ALARM_CHECKS,
  ...GUARDDUTY_CHECKS,
  ...IDENTITY_CENTER_CHECKS,
  ...ORGANIZATION_CHECKS,
  ...QUARANTINE_CHECKS,
].sort((a, b) => a.section - b.section);
