import { createHash } from 'node:crypto';
import { Secret } from '../../base/secret.ts';
import { ServiceError } from '../errors.ts';
import { pageOf } from '../paging.ts';
import {
  type Action,
  type Call,
  isTrue,
  listOf,
  optionalNumber,
  optionalText,
  type Service,
  tagList,
  tagsOf,
} from '../service.ts';
import type { Parameter, ParameterType, ParameterVersion } from '../state/model.ts';

const LARGEST_VALUE = 4096;
const KEPT_VERSIONS = 100;
const LARGEST_PAGE = 50;
const TYPES: readonly string[] = ['String', 'StringList', 'SecureString'] satisfies ParameterType[];

const onParameter = {
  resource: (call: Call) => arnOf(call, nameOf(call)),
  tags: (call: Call) => parametersOf(call).get(nameOf(call))?.tags,
};

const actions: Readonly<Record<string, Action>> = {
  PutParameter: { ...onParameter, run: putParameter },
  GetParameter: { ...onParameter, run: getParameter },
  GetParameters: { run: getParameters },
  GetParameterHistory: { ...onParameter, run: getParameterHistory },
  DeleteParameter: { ...onParameter, run: deleteParameter },
  DescribeParameters: { run: describeParameters },
  AddTagsToResource: { ...onParameter, run: addTags },
  RemoveTagsFromResource: { ...onParameter, run: removeTags },
  ListTagsForResource: { ...onParameter, run: (call) => ({ TagList: tagList(parameterOf(call).tags) }) },
};

/** The Parameter Store of Systems Manager: standard parameters. */
export const ssm: Service = {
  name: 'ssm',
  protocol: 'json',
  namespace: 'AmazonSSM',
  eventSource: 'ssm.amazonaws.com',
  secretParameters: ['Value'],
  actions,
};

