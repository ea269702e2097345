import { gzipSync } from 'node:zlib';
import { ServiceError } from '../errors.ts';
import { regionsOf } from '../regions.ts';
import {
  type Action,
  type Call,
  isTrue,
  listOf,
  optionalText,
  requiredText,
  type Service,
} from '../service.ts';
import type { Instance, LaunchTemplate, UserData } from '../state/regional.ts';
import { pageAsked, regionalArn, regionOf } from './regional.ts';

const PAGING = { largest: 1000, code: 'InvalidNextToken' };
const STATE_CODES: Readonly<Record<NonNullable<Instance['state']>, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

const actions: Readonly<Record<string, Action>> = {
  DescribeRegions: { run: describeRegions },
  DescribeInstances: { run: describeInstances },
  DescribeInstanceAttribute: {
    resource: (call) => regionalArn(call, 'ec2', `instance/${optionalText(call, 'InstanceId')}`),
    run: describeInstanceAttribute,
  },
  DescribeLaunchTemplates: { run: describeLaunchTemplates },
  DescribeLaunchTemplateVersions: { run: describeLaunchTemplateVersions },
};

/** Regions, and what instances start with. */
export const ec2: Service = {
  name: 'ec2',
  protocol: 'ec2',
  namespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
  eventSource: 'ec2.amazonaws.com',
  actions,
};

function describeRegions(call: Call): unknown {
  const wanted = new Set(listOf(call, 'RegionName').map(String));
  const filters = listOf(call, 'Filter') as { Name?: string; Value?: string[] }[];
  const isAsked = (status: string) =>
    filters.every(({ Name, Value = [] }) => Name !== 'opt-in-status' || Value.includes(status));
  const { regions: those } = call.world.settings;
  const regions = regionsOf(call.account)
    .filter(({ name }) => those?.includes(name) ?? true)
    .filter(({ status }) => isTrue(call, 'AllRegions') || status !== 'not-opted-in')
    .filter(({ name, status }) => (wanted.size === 0 || wanted.has(name)) && isAsked(status));
  return {
    regionInfo: regions.map(({ name, status }) => ({
      regionName: name,
      regionEndpoint: `ec2.${name}.amazonaws.com`,
      optInStatus: status,
    })),
  };
}

function describeInstances(call: Call): unknown {
  const { items, next } = pageAsked(call, regionOf(call).instances, PAGING);
  return {
    reservationSet: items.map((instance) => ({
      reservationId: `r-${instance.id.slice(2)}`,
      ownerId: call.account.id,
      instancesSet: [describeInstance(call, instance)],
    })),
    nextToken: next,
  };
}

function describeInstance(call: Call, { id, name, profile, state = 'running' }: Instance): unknown {
  const { partition, id: account } = call.account;
  return {
    instanceId: id,
    imageId: `ami-${id.slice(2)}`,
    instanceType: 't3.micro',
    launchTime: new Date(call.account.createdAt),
    privateDnsName: '',
    instanceState: { code: STATE_CODES[state], name: state },
    iamInstanceProfile: profile && {
      arn: `arn:${partition}:iam::${account}:instance-profile/${profile}`,
      id: `AIPA${'A'.repeat(17)}`,
    },
    tagSet: name === undefined ? [] : [{ key: 'Name', value: name }],
  };
}

function describeInstanceAttribute(call: Call): unknown {
  const wanted = requiredText(call, 'InstanceId');
  const instance = regionOf(call).instances.find(({ id }) => id === wanted);
  if (instance === undefined)
    throw new ServiceError('InvalidInstanceID.NotFound', `The instance ID '${wanted}' does not exist`);
  if (optionalText(call, 'Attribute') !== 'userData')
    throw new ServiceError('InvalidParameterValue', 'The sandbox has no attribute but userData.');
  const value = encoded(instance);
  return { instanceId: wanted, userData: value === undefined ? '' : { value } };
}

function describeLaunchTemplates(call: Call): unknown {
  const { items, next } = pageAsked(call, regionOf(call).launchTemplates, { ...PAGING, largest: 200 });
  return {
    launchTemplates: items.map((template) => ({
      launchTemplateId: idOf(template),
      launchTemplateName: template.name,
      createTime: new Date(call.account.createdAt),
      createdBy: `arn:${call.account.partition}:iam::${call.account.id}:root`,
      defaultVersionNumber: template.versions.length,
      latestVersionNumber: template.versions.length,
    })),
    nextToken: next,
  };
}

function describeLaunchTemplateVersions(call: Call): unknown {
  const [id, name] = [optionalText(call, 'LaunchTemplateId'), optionalText(call, 'LaunchTemplateName')];
  const template = regionOf(call).launchTemplates.find((one) => idOf(one) === id || one.name === name);
  if (template === undefined)
    throw new ServiceError(
      'InvalidLaunchTemplateId.NotFound',
      'At least one of the launch templates specified in the request does not exist.',
    );
  // Newest first, as AWS has them.
  const versions = template.versions.map((version, at) => ({ number: at + 1, ...version })).reverse();
  const { items, next } = pageAsked(call, versions, { ...PAGING, largest: 200 });
  return {
    launchTemplateVersionSet: items.map((version) => ({
      launchTemplateId: idOf(template),
      launchTemplateName: template.name,
      versionNumber: version.number,
      createTime: new Date(call.account.createdAt),
      createdBy: `arn:${call.account.partition}:iam::${call.account.id}:root`,
      defaultVersion: version.number === template.versions.length,
      launchTemplateData: { userData: encoded(version) },
    })),
    nextToken: next,
  };
}

function idOf({ name }: LaunchTemplate): string {
  return `lt-${Buffer.from(name).toString('hex').padEnd(17, '0').slice(0, 17)}`;
}

/** Base64, packed where the seed asks for that. */
function encoded({ userData, gzip = false }: UserData): string | undefined {
  if (userData === undefined) return undefined;
  return (gzip ? gzipSync(userData) : Buffer.from(userData)).toString('base64');
}
