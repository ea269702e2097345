import type { Service } from '../../service.ts';
import { keyActions } from './keys.ts';
import { userActions } from './users.ts';

export const iam: Service = {
  name: 'iam',
  protocol: 'query',
  namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  eventSource: 'iam.amazonaws.com',
  actions: { ...userActions, ...keyActions },
};
