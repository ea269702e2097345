import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKS } from '../../../src/audit/checks/index.ts';
import { openFacts } from '../../../src/audit/facts.ts';
import { openOrganization } from '../../../src/audit/organization.ts';
import { DEFAULT_RULES } from '../../../src/audit/rules.ts';
import { type Judged, runChecks } from '../../../src/audit/run.ts';
import type { Check } from '../../../src/audit/types.ts';
import type { AuditAws } from '../../../src/aws/audit-types.ts';
import { connectAws } from '../../../src/aws/connect.ts';
import { Secret } from '../../../src/base/secret.ts';
import type { Credentials } from '../../../src/sandbox/index.ts';
import { makeKeyId, makeRandom, makeSecret } from '../../helpers/credentials.ts';
import { DAY_MS } from '../../helpers/sandbox.ts';
import { type Moto, notRun, python, startMoto } from '../../sandbox/conformance/peers.ts';
import {
  type Account,
  enter,
  furnishBilling,
  furnishMember,
  furnishShop,
  HOME,
  type Names,
  SUSPENDED,
} from './moto-account.ts';
import {
  ALONE,
  BILLING,
  LATER,
  MEMBER,
  NOT_IN_MOTO,
  SHOP,
  TOLD_OTHERWISE,
  type Verdicts,
} from './moto-verdicts.ts';

/** The one that moto has when it is not told another. */
const ACCOUNT = '123456789012';
const IDS = CHECKS.map(({ id }) => id);

describe.skipIf(python === undefined)(`an audit of what moto has${notRun}`, () => {
  let moto: Moto;
  let names: Names;
  let idle: Credentials;
  /** When the first of it was made, to the second, as IAM counts. */
  let made: number;
  const accounts = new Map<string, Account>();

  beforeAll(async () => {
    moto = await startMoto();
    const random = makeRandom(1);
    const accessKeyId = makeKeyId(random, { account: ACCOUNT });
    const shop = {
      url: moto.url,
      id: ACCOUNT,
      credentials: { accessKeyId, secretAccessKey: makeSecret(random) },
    };
    made = Date.now();
    ({ names, idle } = await furnishShop(shop));
    accounts.set('shop', shop);
    accounts.set('member', await furnishMember(shop));
    accounts.set('alone', await enter(shop, '999988887777'));
    accounts.set('billing', await furnishBilling(shop));
  }, 120_000);
  afterAll(() => moto?.stop());

  interface Asked {
    checks?: readonly Check[];
    now?: number;
    /** Whose audit this is among others. */
    asker?: Account;
  }

  async function auditOf(
    account: Account,
    { checks = CHECKS, now = Date.now(), asker }: Asked = {},
  ): Promise<Audited> {
    const aws = await portsOf(account);
    const facts = openFacts({
      aws,
      self: await aws.sts.self(),
      ...(asker !== undefined && { asker: openOrganization(await portsOf(asker)) }),
      now,
      rules: DEFAULT_RULES,
      sleep: async () => {},
    });
    const judged = await runChecks(checks, facts);
    return { judged, regions: await facts.regions().catch(() => []) };
  }

  it.each<[string, Verdicts, readonly string[]]>([
    ['shop', SHOP, IDS],
    ['member', MEMBER, IDS],
    ['alone', withNothing(ALONE), IDS],
    ['billing', BILLING, Object.keys(BILLING)],
  ])('says the same as by hand: %s', async (name, byHand, ids) => {
    expect(Object.keys(byHand).sort()).toEqual([...ids].sort());
    const checks = CHECKS.filter(({ id }) => ids.includes(id));
    const said = await auditOf(accounts.get(name)!, { checks });
    const table = tableOf(said, names);
    const otherwise = TOLD_OTHERWISE[name] ?? {};
    const isApart = (id: string) => Object.hasOwn(otherwise, id) || isMissing(byHand, id);
    expect(only(table, (id) => !isApart(id))).toEqual(only(byHand, (id) => !isApart(id)));
    for (const [id, { said: wanted }] of Object.entries(otherwise)) {
      expect({ [id]: table[id] }).toEqual({ [id]: wanted });
      // No longer a deviation, otherwise.
      expect(table[id]).not.toEqual(byHand[id]);
    }
    for (const { check, verdicts } of said.judged.filter(({ check: { id } }) => isMissing(byHand, id)))
      expect(new Set(verdicts.map(({ status, action }) => `${check.id} ${status} ${action}`))).toEqual(
        new Set([`${check.id} UNKNOWN ${NOT_IN_MOTO[check.id]!.action}`]),
      );
  });

  /** Nothing is asked of it where there is nothing to ask about. */
  function isMissing(byHand: Verdicts, id: string): boolean {
    return Object.hasOwn(NOT_IN_MOTO, id) && !(id === 'root-central' && byHand[id]?.['N/A'] !== undefined);
  }

  it.each(Object.entries(LATER))('says the same of keys as by hand, %s days later', async (days, changes) => {
    const checks = CHECKS.filter(({ section }) => section === 6);
    const now = made + Number(days) * DAY_MS + DAY_MS / 2;
    const table = tableOf(await auditOf(accounts.get('shop')!, { checks, now }), names);
    const ids = checks.map(({ id }) => id);
    expect(table).toEqual({ ...only(SHOP, (id) => ids.includes(id)), ...changes });
  });

  it('knows of the organization of a member what its manager is told, where that one asks', async () => {
    const checks = CHECKS.filter(({ id }) => id === 'service-control-policies');
    const asked = { checks, asker: accounts.get('shop')! };
    expect(tableOf(await auditOf(accounts.get('member')!, asked), names)).toEqual({
      'service-control-policies': { PASS: 'organization' },
    });
  });

  it('does not know which services are used, where moto cannot tell', async () => {
    const checks = CHECKS.filter(({ id }) => id === 'unused-services');
    const { judged } = await auditOf(accounts.get('shop')!, { checks, now: made + 91 * DAY_MS });
    const [{ verdicts }] = judged as [Judged];
    expect(verdicts).toHaveLength(SHOP['unused-services']!['N/A']!.split(' ').length);
    expect(new Set(verdicts.map(({ status, action }) => `${status} ${action}`))).toEqual(
      new Set(['UNKNOWN iam:GenerateServiceLastAccessedDetails']),
    );
  });

  it('names the key that was left in a resource, and never shows it', async () => {
    const checks = CHECKS.filter(({ id }) => id.startsWith('keys-in-'));
    const { judged } = await auditOf(accounts.get('shop')!, { checks });
    const evidence = judged.flatMap(({ verdicts }) =>
      verdicts.filter(({ status }) => status === 'FAIL').map((verdict) => verdict.evidence),
    );
    expect(evidence).toHaveLength(9);
    for (const text of evidence)
      expect(text).toMatch(/^AWS access key pair AKIA\*+\w{4} \(of user ci, active\) in /);
  });

  it('knows nothing for somebody who may nothing, and passes nothing', async () => {
    await moto.setAuth(true);
    try {
      const { judged } = await auditOf({ url: moto.url, id: ACCOUNT, credentials: idle });
      expect(judged).toHaveLength(CHECKS.length);
      const statuses = judged.flatMap(({ check, verdicts }) =>
        verdicts.map(({ status, action }) => `${check.id} ${status} ${action ?? ''}`),
      );
      expect(statuses.filter((text) => !text.includes(' UNKNOWN '))).toEqual([]);
    } finally {
      await moto.setAuth(false);
    }
  });
});

