import type { Analyzer, AnalyzerFinding } from '../../aws/regional/types.ts';
import { groupBy } from '../../base/group-by.ts';
import { plural } from '../../report/numbers.ts';
import type { Facts } from '../facts.ts';
import type { FixStep } from '../fix.ts';
import type { RegionFacts } from '../regional.ts';
import { readableRegions, whereverThereIs } from '../regions.ts';
import type { Check, Verdict } from '../types.ts';
import { fail, inEveryRegion, pass } from '../verdict.ts';

/** Types of analyzers, of an account or of its organization. */
const EXTERNAL = /^(?:ACCOUNT|ORGANIZATION)$/;
const UNUSED = /_UNUSED_ACCESS$/;
const ANALYZER_NAME = 'external';

const enabled: Check = {
  id: 'access-analyzer',
  section: 3,
  title: 'Access Analyzer is on in every region',
  severity: 'medium',
  cis: { '1.5': '1.20', '3.0': '1.20', '5.0': '1.19' },
  securityHub: ['IAM.28'],
  why: 'It proves which buckets, roles, keys and queues can be reached from outside of the account.',
  fix: {
    console: 'IAM > Access Analyzer > Create analyzer > External access analysis, in this region',
    cli: `aws accessanalyzer create-analyzer --analyzer-name ${ANALYZER_NAME} --type ACCOUNT --region REGION`,
  },
  judge: (facts) =>
    inEveryRegion(facts, async (region) => {
      const external = (await region.analyzers()).filter(({ type }) => EXTERNAL.test(type));
      const active = external.find(({ status }) => status === 'ACTIVE');
      if (active !== undefined) return [pass(facts.accountArn, `analyzer ${active.name} is active`)];
      const [other] = external;
      return [
        fail(
          facts.accountArn,
          other === undefined
            ? 'there is no analyzer of external access that this account can see'
            : `analyzer ${other.name} is ${other.status.toLowerCase()}`,
        ),
      ];
    }),
};

/** Of external access, which is free of charge. */
export async function analyzerSteps(facts: Facts): Promise<FixStep[]> {
  return readableRegions(facts, async (there): Promise<FixStep[]> => {
    const analyzers = await there.analyzers();
    // One that is there and failed, or is being made, is for people to look at.
    if (analyzers.some(({ type }) => EXTERNAL.test(type))) return [];
    const { region } = there;
    return [
      {
        check: enabled.id,
        text: `create an analyzer of external access in ${region}, named ${ANALYZER_NAME}`,
        change: {
          run: async (account) =>
            `${region}: ${await account.inRegion(region).accessAnalyzer.create(ANALYZER_NAME)} is active`,
        },
      },
    ];
  });
}

const external: Check = {
  id: 'external-access',
  section: 3,
  title: 'Nothing can be reached from outside, by what Access Analyzer found',
  severity: 'high',
  cis: {},
  securityHub: [],
  why: 'A resource policy that lets in others does so whatever the rights of your own users are.',
  fix: {
    console:
      'IAM > Access Analyzer > External access > the finding: change the policy, or archive it when it is meant so',
    cli: 'aws accessanalyzer update-findings --analyzer-arn ANALYZER_ARN --status ARCHIVED --resource-arn RESOURCE_ARN',
  },
  judge: (facts) =>
    findingsOf(facts, EXTERNAL, 'active analyzer of external access', () => 'reached from outside'),
};

const unused: Check = {
  id: 'unused-access',
  section: 3,
  title: 'No access is left unused, by what Access Analyzer found',
  severity: 'medium',
  cis: {},
  securityHub: [],
  why: 'What nobody uses is missed by nobody when it goes, and used by an attacker when it stays.',
  fix: {
    console:
      'IAM > Access Analyzer > Unused access > the finding: follow its recommendation, or archive it when it is meant so',
    cli: 'aws accessanalyzer generate-finding-recommendation --analyzer-arn ANALYZER_ARN --id FINDING_ID',
  },
  judge: (facts) => findingsOf(facts, UNUSED, 'active analyzer of unused access', unusedText),
};

/** One verdict for each resource, whatever was found about it. */
function findingsOf(
  facts: Facts,
  types: RegExp,
  noun: string,
  textOf: (type: string) => string,
): Promise<Verdict[]> {
  return whereverThereIs(facts, `no ${noun}`, async (region) => {
    const analyzers = (await region.analyzers()).filter(
      ({ type, status }) => types.test(type) && status === 'ACTIVE',
    );
    if (analyzers.length === 0) return [];
    const byResource = await readFindings(region, analyzers);
    if (byResource.size === 0)
      return [pass(facts.accountArn, `${plural(analyzers.length, 'analyzer')} found nothing`)];
    return [...byResource].map(([resource, findings]) =>
      fail(resource, [...new Set(findings.map(({ type }) => textOf(type)))].join(', ')),
    );
  });
}

async function readFindings(
  { aws }: RegionFacts,
  analyzers: readonly Analyzer[],
): Promise<Map<string, AnalyzerFinding[]>> {
  const found: AnalyzerFinding[][] = [];
  for (const { arn } of analyzers) found.push(await aws.accessAnalyzer.findings(arn));
  return groupBy(found.flat(), ({ resource }) => resource);
}

function unusedText(type: string): string {
  const texts: Readonly<Record<string, string>> = {
    UnusedIAMRole: 'the role is unused',
    UnusedIAMUserAccessKey: 'an access key is unused',
    UnusedIAMUserPassword: 'the password is unused',
    UnusedPermission: 'permissions are unused',
  };
  return texts[type] ?? type;
}

export const ACCESS_ANALYZER_CHECKS: readonly Check[] = [enabled, external, unused];
