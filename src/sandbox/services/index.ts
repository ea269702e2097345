import type { Service } from '../service.ts';
import { iam } from './iam/index.ts';
import { secretsManager } from './secrets-manager/index.ts';
import { sts } from './sts.ts';

export const SERVICES: ReadonlyMap<string, Service> = new Map(
  [iam, sts, secretsManager].map((service) => [service.name, service]),
);