function putParameter(call: Call): unknown {
  const name = nameOf(call);
  const value = required(call, 'Value');
  const isOverwriting = isTrue(call, 'Overwrite');
  const before = parametersOf(call).get(name);
  if (!/^[\w./-]{1,1011}$/.test(name))
    throw invalid(
      'Parameter name: only a mix of letters, numbers and the following 3 symbols .-_ are allowed.',
    );
  if (before !== undefined && !isOverwriting) {
    throw new ServiceError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  const tags = tagsOf(call);
  if (isOverwriting && tags.size > 0)
    throw invalid("Invalid request: tags and overwrite can't be used together.");
  if (Buffer.byteLength(value) > LARGEST_VALUE)
    throw invalid(
      `Standard tier parameters support a maximum parameter value of ${LARGEST_VALUE} characters.`,
    );
  const type = optionalText(call, 'Type') ?? before?.type;
  if (type === undefined) throw invalid('A parameter type is required when you create a parameter.');
  if (!TYPES.includes(type))
    throw new ServiceError('UnsupportedParameterType', `The parameter type ${type} is not supported.`);

  const parameter: Parameter = before ?? {
    name,
    type: type as ParameterType,
    keyId: undefined,
    tags,
    versions: [],
  };
  parameter.type = type as ParameterType;
  if (type === 'SecureString')
    parameter.keyId = optionalText(call, 'KeyId') ?? parameter.keyId ?? 'alias/aws/ssm';
  const version = (parameter.versions.at(-1)?.version ?? 0) + 1;
  parameter.versions.push({ version, value: new Secret(value), at: call.now, by: call.caller.arn });
  parameter.versions.splice(0, parameter.versions.length - KEPT_VERSIONS);
  parametersOf(call).set(name, parameter);
  return { Version: version, Tier: 'Standard' };
}

function getParameter(call: Call): unknown {
  return { Parameter: found(call, required(call, 'Name')) };
}

function getParameters(call: Call): unknown {
  const names = listOf(call, 'Names').map(String);
  const isThere = (name: string) => parametersOf(call).has(bare(name));
  return {
    Parameters: names.filter(isThere).map((name) => found(call, name)),
    InvalidParameters: names.filter((name) => !isThere(name)),
  };
}

/** The version that `NAME:VERSION` asks for, or the last one. */
function found(call: Call, asked: string): unknown {
  const parameter = parameterOf(call, bare(asked));
  const [, number] = /:(\d+)$/.exec(asked) ?? [];
  const version =
    number === undefined
      ? parameter.versions.at(-1)
      : parameter.versions.find((one) => String(one.version) === number);
  if (version === undefined) {
    throw new ServiceError(
      'ParameterVersionNotFound',
      `Systems Manager could not find version ${number} of ${bare(asked)}.`,
    );
  }
  return {
    Name: parameter.name,
    Type: parameter.type,
    Value: shown(call, parameter, version),
    Version: version.version,
    LastModifiedDate: new Date(version.at),
    ARN: arnOf(call, parameter.name),
    DataType: 'text',
  };
}

/** A secure one is only shown to who asks for decryption; anybody else gets something that tells nothing. */
function shown(call: Call, { type }: Parameter, { value }: ParameterVersion): string {
  if (type !== 'SecureString' || isTrue(call, 'WithDecryption')) return value.reveal();
  return createHash('sha256').update('sealed').update(value.reveal()).digest('base64');
}

function getParameterHistory(call: Call): unknown {
  const parameter = parameterOf(call);
  const { items, NextToken } = page(call, parameter.versions);
  return {
    Parameters: items.map((version) => ({
      Name: parameter.name,
      Type: parameter.type,
      KeyId: parameter.keyId,
      Value: shown(call, parameter, version),
      Version: version.version,
      LastModifiedDate: new Date(version.at),
      LastModifiedUser: version.by,
    })),
    NextToken,
  };
}

function deleteParameter(call: Call): unknown {
  parametersOf(call).delete(parameterOf(call).name);
  return {};
}

function describeParameters(call: Call): unknown {
  const { items, NextToken } = page(call, [...parametersOf(call).values()]);
  return {
    Parameters: items.map(({ name, type, keyId, versions }) => ({
      Name: name,
      ARN: arnOf(call, name),
      Type: type,
      KeyId: keyId,
      Version: versions.at(-1)!.version,
      LastModifiedDate: new Date(versions.at(-1)!.at),
      LastModifiedUser: versions.at(-1)!.by,
      Tier: 'Standard',
      DataType: 'text',
    })),
    NextToken,
  };
}

function addTags(call: Call): unknown {
  const parameter = parameterOf(call);
  parameter.tags = new Map([...parameter.tags, ...tagsOf(call)]);
  return {};
}

function removeTags(call: Call): unknown {
  const { tags } = parameterOf(call);
  for (const key of listOf(call, 'TagKeys')) tags.delete(String(key));
  return {};
}

function parameterOf(call: Call, name = nameOf(call)): Parameter {
  const parameter = parametersOf(call).get(name);
  if (parameter === undefined) throw new ServiceError('ParameterNotFound', `Parameter ${name} not found.`);
  return parameter;
}

function parametersOf({ account, region }: Call): Map<string, Parameter> {
  const parameters = account.parameters.get(region) ?? new Map<string, Parameter>();
  account.parameters.set(region, parameters);
  return parameters;
}

/** `Name`, or `ResourceId` where tags are meant. */
function nameOf(call: Call): string {
  return bare(optionalText(call, 'Name') ?? required(call, 'ResourceId'));
}

function bare(name: string): string {
  return name.replace(/:\d+$/, '');
}

function page<T>(call: Call, all: readonly T[]): { items: T[]; NextToken: string | undefined } {
  const { pageSize = LARGEST_PAGE } = call.world.settings;
  const size = Math.min(optionalNumber(call, 'MaxResults') ?? LARGEST_PAGE, pageSize);
  const { items, next } = pageOf(all, {
    token: optionalText(call, 'NextToken'),
    size,
    code: 'InvalidNextToken',
  });
  return { items, NextToken: next };
}

function required(call: Call, name: string): string {
  const value = optionalText(call, name);
  if (value === undefined || value === '')
    throw invalid(`Value null at '${name}' failed to satisfy constraint: Member must not be null`);
  return value;
}

function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

function arnOf({ account, region }: Call, name: string): string {
  return `arn:${account.partition}:ssm:${region}:${account.id}:parameter/${name.replace(/^\//, '')}`;
}
