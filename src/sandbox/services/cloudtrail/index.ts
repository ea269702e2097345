import type { Service } from '../../service.ts';
import { lookupEvents } from './events.ts';
import { describeTrails, getEventSelectors, getTrailStatus } from './trails.ts';

/** The event history that every account has, and the trails that keep events for longer. */
export const cloudTrail: Service = {
  name: 'cloudtrail',
  protocol: 'json',
  namespace: 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101',
  eventSource: 'cloudtrail.amazonaws.com',
  actions: {
    LookupEvents: { run: lookupEvents },
    DescribeTrails: { run: describeTrails },
    GetTrailStatus: { run: getTrailStatus },
    GetEventSelectors: { run: getEventSelectors },
  },
};
