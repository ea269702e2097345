import type { Service } from '../../service.ts';
import { accountActions } from './account.ts';
import { reportActions } from './credential-report.ts';
import { groupActions } from './groups.ts';
import { keyActions } from './keys.ts';
import { lastAccessedActions } from './last-accessed.ts';
import { policyActions } from './policies.ts';
import { roleActions } from './roles.ts';
import { signInActions } from './sign-in.ts';
import { simulateActions } from './simulate.ts';
import { userActions } from './users.ts';

export const iam: Service = {
  name: 'iam',
  protocol: 'query',
  namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  eventSource: 'iam.amazonaws.com',
  actions: {
    ...userActions,
    ...keyActions,
    ...groupActions,
    ...roleActions,
    ...policyActions,
    ...signInActions,
    ...accountActions,
    ...reportActions,
    ...lastAccessedActions,
    ...simulateActions,
  },
};
