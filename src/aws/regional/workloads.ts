import { type CloudFormationClient, paginateDescribeStacks } from '@aws-sdk/client-cloudformation';
import {
  BatchGetProjectsCommand,
  type CodeBuildClient,
  paginateListProjects,
} from '@aws-sdk/client-codebuild';
import {
  DescribeTaskDefinitionCommand,
  type ECSClient,
  paginateListTaskDefinitions,
} from '@aws-sdk/client-ecs';
import { type LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { GetParametersCommand, paginateDescribeParameters, type SSMClient } from '@aws-sdk/client-ssm';
import { asAwsCall } from '../errors.ts';
import { allOf } from './list.ts';
import type { CloudFormationPort, CodeBuildPort, EcsPort, LambdaPort, ParameterPort } from './types.ts';
import { valuesOf } from './values.ts';

/** What one BatchGetProjects takes. */
const PROJECTS_AT_A_TIME = 100;
/** What one GetParameters takes. */
const PARAMETERS_AT_A_TIME = 10;

export function lambdaPort(client: LambdaClient): LambdaPort {
  return {
    functions: () =>
      allOf('lambda:ListFunctions', paginateListFunctions({ client }, {}), ({ Functions }) =>
        Functions?.map(({ FunctionArn = '', Environment }) => ({
          arn: FunctionArn,
          environment: valuesOf(Object.entries(Environment?.Variables ?? {})),
          ...(Environment?.Error !== undefined && {
            environmentError: Environment.Error.Message ?? Environment.Error.ErrorCode ?? 'unreadable',
          }),
        })),
      ),
  };
}

export function ecsPort(client: ECSClient): EcsPort {
  return {
    taskDefinitions: () =>
      allOf(
        'ecs:ListTaskDefinitions',
        paginateListTaskDefinitions({ client, pageSize: 100 }, { status: 'ACTIVE' }),
        ({ taskDefinitionArns }) => taskDefinitionArns,
      ),

    containers: async (arn) => {
      const { taskDefinition } = await asAwsCall('ecs:DescribeTaskDefinition', () =>
        client.send(new DescribeTaskDefinitionCommand({ taskDefinition: arn })),
      );
      return (taskDefinition?.containerDefinitions ?? []).map(({ name = '', environment = [] }) => ({
        name,
        environment: valuesOf(environment.map((variable) => [variable.name, variable.value])),
      }));
    },
  };
}

export function codeBuildPort(client: CodeBuildClient): CodeBuildPort {
  return {
    projects: async () => {
      const names = await allOf(
        'codebuild:ListProjects',
        paginateListProjects({ client }, {}),
        ({ projects }) => projects,
      );
      const found = [];
      for (const batch of batchesOf(names, PROJECTS_AT_A_TIME)) {
        const { projects = [] } = await asAwsCall('codebuild:BatchGetProjects', () =>
          client.send(new BatchGetProjectsCommand({ names: batch })),
        );
        for (const { arn = '', environment } of projects) {
          // Without a type it is PLAINTEXT.
          const inClear = (environment?.environmentVariables ?? []).filter(
            ({ type = 'PLAINTEXT' }) => type === 'PLAINTEXT',
          );
          found.push({ arn, environment: valuesOf(inClear.map(({ name, value }) => [name, value])) });
        }
      }
      return found;
    },
  };
}

export function cloudFormationPort(client: CloudFormationClient): CloudFormationPort {
  return {
    stacks: () =>
      allOf('cloudformation:DescribeStacks', paginateDescribeStacks({ client }, {}), ({ Stacks }) =>
        Stacks?.map(({ StackId = '', StackName = '', Parameters = [], Outputs = [] }) => ({
          arn: StackId,
          name: StackName,
          parameters: valuesOf(
            Parameters.map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]),
          ),
          outputs: valuesOf(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue])),
        })),
      ),
  };
}

export function parameterPort(client: SSMClient): ParameterPort {
  return {
    plain: async () => {
      const found = await allOf(
        'ssm:DescribeParameters',
        paginateDescribeParameters({ client, pageSize: 50 }, {}),
        ({ Parameters }) => Parameters,
      );
      return found.filter(({ Type }) => Type !== 'SecureString').map(({ Name = '' }) => Name);
    },

    values: async (names) => {
      const pairs: [string | undefined, string | undefined][] = [];
      for (const batch of batchesOf(names, PARAMETERS_AT_A_TIME)) {
        const { Parameters = [] } = await asAwsCall('ssm:GetParameters', () =>
          client.send(new GetParametersCommand({ Names: batch })),
        );
        pairs.push(
          ...Parameters.map(({ Name, Value }): [string | undefined, string | undefined] => [Name, Value]),
        );
      }
      return valuesOf(pairs);
    },
  };
}

function batchesOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}
