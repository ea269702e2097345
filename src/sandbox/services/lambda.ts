import type { Call, Service } from '../service.ts';
import { pageAsked, regionalArn, regionOf } from './regional.ts';

/** Functions and their environment, as ListFunctions has them. */
export const lambda: Service = {
  name: 'lambda',
  protocol: 'rest-json',
  namespace: 'lambda',
  eventSource: 'lambda.amazonaws.com',
  routes: { ListFunctions: 'GET /2015-03-31/functions' },
  actions: { ListFunctions: { run: listFunctions } },
};

function listFunctions(call: Call): unknown {
  const { items, next } = pageAsked(call, regionOf(call).functions, {
    largest: 50,
    token: 'Marker',
    size: 'MaxItems',
    code: 'InvalidParameterValueException',
  });
  return {
    Functions: items.map(({ name, env, envError }) => ({
      FunctionName: name,
      FunctionArn: regionalArn(call, 'lambda', `function:${name}`),
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Role: `arn:${call.account.partition}:iam::${call.account.id}:role/${name}`,
      Version: '$LATEST',
      PackageType: 'Zip',
      Environment: environmentOf(env, envError),
    })),
    NextMarker: next,
  };
}

function environmentOf(env: Record<string, string> | undefined, envError: string | undefined): unknown {
  if (envError !== undefined) return { Error: { ErrorCode: 'AccessDeniedException', Message: envError } };
  return env && { Variables: env };
}
