import { existsSync, linkSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { bringBack, planReturns } from '../../../src/keys/migrate/back.ts';
import { parseStoredForm, versionIdOf } from '../../../src/keys/vault.ts';
import type { Seed } from '../../../src/sandbox/seed/seed.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../../helpers/sandbox.ts';
import { openMigration, PROGRAM, profileText, removeFolders } from './bench.ts';

afterEach(async () => {
  removeFolders();
  await closeSandboxes();
});

const COMMAND = 'keyturn credentials keyturn/ci --region us-east-1 --profile sso';
const USERS = [
  { name: 'ci', path: '/robots/', keys: [{ created: '100d' }, { created: '9d' }] },
  { name: 'eve', keys: [{ created: '1d' }] },
];

async function open(seed: Partial<Seed['accounts'] extends (infer A)[] | undefined ? A : never> = {}) {
  const sandbox = await openSandbox({
    accounts: [
      { id: ACCOUNT, users: USERS, ...seed },
      { id: '444455556666', users: [{ name: 'ci', keys: [{}] }] },
    ],
  });
  const key = (user: string, n = 0, account = ACCOUNT) => sandbox.control.keysOf(account, user)[n]!;
  const ci = key('ci');
  const bench = await openMigration(sandbox, `# mine\n${profileText('ci', ci)}region = x\n`);
  return { ...bench, sandbox, key, ci };
}

const CREATED = `# mine\n[ci]\ncredential_process = ${COMMAND}\nregion = x\n`;

describe('a move', () => {
  it('puts both halves into one version, proves it, and rewrites the file with its mode', async () => {
    const { migrate, read, folder, secrets, ci, journalFile } = await open();
    const steps: string[] = [];
    const [said] = await migrate({
      tools: {
        secret: { kmsKeyId: 'alias/keys', replicaRegions: ['eu-west-1'], tags: { team: 'build' } },
        onStep: (step) => steps.push(step),
      },
    });
    expect(said).toContain('[ci] of');
    expect(read()).toBe(CREATED);
    expect(statSync(join(folder, 'credentials')).mode & 0o7777).toBe(0o640);
    expect(readdirSync(folder).sort()).toEqual(['credentials', 'journal.ndjson']);
    const info = (await secrets.describe('keyturn/ci'))!;
    expect([...info.versions]).toEqual([[versionIdOf(ACCOUNT, 'ci', ci.accessKeyId), ['AWSCURRENT']]]);
    expect(info.kmsKeyId).toBe('alias/keys');
    expect([...info.tags]).toEqual(
      expect.arrayContaining([
        ['team', 'build'],
        ['keyturn:user', 'ci'],
      ]),
    );
    const stored = parseStoredForm((await secrets.current('keyturn/ci'))!)!;
    expect([stored.id, stored.secret.reveal()]).toEqual([ci.accessKeyId, ci.secretAccessKey]);
    expect(steps).toEqual([
      'create the secret',
      'verify the secret',
      'try the credential_process',
      'write a backup',
      'rewrite the source',
      'prove the source',
      'remove the backup',
    ]);
    const journal = read('journal.ndjson');
    expect(journal).not.toContain(ci.secretAccessKey);
    expect(journalFile).toContain(folder);
    expect(journal.match(/"event":"(?:intent|done|proof)"/g)).toHaveLength(5);
  });

  it('changes nothing and calls nothing that changes anything while it only plans', async () => {
    const { plan, read, folder, sandbox } = await open();
    const before = read();
    const { moves } = await plan();
    expect(moves).toMatchObject([{ owner: { user: 'ci', path: '/robots/' }, stock: { state: 'absent' } }]);
    expect(read()).toBe(before);
    expect(readdirSync(folder)).toEqual(['credentials']);
    expect(sandbox.control.journal.map(({ action }) => action)).not.toContain('CreateSecret');
  });

  it('follows a link to the file and leaves the link', async () => {
    const { migrate, read, folder, ci } = await open();
    symlinkSync('credentials', join(folder, 'link'));
    await migrate({ plan: { files: [join(folder, 'link')] } });
    expect(read()).toBe(CREATED);
    expect(readdirSync(folder)).toContain('link');
    expect(read('link')).not.toContain(ci.secretAccessKey);
  });

  it('takes a secret that holds the key already, also one that a run before it made', async () => {
    const { migrate, read, sandbox } = await open({ secrets: [{ name: 'keyturn/ci', keyOf: 'ci' }] });
    await migrate();
    expect(read()).toBe(CREATED);
    expect(sandbox.control.journal.map(({ action }) => action)).not.toContain('CreateSecret');
  });

  it('hands a source that a rotation left behind the newer key of the same user', async () => {
    const { plan, migrate, read, key, folder } = await open({
      secrets: [{ name: 'keyturn/ci', keyOf: 'ci' }],
    });
    writeFileSync(join(folder, 'credentials'), profileText('ci', key('ci', 1)));
    expect((await plan()).moves).toMatchObject([{ stock: { state: 'newer', keyId: key('ci').accessKeyId } }]);
    expect(await migrate()).toEqual([expect.stringContaining(`holds ${key('ci').accessKeyId} by now`)]);
    expect(read()).toBe(`[ci]\ncredential_process = ${COMMAND}\n`);
  });

  it('moves several profiles of one file, one after the other', async () => {
    const { migrate, read, key, folder } = await open();
    const other = '[dev]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = ci\n';
    writeFileSync(
      join(folder, 'credentials'),
      `${profileText('ci', key('ci'))}${other}${profileText('eve', key('eve'))}`,
    );
    await migrate();
    const eve = COMMAND.replace('/ci', '/eve');
    expect(read()).toBe(
      `[ci]\ncredential_process = ${COMMAND}\n${other}[eve]\ncredential_process = ${eve}\n`,
    );
  });

  // aws-rotate-key rewrites every profile that shares the key.
  it('moves the profile that is named, and not another one that shares its key', async () => {
    const { migrate, read, folder, ci } = await open();
    const twin = profileText('twin', ci);
    writeFileSync(join(folder, 'credentials'), `${profileText('ci', ci)}${twin}`);
    await migrate({ plan: { profiles: ['ci'] } });
    expect(read()).toBe(`[ci]\ncredential_process = ${COMMAND}\n${twin}`);
  });

  it('gives a .env file a profile', async () => {
    const { migrate, read, folder, key } = await open();
    const { accessKeyId, secretAccessKey } = key('eve');
    const env = `A=1\nAWS_ACCESS_KEY_ID=${accessKeyId}\nAWS_SECRET_ACCESS_KEY=${secretAccessKey}\n`;
    writeFileSync(join(folder, '.env'), env);
    await migrate({ plan: { files: [join(folder, '.env')], profileForEnv: 'app' } });
    expect(read('.env')).toBe('A=1\nAWS_PROFILE=app\n');
    const command = COMMAND.replace('/ci', '/eve');
    expect(read()).toMatch(new RegExp(`region = x\\n\\n\\[app\\]\\ncredential_process = ${command}\\n$`));
    expect(read()).toContain(key('ci').secretAccessKey);
    // A second file of the same key finds the profile.
    writeFileSync(join(folder, 'b.env'), env);
    await migrate({ plan: { files: [join(folder, 'b.env')], profileForEnv: 'app' } });
    expect(read('b.env')).toBe('A=1\nAWS_PROFILE=app\n');
    expect(read().match(/\[app\]/g)).toHaveLength(1);
  });

  it('has a way back that leaves the file byte for byte as it was', async () => {
    const { migrate, read, toolsFor, credentialsFile } = await open();
    const before = read();
    await migrate();
    const back = { files: [credentialsFile], credentialsFile };
    expect(planReturns({ ...back, program: '/usr/bin/keyturn' })).toMatchObject({
      returns: [],
      left: [{ profile: 'ci', why: expect.stringContaining('--program') }],
    });
    const { returns } = planReturns({ ...back, program: PROGRAM });
    expect(returns).toHaveLength(1);
    await bringBack(toolsFor(undefined), returns[0]!);
    expect(read()).toBe(before);
  });
});

describe('what is refused', () => {
  it.each([
    ['root', () => ({ root: { keys: [{}] } }), 'root'],
    [
      'an inactive key',
      () => ({ users: [{ name: 'ci', keys: [{ status: 'Inactive' as const }] }] }),
      'does not know',
    ],
    [
      'a secret that waits to be deleted',
      () => ({ secrets: [{ name: 'keyturn/ci', value: 'x' }] }),
      'waits to be deleted',
    ],
    ['a secret of something else', () => ({ secrets: [{ name: 'keyturn/ci', value: 'x' }] }), 'holds no key'],
    [
      'a secret of another user',
      () => ({ secrets: [{ name: 'keyturn/ci', keyOf: 'eve' }] }),
      'no working key of ci',
    ],
  ])('%s', async (what, seed, why) => {
    const { plan, sandbox, folder } = await open(seed());
    const [account] = sandbox.control.world.accounts.values();
    if (what === 'root') {
      const [root] = [...account!.keys.values()].filter(({ userName }) => userName === undefined);
      const credentials = { accessKeyId: root!.id, secretAccessKey: root!.secret.reveal() };
      writeFileSync(join(folder, 'credentials'), profileText('ci', credentials));
    }
    if (what.endsWith('deleted')) {
      const secret = account!.secrets.get('us-east-1')!.get('keyturn/ci')!;
      secret.deletedAt = Date.now();
      secret.deletionAt = Date.now() + 864e6;
    }
    const { moves, left } = await plan();
    expect(moves).toEqual([]);
    expect(left).toMatchObject([{ profile: 'ci', why: expect.stringContaining(why) }]);
  });

  it('halves of two keys', async () => {
    const { plan, key, folder } = await open();
    const mixed = { ...key('ci'), secretAccessKey: key('eve').secretAccessKey };
    writeFileSync(join(folder, 'credentials'), profileText('ci', mixed));
    expect((await plan()).left).toMatchObject([{ why: expect.stringContaining('not of one key') }]);
  });

  it('a key of another account, unless told', async () => {
    const { plan, key, folder } = await open();
    writeFileSync(join(folder, 'credentials'), profileText('ci', key('ci', 0, '444455556666')));
    expect((await plan()).left).toMatchObject([{ why: expect.stringContaining('--account 444455556666') }]);
    expect((await plan({ accountId: '444455556666' })).moves).toHaveLength(1);
  });

  it('the profile that is to read the secret', async () => {
    const { plan } = await open();
    const call = { program: PROGRAM, region: 'us-east-1', profile: 'ci' };
    expect((await plan({ call })).left).toMatchObject([
      { why: expect.stringContaining('cannot be served from it') },
    ]);
  });

  it('a file that has a second name, and a folder in its place', async () => {
    const { plan, folder } = await open();
    linkSync(join(folder, 'credentials'), join(folder, 'twin'));
    await expect(plan()).rejects.toMatchObject({ code: 'unfit-file' });
    await expect(plan({ files: [folder] })).rejects.toMatchObject({ code: 'unfit-file' });
    expect((await plan({ files: [join(folder, 'none')] })).left).toMatchObject([
      { why: 'there is no such file' },
    ]);
  });

  it('a profile that assumes a role with its own key', async () => {
    const { plan, folder, ci } = await open();
    writeFileSync(
      join(folder, 'config'),
      '[profile ci]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = ci\n',
    );
    expect((await plan()).left).toMatchObject([
      { profile: 'ci', keyId: ci.accessKeyId, why: expect.stringContaining('source_profile = ci') },
    ]);
  });

  it('a copy in a comment: it is named, and the profile is moved', async () => {
    const { plan, read, credentialsFile, ci } = await open();
    const copy = `# aws_access_key_id = ${ci.accessKeyId}\n# aws_secret_access_key = ${ci.secretAccessKey}\n`;
    writeFileSync(credentialsFile, read() + copy);
    const { moves, left } = await plan();
    expect(moves).toHaveLength(1);
    expect(left).toMatchObject([{ line: 6, keyId: ci.accessKeyId, why: expect.stringContaining('by hand') }]);
  });

  it('one file of several that cannot be replaced: the others are moved', async () => {
    const { plan, folder, credentialsFile } = await open();
    const { moves, left } = await plan({ files: [folder, credentialsFile] });
    expect(moves).toHaveLength(1);
    expect(left).toMatchObject([{ file: folder, why: expect.stringContaining('no regular file') }]);
  });

  it('a pair that stands in another form: it is named', async () => {
    const { plan, folder, ci } = await open();
    const yaml = `accessKeyId: ${ci.accessKeyId}\nsecretAccessKey: ${ci.secretAccessKey}\n`;
    writeFileSync(join(folder, 'app.yaml'), yaml);
    const { moves, left } = await plan({ files: [join(folder, 'app.yaml')] });
    expect(moves).toEqual([]);
    expect(left).toMatchObject([{ line: 1, keyId: ci.accessKeyId, why: expect.stringContaining('by hand') }]);
  });
});

describe('when something goes wrong on the way, the source is as it was', () => {
  it('if the secret cannot be written', async () => {
    const { migrate, read, sandbox, folder } = await open();
    const before = read();
    sandbox.control.faults.intercept(({ action }) =>
      action === 'CreateSecret' ? { kind: 'error', code: 'AccessDeniedException', status: 400 } : undefined,
    );
    await expect(migrate()).rejects.toMatchObject({ kind: 'denied' });
    expect(read()).toBe(before);
    expect(readdirSync(folder).sort()).toEqual(['credentials', 'journal.ndjson']);
  });

  it('if the credential_process does not work, or serves another user', async () => {
    const { migrate, read, key, folder } = await open();
    const before = read();
    const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = key('eve');
    for (const answer of ['{}', 'no JSON', JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey })]) {
      const run = async () => answer;
      await expect(migrate({ tools: { run } })).rejects.toMatchObject({ code: 'not-proven' });
    }
    expect(read()).toBe(before);
    expect(readdirSync(folder).sort()).toEqual(['credentials', 'journal.ndjson']);
  });

  it('if it stops working once the file is rewritten: it is put back', async () => {
    const { migrate, read, run, folder } = await open();
    const before = read();
    let times = 0;
    const once = async (command: string) => (++times > 1 ? '{}' : run(command));
    await expect(migrate({ tools: { run: once } })).rejects.toThrow(/was put back as it was/);
    expect(read()).toBe(before);
    expect(readdirSync(folder).sort()).toEqual(['credentials', 'journal.ndjson']);
    expect(statSync(join(folder, 'credentials')).mode & 0o7777).toBe(0o640);
  });

  it.each(['create the secret', 'write a backup', 'rewrite the source'])(
    'if someone edits it before "%s": the edit stays',
    async (when) => {
      const { migrate, read, credentialsFile, folder } = await open();
      const edited = `${read()}# edited\n`.replace('[ci]', '[cj]');
      const onStep = (step: string) => {
        if (step === when) writeFileSync(credentialsFile, edited);
      };
      await expect(migrate({ tools: { onStep } })).rejects.toMatchObject({ code: 'changed' });
      expect(read()).toBe(edited);
      expect(readdirSync(folder).sort()).toEqual(['credentials', 'journal.ndjson']);
    },
  );

  it('and an edit elsewhere in the file, while the secret is made, is kept', async () => {
    const { migrate, read, credentialsFile } = await open();
    const onStep = (step: string) => {
      if (step === 'create the secret') writeFileSync(credentialsFile, `${read()}[new]\n`);
    };
    await migrate({ tools: { onStep } });
    expect(read()).toBe(`${CREATED}[new]\n`);
  });

  it('if it was edited after the rewriting and does not work: both are kept', async () => {
    const { migrate, read, run, credentialsFile, folder } = await open();
    const before = read();
    let times = 0;
    const once = async (command: string) => {
      if (++times === 1) return run(command);
      writeFileSync(credentialsFile, `${read()}# edited\n`);
      return '{}';
    };
    await expect(migrate({ tools: { run: once } })).rejects.toThrow(/its content is in .*keyturn-backup/);
    expect(read()).toBe(`${CREATED}# edited\n`);
    expect(read('credentials.keyturn-backup')).toBe(before);
    expect(statSync(join(folder, 'credentials.keyturn-backup')).mode & 0o777).toBe(0o600);
    // The next run does not touch what it does not understand.
    await expect(migrate()).rejects.toMatchObject({
      code: 'changed',
      hint: expect.stringContaining('compare'),
    });
    expect(existsSync(join(folder, 'credentials.keyturn-backup'))).toBe(true);
  });

  it('and no command of someone else is started, although it looks like an interrupted move', async () => {
    const { migrate, read, run, folder } = await open();
    const [before, started] = [read(), [] as string[]];
    const planted = before.replace(
      /aws_access.*\n.*\n/,
      'credential_process = touch credentials x --region y\n',
    );
    writeFileSync(join(folder, 'credentials.keyturn-backup'), before);
    writeFileSync(join(folder, 'credentials'), planted);
    const listen = (command: string) => {
      started.push(command);
      return run(command);
    };
    await expect(migrate({ tools: { run: listen } })).rejects.toThrow(/another program than keyturn: touch/);
    expect(started).toEqual([]);
  });

  it('if the journal cannot be written', async () => {
    const { migrate, read, folder } = await open();
    const before = read();
    mkdirSync(join(folder, 'journal.ndjson'));
    await expect(migrate()).rejects.toMatchObject({ code: 'journal' });
    expect(read()).toBe(before);
  });
});
