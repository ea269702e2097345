import type { Check } from '../types.ts';
import { ADMINISTRATOR_CHECKS } from './administrators.ts';
import { CI_USER_CHECKS } from './ci-users.ts';
import { GROUP_CHECKS } from './groups.ts';
import { KEY_CHECKS } from './keys.ts';
import { MFA_CHECKS } from './mfa.ts';
import { ORGANIZATION_CHECKS } from './organization.ts';
import { PASSWORD_POLICY_CHECKS } from './password-policy.ts';
import { QUARANTINE_CHECKS } from './quarantine.ts';
import { ROOT_CHECKS } from './root.ts';
import { UNUSED_SERVICE_CHECKS } from './unused-services.ts';

/** The checklist, in the order of its sections. */
export const CHECKS: readonly Check[] = [
  ...ROOT_CHECKS,
  ...MFA_CHECKS,
  ...ADMINISTRATOR_CHECKS,
  ...UNUSED_SERVICE_CHECKS,
  ...GROUP_CHECKS,
  ...CI_USER_CHECKS,
  ...KEY_CHECKS,
  ...PASSWORD_POLICY_CHECKS,
  ...ORGANIZATION_CHECKS,
  ...QUARANTINE_CHECKS,
].sort((a, b) => a.section - b.section);
