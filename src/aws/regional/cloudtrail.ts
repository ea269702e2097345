import {
  type AdvancedEventSelector,
  type AdvancedFieldSelector,
  type CloudTrailClient,
  DescribeTrailsCommand,
  type EventSelector,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
} from '@aws-sdk/client-cloudtrail';
import { asAwsCall } from '../errors.ts';
import type { CloudTrailPort, ManagementEvents } from './types.ts';

export function cloudTrailPort(client: CloudTrailClient): CloudTrailPort {
  return {
    trails: async () => {
      const { trailList = [] } = await asAwsCall('cloudtrail:DescribeTrails', () =>
        client.send(new DescribeTrailsCommand({ includeShadowTrails: true })),
      );
      return trailList.map((trail) => ({
        arn: trail.TrailARN ?? '',
        name: trail.Name ?? '',
        homeRegion: trail.HomeRegion ?? '',
        isMultiRegion: trail.IsMultiRegionTrail ?? false,
        includesGlobalServices: trail.IncludeGlobalServiceEvents ?? false,
        isOfOrganization: trail.IsOrganizationTrail ?? false,
        isValidated: trail.LogFileValidationEnabled ?? false,
        ...(trail.CloudWatchLogsLogGroupArn && { logGroup: trail.CloudWatchLogsLogGroupArn }),
      }));
    },

    // By ARN: the name of another region's or another account's trail is not known.
    status: async ({ arn }) => {
      const status = await asAwsCall('cloudtrail:GetTrailStatus', () =>
        client.send(new GetTrailStatusCommand({ Name: arn })),
      );
      return {
        isLogging: status.IsLogging ?? false,
        ...(status.LatestDeliveryError && { deliveryError: status.LatestDeliveryError }),
        ...(status.LatestCloudWatchLogsDeliveryError && {
          logDeliveryError: status.LatestCloudWatchLogsDeliveryError,
        }),
      };
    },

    managementEvents: async ({ arn }) => {
      const { EventSelectors = [], AdvancedEventSelectors = [] } = await asAwsCall(
        'cloudtrail:GetEventSelectors',
        () => client.send(new GetEventSelectorsCommand({ TrailName: arn })),
      );
      // A trail has one kind or the other; one that was never given any takes all.
      if (AdvancedEventSelectors.length > 0) return united(AdvancedEventSelectors.map(ofAdvanced));
      if (EventSelectors.length > 0) return united(EventSelectors.map(ofPlain));
      return { reads: true, writes: true, excluded: [] };
    },
  };
}

const NOTHING: ManagementEvents = { reads: false, writes: false, excluded: [] };

function ofPlain({
  IncludeManagementEvents = true,
  ReadWriteType = 'All',
  ExcludeManagementEventSources = [],
}: EventSelector): ManagementEvents {
  if (!IncludeManagementEvents) return NOTHING;
  return {
    reads: ReadWriteType !== 'WriteOnly',
    writes: ReadWriteType !== 'ReadOnly',
    excluded: ExcludeManagementEventSources,
  };
}

/** By its fields: its name is for people. */
function ofAdvanced({ FieldSelectors = [] }: AdvancedEventSelector): ManagementEvents {
  const fieldNamed = (name: string) => FieldSelectors.find(({ Field }) => Field === name);
  if (fieldNamed('eventCategory')?.Equals?.includes('Management') !== true) return NOTHING;
  const readOnly = fieldNamed('readOnly');
  const source = fieldNamed('eventSource');
  // Any other field, or only some sources: a part of the events, which is not what is asked for.
  const isPart = FieldSelectors.some(({ Field }) => !WHOLE_FIELDS.has(Field ?? '')) || isPositive(source);
  if (isPart) return NOTHING;
  return {
    reads: readOnly?.Equals?.includes('true') ?? true,
    writes: readOnly?.Equals?.includes('false') ?? true,
    excluded: source?.NotEquals ?? [],
  };
}

const WHOLE_FIELDS: ReadonlySet<string> = new Set(['eventCategory', 'readOnly', 'eventSource']);

function isPositive(field: AdvancedFieldSelector | undefined): boolean {
  return [field?.Equals, field?.StartsWith, field?.EndsWith].some((values = []) => values.length > 0);
}

/** What several selectors take together. */
function united(all: readonly ManagementEvents[]): ManagementEvents {
  const some = all.filter(({ reads, writes }) => reads || writes);
  return {
    reads: some.some(({ reads }) => reads),
    writes: some.some(({ writes }) => writes),
    // A source is missed only when every selector leaves it out.
    excluded: (some[0]?.excluded ?? []).filter((source) =>
      some.every(({ excluded }) => excluded.includes(source)),
    ),
  };
}
