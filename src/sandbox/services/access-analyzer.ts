import { ServiceError } from '../errors.ts';
import { type Call, optionalText, type Service } from '../service.ts';
import type { Analyzer, AnalyzerFinding } from '../state/regional.ts';
import { pageAsked, regionalArn, regionOf } from './regional.ts';

const PAGING = { largest: 100, token: 'nextToken', size: 'maxResults' };

/** Analyzers of a region, what they found, and new ones. */
export const accessAnalyzer: Service = {
  name: 'access-analyzer',
  protocol: 'rest-json',
  namespace: 'AccessAnalyzer',
  eventSource: 'access-analyzer.amazonaws.com',
  routes: {
    ListAnalyzers: 'GET /analyzer',
    CreateAnalyzer: 'PUT /analyzer',
    ListFindingsV2: 'POST /findingv2',
  },
  actions: {
    ListAnalyzers: { run: listAnalyzers },
    CreateAnalyzer: {
      resource: (call) =>
        regionalArn(call, 'access-analyzer', `analyzer/${optionalText(call, 'analyzerName')}`),
      run: createAnalyzer,
    },
    ListFindingsV2: {
      permission: 'ListFindings',
      resource: (call) => optionalText(call, 'analyzerArn') ?? '*',
      run: listFindings,
    },
  },
};

function listAnalyzers(call: Call): unknown {
  const type = optionalText(call, 'type');
  const analyzers = regionOf(call).analyzers.filter(
    (analyzer) => type === undefined || typeOf(analyzer) === type,
  );
  const { items, next } = pageAsked(call, analyzers, PAGING);
  return { analyzers: items.map((analyzer) => describe(call, analyzer)), nextToken: next };
}

function createAnalyzer(call: Call): unknown {
  const { analyzers } = regionOf(call);
  const name = optionalText(call, 'analyzerName') ?? '';
  if (analyzers.some((analyzer) => analyzer.name === name))
    throw new ServiceError('ConflictException', `An analyzer named ${name} already exists.`, 409);
  const analyzer = { name, type: optionalText(call, 'type') as NonNullable<Analyzer['type']> };
  analyzers.push(analyzer);
  return { arn: arnOf(call, analyzer) };
}

function describe(call: Call, analyzer: Analyzer): unknown {
  return {
    arn: arnOf(call, analyzer),
    name: analyzer.name,
    type: typeOf(analyzer),
    createdAt: new Date(call.account.createdAt).toISOString(),
    status: analyzer.status ?? 'ACTIVE',
  };
}

function listFindings(call: Call): unknown {
  const analyzer = regionOf(call).analyzers.find((one) => arnOf(call, one) === call.input['analyzerArn']);
  if (analyzer === undefined) throw new ServiceError('ResourceNotFoundException', 'Analyzer not found', 404);
  const filter = (call.input['filter'] ?? {}) as Record<string, { eq?: string[]; neq?: string[] }>;
  const { status: wanted } = filter;
  const isWanted = ({ status = 'ACTIVE' }: AnalyzerFinding) =>
    (wanted?.eq?.includes(status) ?? true) && wanted?.neq?.includes(status) !== true;
  const { items, next } = pageAsked(call, (analyzer.findings ?? []).filter(isWanted), PAGING);
  const at = new Date(call.now).toISOString();
  return {
    findings: items.map((finding, index) => ({
      id: `${index}`.padStart(8, '0'),
      findingType: finding.findingType,
      resource: finding.resource,
      resourceType: finding.resourceType,
      resourceOwnerAccount: call.account.id,
      status: finding.status ?? 'ACTIVE',
      analyzedAt: at,
      createdAt: at,
      updatedAt: at,
    })),
    nextToken: next,
  };
}

function typeOf({ type = 'ACCOUNT' }: Analyzer): string {
  return type;
}

function arnOf(call: Call, { name }: Analyzer): string {
  return regionalArn(call, 'access-analyzer', `analyzer/${name}`);
}
