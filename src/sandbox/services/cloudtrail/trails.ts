import { ServiceError } from '../../errors.ts';
import { type Call, optionalText } from '../../service.ts';
import type { Account } from '../../state/model.ts';
import type { Trail } from '../../state/regional.ts';

interface Placed {
  trail: Trail;
  home: string;
  owner: Account;
}

/** Those of the region, and the shadows of those that cover it from elsewhere, unless they are not wanted. */
export function describeTrails(call: Call): unknown {
  const wanted = Array.isArray(call.input['trailNameList']) ? (call.input['trailNameList'] as string[]) : [];
  const areShadowsWanted = call.input['includeShadowTrails'] !== false;
  const trails = trailsOf(call)
    .filter(({ home }) => areShadowsWanted || home === call.region)
    .filter(
      (placed) => wanted.length === 0 || wanted.includes(placed.trail.name) || wanted.includes(arnOf(placed)),
    );
  return { trailList: trails.map(describe) };
}

function describe(placed: Placed): unknown {
  const { trail, home, owner } = placed;
  return {
    Name: trail.name,
    S3BucketName: `${trail.name}-logs`,
    IncludeGlobalServiceEvents: trail.globalEvents ?? true,
    IsMultiRegionTrail: trail.multiRegion ?? true,
    HomeRegion: home,
    TrailARN: arnOf(placed),
    LogFileValidationEnabled: trail.validation ?? true,
    CloudWatchLogsLogGroupArn:
      trail.logGroup && `arn:${owner.partition}:logs:${home}:${owner.id}:log-group:${trail.logGroup}:*`,
    KmsKeyId: trail.kmsKey,
    HasCustomEventSelectors: trail.advanced !== undefined || trail.managementEvents !== undefined,
    HasInsightSelectors: false,
    IsOrganizationTrail: trail.organization ?? false,
  };
}

export function getTrailStatus(call: Call): unknown {
  const { trail } = trailOf(call, optionalText(call, 'Name') ?? '');
  return {
    IsLogging: trail.logging ?? true,
    LatestDeliveryError: trail.deliveryError,
    LatestDeliveryTime: trail.deliveryError === undefined ? new Date(call.now - 300_000) : undefined,
    StartLoggingTime: new Date(call.account.createdAt),
  };
}

export function getEventSelectors(call: Call): unknown {
  const placed = trailOf(call, optionalText(call, 'TrailName') ?? '');
  const { trail } = placed;
  if (trail.advanced !== undefined)
    return { TrailARN: arnOf(placed), AdvancedEventSelectors: trail.advanced };
  const taken = trail.managementEvents ?? 'All';
  return {
    TrailARN: arnOf(placed),
    EventSelectors: [
      {
        ReadWriteType: taken === 'none' ? 'All' : taken,
        IncludeManagementEvents: taken !== 'none',
        DataResources: [],
        ExcludeManagementEventSources: [],
      },
    ],
  };
}

/** By name in its own region and account, by ARN from everywhere. */
function trailOf(call: Call, wanted: string): Placed {
  const found = trailsOf(call).find(
    (placed) =>
      arnOf(placed) === wanted ||
      (placed.trail.name === wanted && placed.home === call.region && placed.owner === call.account),
  );
  if (found === undefined)
    throw new ServiceError('TrailNotFoundException', `Unknown trail: ${wanted} for the user`);
  return found;
}

function trailsOf({ world, account, region }: Call): Placed[] {
  const placed = ofAccount(account).filter(
    ({ trail, home }) => home === region || (trail.multiRegion ?? true),
  );
  const organization = world.organization?.members.has(account.id) ? world.organization : undefined;
  const management = world.accounts.get(organization?.managementAccount ?? '');
  if (management === undefined || management === account) return placed;
  const shared = ofAccount(management).filter(
    ({ trail, home }) => trail.organization === true && (home === region || (trail.multiRegion ?? true)),
  );
  return [...placed, ...shared];
}

function ofAccount(owner: Account): Placed[] {
  return [...owner.regions].flatMap(([home, { trails }]) => trails.map((trail) => ({ trail, home, owner })));
}

function arnOf({ trail, home, owner }: Placed): string {
  return `arn:${owner.partition}:cloudtrail:${home}:${owner.id}:trail/${trail.name}`;
}
