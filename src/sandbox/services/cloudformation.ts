import { ServiceError } from '../errors.ts';
import { type Call, optionalText, type Service } from '../service.ts';
import type { Stack, Variables } from '../state/regional.ts';
import { pageAsked, regionalArn, regionOf } from './regional.ts';

/** Stacks with their parameters and outputs. */
export const cloudFormation: Service = {
  name: 'cloudformation',
  protocol: 'query',
  namespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
  eventSource: 'cloudformation.amazonaws.com',
  actions: { DescribeStacks: { run: describeStacks } },
};

function describeStacks(call: Call): unknown {
  const wanted = optionalText(call, 'StackName');
  const stacks = regionOf(call).stacks.filter(
    (stack) => wanted === undefined || stack.name === wanted || arnOf(call, stack) === wanted,
  );
  if (wanted !== undefined && stacks.length === 0)
    throw new ServiceError('ValidationError', `Stack with id ${wanted} does not exist`);
  // Its pages have no size to ask for.
  const { items, next } = pageAsked(call, stacks, { largest: 100, code: 'ValidationError' });
  return { Stacks: items.map((stack) => describe(call, stack)), NextToken: next };
}

function describe(call: Call, stack: Stack): unknown {
  return {
    StackId: arnOf(call, stack),
    StackName: stack.name,
    CreationTime: new Date(call.account.createdAt),
    StackStatus: 'CREATE_COMPLETE',
    EnableTerminationProtection: false,
    Parameters: pairs('Parameter', stack.parameters),
    Outputs: pairs('Output', stack.outputs),
  };
}

function pairs(kind: string, values: Variables = {}): unknown[] {
  return Object.entries(values).map(([key, value]) => ({ [`${kind}Key`]: key, [`${kind}Value`]: value }));
}

function arnOf(call: Call, { name }: Stack): string {
  return regionalArn(call, 'cloudformation', `stack/${name}/00000000-0000-4000-8000-000000000000`);
}
