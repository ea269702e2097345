import type { Service } from '../../service.ts';
import { replicaActions } from './replicas.ts';
import { secretActions } from './secrets.ts';
import { valueActions } from './values.ts';

export const secretsManager: Service = {
  name: 'secretsmanager',
  protocol: 'json',
  namespace: 'secretsmanager',
  eventSource: 'secretsmanager.amazonaws.com',
  actions: { ...secretActions, ...valueActions, ...replicaActions },
};
