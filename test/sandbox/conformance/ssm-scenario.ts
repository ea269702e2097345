import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import type { Step } from './scenario.ts';

const NAME = { Name: '/app/key' };
const SECURE = { ...NAME, Type: 'SecureString' as const };
const RESOURCE = { ResourceType: 'Parameter' as const, ResourceId: NAME.Name };

export const SSM_STEPS: readonly Step[] = [
  { name: 'a parameter that is not there', call: ({ ssm }) => ssm.send(new GetParameterCommand(NAME)) },
  { name: 'put', call: ({ ssm }) => ssm.send(new PutParameterCommand({ ...SECURE, Value: 'one' })) },
  {
    name: 'put over it unasked',
    call: ({ ssm }) => ssm.send(new PutParameterCommand({ ...SECURE, Value: 'two' })),
  },
  {
    name: 'put over it',
    call: ({ ssm }) => ssm.send(new PutParameterCommand({ ...SECURE, Value: 'two', Overwrite: true })),
  },
  {
    name: 'tags and overwrite',
    call: ({ ssm }) =>
      ssm.send(
        new PutParameterCommand({ ...SECURE, Value: 'x', Overwrite: true, Tags: [{ Key: 'a', Value: 'b' }] }),
      ),
  },
  {
    name: 'its value',
    call: ({ ssm }) => ssm.send(new GetParameterCommand({ ...NAME, WithDecryption: true })),
  },
  {
    name: 'its value, sealed',
    call: async ({ ssm }) => (await ssm.send(new GetParameterCommand(NAME))).Parameter?.Value === 'two',
  },
  {
    name: 'its first version',
    call: async ({ ssm }) => {
      const { Parameter } = await ssm.send(
        new GetParameterCommand({ Name: `${NAME.Name}:1`, WithDecryption: true }),
      );
      return [Parameter?.Version, Parameter?.Value];
    },
  },
  {
    name: 'several, one of them missing',
    call: async ({ ssm }) => {
      const { Parameters, InvalidParameters } = await ssm.send(
        new GetParametersCommand({ Names: [NAME.Name, '/none'], WithDecryption: true }),
      );
      return [Parameters?.map(({ Name, Value }) => [Name, Value]), InvalidParameters];
    },
  },
  {
    name: 'history',
    call: async ({ ssm }) => {
      const { Parameters = [] } = await ssm.send(
        new GetParameterHistoryCommand({ ...NAME, WithDecryption: true }),
      );
      return Parameters.map(({ Value, Version, Type }) => ({ Value, Version, Type }));
    },
  },
  {
    name: 'tags',
    call: ({ ssm }) =>
      ssm.send(new AddTagsToResourceCommand({ ...RESOURCE, Tags: [{ Key: 'team', Value: 'build' }] })),
  },
  { name: 'those tags', call: ({ ssm }) => ssm.send(new ListTagsForResourceCommand(RESOURCE)) },
  {
    name: 'a value that is too long',
    call: ({ ssm }) =>
      ssm.send(new PutParameterCommand({ ...SECURE, Value: 'x'.repeat(4097), Overwrite: true })),
  },
  { name: 'delete', call: ({ ssm }) => ssm.send(new DeleteParameterCommand(NAME)) },
  { name: 'delete again', call: ({ ssm }) => ssm.send(new DeleteParameterCommand(NAME)) },
];

/** Where moto is known to be wrong, by step: the test sees to it that it still is. */
export const SSM_DEVIATIONS: Readonly<Record<string, string>> = {
  'a value that is too long': 'a standard parameter takes more than 4 KiB',
};
