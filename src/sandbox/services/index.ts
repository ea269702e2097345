import type { Service } from '../service.ts';
import { accessAnalyzer } from './access-analyzer.ts';
import { cloudFormation } from './cloudformation.ts';
import { cloudTrail } from './cloudtrail/index.ts';
import { cloudWatch } from './cloudwatch.ts';
import { codeBuild } from './codebuild.ts';
import { ec2 } from './ec2.ts';
import { ecs } from './ecs.ts';
import { guardDuty } from './guardduty.ts';
import { iam } from './iam/index.ts';
import { lambda } from './lambda.ts';
import { logs } from './logs.ts';
import { organizations } from './organizations.ts';
import { secretsManager } from './secrets-manager/index.ts';
import { sns } from './sns.ts';
import { ssm } from './ssm.ts';
import { ssoAdmin } from './sso-admin.ts';
import { sts } from './sts.ts';

/** By the name in a credential scope. */
export const SERVICES: ReadonlyMap<string, Service> = new Map(
  [
    accessAnalyzer,
    cloudFormation,
    cloudTrail,
    cloudWatch,
    codeBuild,
    ec2,
    ecs,
    guardDuty,
    iam,
    lambda,
    logs,
    organizations,
    secretsManager,
    sns,
    ssm,
    ssoAdmin,
    sts,
  ].map((service) => [service.name, service]),
);
