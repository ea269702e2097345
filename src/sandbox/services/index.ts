import type { Service } from '../service.ts';
import { cloudTrail } from './cloudtrail.ts';
import { iam } from './iam/index.ts';
import { organizations } from './organizations.ts';
import { secretsManager } from './secrets-manager/index.ts';
import { sns } from './sns.ts';
import { ssm } from './ssm.ts';
import { sts } from './sts.ts';

/** By the name in a credential scope. */
export const SERVICES: ReadonlyMap<string, Service> = new Map(
  [iam, sts, secretsManager, organizations, cloudTrail, ssm, sns].map((service) => [service.name, service]),
);
