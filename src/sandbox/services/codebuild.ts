import { type Call, listOf, type Service } from '../service.ts';
import type { BuildProject } from '../state/regional.ts';
import { pageAsked, regionalArn, regionOf } from './regional.ts';

/** Build projects and their environment. */
export const codeBuild: Service = {
  name: 'codebuild',
  protocol: 'json',
  namespace: 'CodeBuild_20161006',
  eventSource: 'codebuild.amazonaws.com',
  actions: { ListProjects: { run: listProjects }, BatchGetProjects: { run: batchGetProjects } },
};

function listProjects(call: Call): unknown {
  const { items, next } = pageAsked(call, regionOf(call).projects, {
    largest: 100,
    token: 'nextToken',
    code: 'InvalidInputException',
  });
  return { projects: items.map(({ name }) => name), nextToken: next };
}

function batchGetProjects(call: Call): unknown {
  const names = listOf(call, 'names').map(String);
  const { projects } = regionOf(call);
  return {
    projects: projects.filter(({ name }) => names.includes(name)).map((one) => describe(call, one)),
    projectsNotFound: names.filter((name) => !projects.some((project) => project.name === name)),
  };
}

function describe(call: Call, { name, env = {}, references = {} }: BuildProject): unknown {
  const variables = (type: string, values: Record<string, string>) =>
    Object.entries(values).map(([key, value]) => ({ name: key, value, type }));
  return {
    name,
    arn: regionalArn(call, 'codebuild', `project/${name}`),
    environment: {
      type: 'LINUX_CONTAINER',
      environmentVariables: [...variables('PLAINTEXT', env), ...variables('PARAMETER_STORE', references)],
    },
  };
}
