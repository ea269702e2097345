import { ServiceError } from '../errors.ts';
import { type Call, optionalText, type Service } from '../service.ts';
import type { TaskDefinition } from '../state/regional.ts';
import { pageAsked, regionalArn, regionOf } from './regional.ts';

/** Task definitions: each family has one revision. */
export const ecs: Service = {
  name: 'ecs',
  protocol: 'json',
  namespace: 'AmazonEC2ContainerServiceV20141113',
  eventSource: 'ecs.amazonaws.com',
  actions: {
    ListTaskDefinitions: { run: listTaskDefinitions },
    DescribeTaskDefinition: { run: describeTaskDefinition },
  },
};

function listTaskDefinitions(call: Call): unknown {
  const { items, next } = pageAsked(call, regionOf(call).taskDefinitions, {
    largest: 100,
    token: 'nextToken',
    size: 'maxResults',
    code: 'InvalidParameterException',
  });
  return { taskDefinitionArns: items.map((one) => arnOf(call, one)), nextToken: next };
}

function describeTaskDefinition(call: Call): unknown {
  const wanted = optionalText(call, 'taskDefinition') ?? '';
  const found = regionOf(call).taskDefinitions.find((one) =>
    [arnOf(call, one), one.family, `${one.family}:1`].includes(wanted),
  );
  if (found === undefined) throw new ServiceError('ClientException', 'Unable to describe task definition.');
  return {
    taskDefinition: {
      taskDefinitionArn: arnOf(call, found),
      family: found.family,
      revision: 1,
      status: 'ACTIVE',
      containerDefinitions: found.containers.map(({ name, env = {} }) => ({
        name,
        environment: Object.entries(env).map(([key, value]) => ({ name: key, value })),
      })),
    },
  };
}

function arnOf(call: Call, { family }: TaskDefinition): string {
  return regionalArn(call, 'ecs', `task-definition/${family}:1`);
}
