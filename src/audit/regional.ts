import type { RegionalAws } from '../aws/audit-types.ts';
import type { Alarm, Analyzer, Ec2Instance, MetricFilter, SnsPort, Trail } from '../aws/regional/types.ts';
import { once, onceFor } from './once.ts';

/** Of one region: what more than one check asks for is read once, the rest through `aws`. */
export interface RegionFacts {
  region: string;
  aws: RegionalAws;
  /** Without those that are gone. */
  instances(): Promise<Ec2Instance[]>;
  trails(): Promise<Trail[]>;
  metricFilters(logGroup: string): Promise<MetricFilter[]>;
  alarms(): Promise<Alarm[]>;
  subscriptions(topic: string): ReturnType<SnsPort['subscriptions']>;
  analyzers(): Promise<Analyzer[]>;
}

/** Nothing starts there any more. */
const GONE: ReadonlySet<string> = new Set(['terminated', 'shutting-down']);

export function regionFacts(aws: RegionalAws): RegionFacts {
  return {
    region: aws.region,
    aws,
    instances: once(async () => (await aws.ec2.instances()).filter(({ state }) => !GONE.has(state))),
    trails: once(() => aws.cloudTrail.trails()),
    metricFilters: onceFor((logGroup) => aws.logs.metricFilters(logGroup)),
    alarms: once(() => aws.cloudWatch.alarms()),
    subscriptions: onceFor((topic) => aws.sns.subscriptions(topic)),
    analyzers: once(() => aws.accessAnalyzer.analyzers()),
  };
}
