import { isAwsError } from '../../aws/errors.ts';
import { inParallel } from '../../base/parallel.ts';
import { mask } from '../../base/secret.ts';
import type { Severity } from '../../report/audit-result.ts';
import { kindText } from '../../report/kinds.ts';
import { plural } from '../../report/numbers.ts';
import type { Facts } from '../facts.ts';
import { type Leak, type Searched, searchUserData, searchValues } from '../leaks.ts';
import type { RegionFacts } from '../regional.ts';
import { whereverThereIs } from '../regions.ts';
import type { Check, Verdict } from '../types.ts';
import { fail, judged, pass, unknown } from '../verdict.ts';

/** Calls about one resource each. */
const CALLS_AT_A_TIME = 6;

/** One resource that may hold a credential. */
interface Holder {
  /** ARN. */
  resource: string;
  search(now: number): Searched | Promise<Searched>;
}

interface HolderCheck extends Pick<Check, 'id' | 'title' | 'cis' | 'securityHub' | 'fix'> {
  /** Singular: what a holder is. */
  noun: string;
  /** All of a region; `arn` makes one of what only has an id or a name. */
  holders(region: RegionFacts, arn: (service: string, resource: string) => string): Promise<Holder[]>;
}

function holderCheck({ noun, holders, ...texts }: HolderCheck): Check {
  return {
    ...texts,
    section: 5,
    severity: 'high',
    why: 'Whoever may describe the resource reads the credential there, and it lives on in templates, backups and logs. A role gives the same rights for hours at a time, and leaves nothing to leak.',
    judge: (facts) =>
      whereverThereIs(facts, `no ${noun}`, async (region) => {
        const found = await holders(region, arnsOf(facts, region));
        const bad = await inParallel(found, CALLS_AT_A_TIME, (holder) =>
          judged(holder.resource, async () =>
            verdictsOf(facts, holder.resource, await holder.search(facts.now)),
          ),
        );
        const clean = bad.filter((verdicts) => verdicts.length === 0).length;
        if (clean === 0) return bad.flat();
        return [...bad.flat(), pass(facts.accountArn, `no credential in ${plural(clean, noun)}`)];
      }),
  };
}

/** Nothing, for a resource where nothing is wrong. */
async function verdictsOf(facts: Facts, resource: string, { leaks, gaps }: Searched): Promise<Verdict[]> {
  if (leaks.length > 0)
    return [fail(resource, evidenceOf(leaks, await ownersOf(facts)), { severity: severityOf(leaks) })];
  if (gaps.length > 0) return [unknown(resource, `could not be looked into: ${gaps.join(', ')}`)];
  return [];
}

/** Whose key it is, by its ID. */
type Owners = ReadonlyMap<string, string>;

/** Nice to know: where the keys of the account cannot be read, nobody is named. */
async function ownersOf(facts: Facts): Promise<Owners> {
  try {
    const { keys } = await facts.keys();
    return new Map(
      keys.flatMap(({ id, status, principal }) =>
        id === undefined || principal.type === 'root'
          ? []
          : [[id, `of user ${principal.name}, ${status.toLowerCase()}`]],
      ),
    );
  } catch (error) {
    if (isAwsError(error)) return new Map();
    throw error;
  }
}

const MOST_NAMED = 5;

/** Never the credential itself: of an ID, what it begins and ends with. */
function evidenceOf(leaks: readonly Leak[], owners: Owners): string {
  const named = leaks.slice(0, MOST_NAMED).map(({ kind, keyId = '', place }) => {
    const id = keyId === '' ? '' : ` ${keyId.slice(0, 4)}${mask(keyId)}`;
    const owner = owners.has(keyId) ? ` (${owners.get(keyId)})` : '';
    return `${kindText(kind).title}${id}${owner} in ${place}`;
  });
  const more = leaks.length - named.length;
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join('; ');
}

function severityOf(leaks: readonly Leak[]): Severity {
  const worst = Math.max(...leaks.map(({ weight }) => weight));
  if (worst >= 9) return 'critical';
  return worst >= 7 ? 'high' : 'medium';
}

