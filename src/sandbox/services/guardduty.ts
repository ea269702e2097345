import { createHash } from 'node:crypto';
import { ServiceError } from '../errors.ts';
import { type Call, isTrue, optionalText, type Service } from '../service.ts';
import type { Region } from '../state/regional.ts';
import { pageAsked, regionalArn, regionOf } from './regional.ts';

/** The detector of a region, if there is one: to read, to make and to turn on or off. */
export const guardDuty: Service = {
  name: 'guardduty',
  protocol: 'rest-json',
  namespace: 'GuardDutyAPIService',
  eventSource: 'guardduty.amazonaws.com',
  routes: {
    ListDetectors: 'GET /detector',
    CreateDetector: 'POST /detector',
    GetDetector: 'GET /detector/{DetectorId}',
    UpdateDetector: 'POST /detector/{DetectorId}',
  },
  actions: {
    ListDetectors: { run: listDetectors },
    CreateDetector: { run: createDetector },
    GetDetector: { resource: detectorArn, run: getDetector },
    UpdateDetector: { resource: detectorArn, run: updateDetector },
  },
};

function detectorArn(call: Call): string {
  return regionalArn(call, 'guardduty', `detector/${optionalText(call, 'DetectorId')}`);
}

function listDetectors(call: Call): unknown {
  const ids = regionOf(call).guardDuty === undefined ? [] : [idOf(call)];
  const { items, next } = pageAsked(call, ids, {
    largest: 50,
    token: 'nextToken',
    size: 'maxResults',
    code: 'BadRequestException',
  });
  return { detectorIds: items, nextToken: next ?? '' };
}

function createDetector(call: Call): unknown {
  const region = regionOf(call);
  if (region.guardDuty !== undefined) throw refused('a detector already exists for the current account');
  region.guardDuty = statusAsked(call);
  return { detectorId: idOf(call) };
}

function updateDetector(call: Call): unknown {
  detectorOf(call).guardDuty = statusAsked(call);
  return {};
}

function statusAsked(call: Call): 'ENABLED' | 'DISABLED' {
  return isTrue(call, 'enable') ? 'ENABLED' : 'DISABLED';
}

/** The region, whose detector is the one that is asked for. */
function detectorOf(call: Call): Region {
  const region = regionOf(call);
  if (region.guardDuty === undefined || optionalText(call, 'DetectorId') !== idOf(call))
    throw refused('the input detectorId is not owned by the current account');
  return region;
}

function refused(why: string): ServiceError {
  return new ServiceError('BadRequestException', `The request is rejected because ${why}.`);
}

function getDetector(call: Call): unknown {
  const status = detectorOf(call).guardDuty;
  return {
    createdAt: new Date(call.account.createdAt).toISOString(),
    findingPublishingFrequency: 'SIX_HOURS',
    serviceRole: `arn:${call.account.partition}:iam::${call.account.id}:role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty`,
    status,
  };
}

function idOf({ account, region }: Call): string {
  return createHash('sha256').update(`${account.id} ${region}`).digest('hex').slice(0, 32);
}