async function portsOf({ url, credentials }: Account): Promise<AuditAws> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const connection = await connectAws({
    endpoint: url,
    region: HOME,
    credentials: {
      accessKeyId,
      secretAccessKey: new Secret(secretAccessKey),
      ...(sessionToken !== undefined && { sessionToken: new Secret(sessionToken) }),
    },
    maxAttempts: 1,
  });
  return connection.audit();
}

interface Audited {
  judged: readonly Judged[];
  regions: readonly string[];
}

/** Of an account that has nothing, in every other check. */
function withNothing(some: Verdicts): Verdicts {
  return { ...Object.fromEntries(IDS.map((id) => [id, { 'N/A': 'account' }])), ...some };
}

function only(verdicts: Verdicts, is: (id: string) => boolean): Verdicts {
  return Object.fromEntries(Object.entries(verdicts).filter(([id]) => is(id)));
}

/** As the tables by hand have it. */
function tableOf({ judged, regions }: Audited, names: Names): Verdicts {
  return Object.fromEntries(
    judged.map(({ check, verdicts }) => {
      const byStatus = new Map<string, Map<string, string[]>>();
      for (const { status, resource, region = '' } of verdicts) {
        const places = byStatus.get(status) ?? new Map<string, string[]>();
        const name = shortOf(resource, names);
        places.set(name, [...(places.get(name) ?? []), region]);
        byStatus.set(status, places);
      }
      const told = [...byStatus].map(([status, places]) => [status, placesOf(places, regions)] as const);
      return [check.id, Object.fromEntries(told)];
    }),
  );
}

function placesOf(places: ReadonlyMap<string, readonly string[]>, all: readonly string[]): string {
  return [...places]
    .flatMap(([name, regions]) => regionsOf(regions, all).map((region) => `${name}${region}`))
    .sort()
    .join(' ');
}

/** `@all`, or which of those that are known by name, and the others where it is all of them. */
function regionsOf(regions: readonly string[], all: readonly string[]): string[] {
  if (regions.every((region) => region === '')) return regions.map(() => '');
  if (regions.length === all.length) return ['@all'];
  const others = regions.filter((region) => region !== HOME && region !== SUSPENDED);
  return [
    ...(regions.includes(HOME) ? ['@home'] : []),
    ...(regions.includes(SUSPENDED) ? ['@suspended'] : []),
    ...(others.length === all.length - 2 ? ['@elsewhere'] : others.map(() => '@somewhere')),
  ];
}

/** `account`, `organization`, or the last part of an ARN; of a stack the one before its id. */
function shortOf(resource: string, names: Names): string {
  if (resource.endsWith(':root')) return 'account';
  if (resource.includes(':organization/')) return 'organization';
  const path = resource.split(':').slice(5).join(':');
  if (path.startsWith('stack/')) return path.split('/')[1]!;
  const last = path
    .replace(/^function:/, '')
    .split('/')
    .at(-1)!;
  return names.get(last) ?? last;
}