function arnsOf({ partition, accountId }: Facts, { region }: RegionFacts) {
  return (service: string, resource: string) =>
    `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
}

const INSTANCE_ROLES = { '1.5': '1.18', '3.0': '1.18', '5.0': '1.17' };

const userData = holderCheck({
  id: 'keys-in-user-data',
  title: 'No credential in the user data of an instance',
  noun: 'instance',
  cis: INSTANCE_ROLES,
  securityHub: [],
  fix: {
    console:
      'EC2 > Instances > the instance > Actions > Security > Modify IAM role; stop it and edit its user data; then rotate the credential',
    cli: 'aws ec2 associate-iam-instance-profile --instance-id INSTANCE_ID --iam-instance-profile Name=PROFILE && aws ec2 modify-instance-attribute --instance-id INSTANCE_ID --attribute userData --value file://USER_DATA_BASE64',
  },
  async holders({ aws, instances }, arn) {
    return (await instances()).map(({ id }) => ({
      resource: arn('ec2', `instance/${id}`),
      search: async (now) => {
        const data = await aws.ec2.userData(id);
        return data === undefined ? NOTHING : searchUserData(data, now);
      },
    }));
  },
});

const launchTemplates = holderCheck({
  id: 'keys-in-launch-templates',
  title: 'No credential in a launch template, old versions included',
  noun: 'launch template',
  cis: {},
  securityHub: [],
  fix: {
    console:
      'EC2 > Launch templates > the template > Modify template (create new version); delete the old versions; then rotate the credential',
    cli: 'aws ec2 create-launch-template-version --launch-template-id TEMPLATE_ID --source-version VERSION --launch-template-data IamInstanceProfile={Name=PROFILE},UserData= && aws ec2 delete-launch-template-versions --launch-template-id TEMPLATE_ID --versions VERSION',
  },
  async holders({ aws: { ec2 } }, arn) {
    const templates = await ec2.launchTemplates();
    return templates.map(({ id }) => ({
      resource: arn('ec2', `launch-template/${id}`),
      search: async (now) => {
        const versions = await ec2.launchTemplateUserData(id);
        return joined(
          versions.map(({ version, userData }) =>
            within(`version ${version}`, searchUserData(userData, now)),
          ),
        );
      },
    }));
  },
});

const lambda = holderCheck({
  id: 'keys-in-lambda',
  title: 'No credential in the environment of a function',
  noun: 'function',
  cis: {},
  securityHub: [],
  fix: {
    console:
      'Lambda > Functions > the function > Configuration > Environment variables > Edit; grant its rights to the execution role; then rotate the credential',
    cli: 'aws lambda update-function-configuration --function-name FUNCTION --environment Variables={NAME=VALUE}',
  },
  async holders({ aws }) {
    const functions = await aws.lambda.functions();
    return functions.map(({ arn, environment, environmentError }) => ({
      resource: arn,
      search: (now) =>
        environmentError === undefined
          ? searchValues(environment, 'variable', now)
          : { leaks: [], gaps: [`its environment (${environmentError})`] },
    }));
  },
});

const ecs = holderCheck({
  id: 'keys-in-ecs',
  title: 'No credential in the environment of a task definition',
  noun: 'task definition',
  cis: {},
  securityHub: ['ECS.8'],
  fix: {
    console:
      'ECS > Task definitions > the family > Create new revision, with a task role; deregister the old revisions; then rotate the credential',
    cli: 'aws ecs register-task-definition --family FAMILY --task-role-arn ROLE_ARN --container-definitions file://CONTAINERS && aws ecs deregister-task-definition --task-definition FAMILY:REVISION',
  },
  async holders({ aws }) {
    const arns = await aws.ecs.taskDefinitions();
    return arns.map((arn) => ({
      resource: arn,
      search: async (now) => {
        const containers = await aws.ecs.containers(arn);
        return joined(
          containers.map(({ name, environment }) =>
            within(`container ${name}`, searchValues(environment, 'variable', now)),
          ),
        );
      },
    }));
  },
});

const codeBuild = holderCheck({
  id: 'keys-in-codebuild',
  title: 'No credential in the environment of a build project',
  noun: 'build project',
  cis: {},
  securityHub: ['CodeBuild.2'],
  fix: {
    console:
      'CodeBuild > Build projects > the project > Edit > Environment: remove the variable, or make its type Secrets Manager; then rotate the credential',
    cli: 'aws codebuild update-project --name PROJECT --environment file://ENVIRONMENT',
  },
  async holders({ aws }) {
    const projects = await aws.codeBuild.projects();
    return projects.map(({ arn, environment }) => ({
      resource: arn,
      search: (now) => searchValues(environment, 'variable', now),
    }));
  },
});

const cloudFormation = holderCheck({
  id: 'keys-in-cloudformation',
  title: 'No credential in parameters and outputs of a stack',
  noun: 'stack',
  cis: {},
  securityHub: [],
  fix: {
    console:
      'CloudFormation > Stacks > the stack > Update: take the output out; give the parameter NoEcho or a dynamic reference to Secrets Manager; then rotate the credential',
    cli: 'aws cloudformation update-stack --stack-name STACK --template-body file://TEMPLATE',
  },
  async holders({ aws }) {
    const stacks = await aws.cloudFormation.stacks();
    return stacks.map(({ arn, parameters, outputs }) => ({
      resource: arn,
      search: (now) =>
        joined([searchValues(parameters, 'parameter', now), searchValues(outputs, 'output', now)]),
    }));
  },
});

const parameters = holderCheck({
  id: 'keys-in-parameters',
  title: 'No credential in a plain parameter',
  noun: 'plain parameter',
  cis: {},
  securityHub: [],
  fix: {
    console:
      'Systems Manager > Parameter Store > the parameter > Delete; create it anew as SecureString, or in Secrets Manager; then rotate the credential',
    cli: 'aws ssm delete-parameter --name NAME && aws ssm put-parameter --name NAME --type SecureString --value VALUE',
  },
  /** All are read before the first is searched: a refusal is one UNKNOWN then, and not a thousand. */
  async holders({ aws }, arn) {
    const names = await aws.parameters.plain();
    if (names.length === 0) return [];
    const values = await aws.parameters.values(names);
    return names.map((name) => ({
      resource: arn('ssm', `parameter/${name.replace(/^\//, '')}`),
      search: (now) => {
        const value = values.get(name);
        if (value === undefined) return { leaks: [], gaps: ['AWS did not tell its value'] };
        return searchValues(new Map([[name, value]]), 'parameter', now);
      },
    }));
  },
});

const NOTHING: Searched = { leaks: [], gaps: [] };

function joined(all: readonly Searched[]): Searched {
  return { leaks: all.flatMap(({ leaks }) => leaks), gaps: all.flatMap(({ gaps }) => gaps) };
}

function within(place: string, { leaks, gaps }: Searched): Searched {
  return {
    leaks: leaks.map((leak) => ({ ...leak, place: `${leak.place} of ${place}` })),
    gaps: gaps.map((gap) => `${gap} of ${place}`),
  };
}

export const WORKLOAD_KEY_CHECKS: readonly Check[] = [
  userData,
  launchTemplates,
  lambda,
  ecs,
  codeBuild,
  cloudFormation,
  parameters,
];
