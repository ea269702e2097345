import { createHash } from 'node:crypto';
import { ServiceError } from '../errors.ts';
import { type Call, optionalText, type Service } from '../service.ts';
import { pageAsked, regionalArn, regionOf } from './regional.ts';

/** The detector of a region, if there is one. */
export const guardDuty: Service = {
  name: 'guardduty',
  protocol: 'rest-json',
  namespace: 'GuardDutyAPIService',
  eventSource: 'guardduty.amazonaws.com',
  routes: { ListDetectors: 'GET /detector', GetDetector: 'GET /detector/{DetectorId}' },
  actions: {
    ListDetectors: { run: listDetectors },
    GetDetector: {
      resource: (call) => regionalArn(call, 'guardduty', `detector/${optionalText(call, 'DetectorId')}`),
      run: getDetector,
    },
  },
};

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

function getDetector(call: Call): unknown {
  const status = regionOf(call).guardDuty;
  if (status === undefined || optionalText(call, 'DetectorId') !== idOf(call))
    throw new ServiceError(
      'BadRequestException',
      'The request is rejected because the input detectorId is not owned by the current account.',
    );
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
