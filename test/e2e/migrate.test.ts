import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notRun, python } from '../sandbox/conformance/peers.ts';
import { type BuiltCli, buildCli, type Ended } from './keyturn.ts';

let cli: BuiltCli;

beforeAll(async () => {
  cli = await buildCli();
  writeFileSync(
    join(cli.folder, 'seed.yaml'),
    `accounts:
  - id: "111122223333"
    users:
      - { name: ci, path: /robots/, keys: [{ created: 120d }] }
      - { name: deploy, keys: [{ created: 20d }] }
      - { name: reader, keys: [{ created: 20d }], inline: { read: { Version: "2012-10-17", Statement: [
          { Effect: Allow, Action: "secretsmanager:GetSecretValue", Resource: "*" } ] } } }
    roles: [{ name: reading, policies: [AdministratorAccess], trusts: ["arn:aws:iam::111122223333:user/robots/ci"] }]
    secrets: [{ name: app/other, value: hello }]
`,
  );
});
afterAll(() => cli.remove());

const WHO = `
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  const { STSClient, GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
  const client = new STSClient({});
  const { Arn } = await client.send(new GetCallerIdentityCommand({}));
  const { accessKeyId, expiration } = await client.config.credentials();
  console.log(Arn, accessKeyId, expiration === undefined ? 'for ever' : 'for a while');
`;

/**
 * Runs SCRIPT inside one sandbox. There, "$CREDENTIALS" is the credentials file with profiles default (an administrator), ci, deploy and reader;
 * \`keyturn\` is the one that was built; \`as PROFILE COMMAND\` runs without the variables that hold keys; \`who\` is the unmodified SDK.
 */
function inside(script: string): Ended & { text: string } {
  const folder = join(cli.folder, 'work');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  writeFileSync(join(cli.folder, 'who.mjs'), WHO);
  const program = `${process.execPath} ${cli.bin}`;
  const body = `
    export CREDENTIALS="$AWS_SHARED_CREDENTIALS_FILE"
    keyturn() { ${program} "$@"; }
    as() { local name="$1"; shift; AWS_PROFILE="$name" env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY -u AWS_SESSION_TOKEN "$@"; }
    who() { (cd ${process.cwd()} && as "$1" ${process.execPath} --input-type=module -e "$(cat ${cli.folder}/who.mjs)"); }
    migrate() { as default ${program} keys migrate --program '${program}' --journal journal "$@"; }
    masked() { sed 's/\\(secret_access_key *= *\\).*/\\1.../I' "$1"; }
    cd work
    ${script}`;
  const ended = cli.run(['sandbox', '--seed', 'seed.yaml', '--', 'bash', '-c', body], {
    env: { TMPDIR: cli.folder },
  });
  return { ...ended, text: ended.stdout + ended.stderr };
}

describe('keyturn keys migrate', () => {
  it('moves a profile; the SDK goes on, also after a rotation, and there is a way back', () => {
    const { status, stdout, stderr } = inside(`
      set -e
      cp "$CREDENTIALS" before
      who ci
      migrate ci --read-as reader
      cmp before "$CREDENTIALS"
      test ! -e journal
      migrate ci --read-as reader --apply --yes
      diff before "$CREDENTIALS" | masked /dev/stdin || true
      ls "$(dirname "$CREDENTIALS")"
      who ci
      as default ${process.execPath} ${cli.bin} keys rotate ci --journal journal --apply --yes > rotated
      who ci
      migrate ci --back --apply --yes
      who ci
      grep -c secretAccess journal || true
    `);
    expect([status, stderr]).toEqual([0, expect.stringContaining('Nothing was changed.')]);
    const ids = [...stdout.matchAll(/user\/robots\/ci (AKIA\w+) (.*)/g)].map(([, id, life]) => [id, life]);
    expect(ids.map(([, life]) => life)).toEqual(['for ever', 'for a while', 'for a while', 'for ever']);
    expect(ids[1]![0]).toBe(ids[0]![0]);
    expect(ids[2]![0]).not.toBe(ids[0]![0]);
    expect(ids[3]![0]).toBe(ids[2]![0]);
    const command = `${process.execPath} ${cli.bin} credentials keyturn/ci --region us-east-1 --profile reader`;
    expect(stdout).toContain(`> credential_process = ${command}\n`);
    expect(stdout.match(/^[<>]/gm)).toHaveLength(3);
    expect(stdout).toContain('config\ncredentials\nenv\n');
  });

  it.skipIf(python === undefined)(`serves the AWS CLI and boto3, which are botocore${notRun}`, () => {
    const session =
      'import botocore.session; s = botocore.session.Session(); c = s.get_credentials(); ' +
      "print(c.method, s.create_client('sts').get_caller_identity()['Arn'], c.refresh_needed(), c.refresh_needed(3600))";
    const { status, stdout, text } = inside(`
      set -e
      printf '\\n# a note\\n[last]\\nregion = eu-west-1 # far\\n' >> "$CREDENTIALS"
      migrate ci --read-as reader --apply --yes > /dev/null
      as ci '${python}' -c "${session}"
    `);
    expect(status, text).toBe(0);
    // It asks again before the hour is over, and not at each call.
    expect(stdout).toBe('custom-process arn:aws:iam::111122223333:user/robots/ci False True\n');
  });

  it('moves a .env file that a scan found', () => {
    const { status, stdout, text } = inside(`
      set -e
      id="$(sed -n '/^.deploy/,/^$/s/aws_access_key_id = //p' "$CREDENTIALS")"
      secret="$(sed -n '/^.deploy/,/^$/s/aws_secret_access_key = //p' "$CREDENTIALS")"
      printf '# for the app\\r\\nexport AWS_ACCESS_KEY_ID="%s"\\r\\nexport AWS_SECRET_ACCESS_KEY="%s"\\r\\nPORT=1\\r\\n' "$id" "$secret" > .env
      printf 'accessKeyId: %s\\nsecretAccessKey: %s\\n' "$id" "$secret" > app.yaml
      chmod 640 .env
      keyturn scan --no-cache --exit-zero -f json . > report.json
      set +e
      migrate --from report.json --as-profile app --apply --yes -f json > result.json; echo "status $?"
      set -e
      cat .env; stat -c %a .env
      AWS_PROFILE= ; set -a; . <(tr -d '\\r' < .env); set +a
      who "$AWS_PROFILE"
      printf 'status %s\\n' "$(ls -A | tr '\\n' ' ')"
    `);
    expect(status, text).toBe(0);
    expect(stdout).toContain('# for the app\r\nexport AWS_PROFILE="app"\r\nPORT=1\r\n640\n');
    expect(stdout).toMatch(/user\/deploy AKIA\w+ for a while/);
    // The other file has to be changed by hand.
    expect(stdout).toContain('status 1\n');
    expect(text).toMatch(/leave .*app\.yaml:1 AKIA\w+: .*by hand/);
    expect(stdout).toContain('status .env app.yaml journal report.json result.json \n');
    const { results } = JSON.parse(readFileSync(join(cli.folder, 'work/result.json'), 'utf8'));
    expect(results).toMatchObject([{ user: 'deploy', state: 'done' }]);
  });

  it('asks who is to read the secret, when only variables sign', () => {
    const { status, stderr } = inside('keyturn keys migrate ci');
    expect(status).toBe(2);
    expect(stderr).toContain('who is to read the secret later?');
    expect(stderr).toContain('--read-as');
  });

  it('makes nothing when nothing could serve it', () => {
    const { stdout, stderr } = inside(`
      cp "$CREDENTIALS" before
      migrate ci --program no-such-keyturn --apply --yes; echo "status $?"
      migrate ci --program 'echo' --apply --yes; echo "status $?"
      migrate nobody; echo "status $?"
      cmp before "$CREDENTIALS"; test -e journal; echo "journal $?"
    `);
    expect(stdout).toBe('status 2\nstatus 2\nstatus 2\njournal 1\n');
    expect(stderr).toContain('Say how keyturn is started by --program.');
    expect(stderr).toContain('echo is not keyturn');
    expect(stderr).toContain('no profile nobody with a key');
  });

  it('does not move what keyturn signs or reads with, and sees when it would serve itself', () => {
    const { stdout, stderr } = inside(`
      as ci ${process.execPath} ${cli.bin} keys migrate ci; echo "status $?"
      migrate reader --read-as reader; echo "status $?"
      printf '[loop]\\ncredential_process = %s\\n' '${process.execPath} ${cli.bin} credentials app/x --region us-east-1 --profile loop' >> "$CREDENTIALS"
      as loop ${process.execPath} ${cli.bin} credentials app/x --profile loop; echo "status $?"
    `);
    expect(stdout).toBe('status 1\nstatus 1\nstatus 2\n');
    expect(stderr).toContain('it is what keyturn signs with');
    expect(stderr).toContain('cannot be served from it');
    expect(stderr).toContain('or it is served from this very secret');
  });

  it('puts a file back whose reader turns out to need the very key that was moved', () => {
    const { stdout, stderr } = inside(`
      printf '[profile via]\\nrole_arn = arn:aws:iam::111122223333:role/reading\\nsource_profile = ci\\n' >> "$AWS_CONFIG_FILE"
      cp "$CREDENTIALS" before
      migrate ci --read-as via --apply --yes; echo "status $?"
      cmp before "$CREDENTIALS"; ls "$(dirname "$CREDENTIALS")"; who ci
    `);
    expect(stdout).toContain('was put back as it was');
    expect(stdout).toMatch(/status 2\nconfig\ncredentials\nenv\n.*user\/robots\/ci AKIA\w+ for ever\n$/);
    expect(stderr).not.toContain('cmp');
  });

  it('leaves the file alone when the disk is full or the folder is read-only', () => {
    const unprivileged = process.getuid?.() === 0 ? 'setpriv --reuid 65534 --clear-groups' : '';
    chmodSync(cli.folder, 0o755);
    const { stdout, stderr } = inside(`
      head -c 20000 /dev/zero | tr '\\0' '#' > padding
      printf '\\n[empty]\\n' | cat padding - "$CREDENTIALS" > credentials
      cp credentials before
      (ulimit -f 6; migrate ci --file "$PWD/credentials" --apply --yes); echo "status $?"
      cmp before credentials; ls
      rm -f journal
      mkdir locked; cp "$CREDENTIALS" locked/credentials; chmod 644 locked/credentials; chmod 555 locked
      chmod 711 "$(dirname "$CREDENTIALS")"; chmod 644 "$CREDENTIALS"
      as default ${unprivileged} ${process.execPath} ${cli.bin} keys migrate ci --file "$PWD/locked/credentials" --journal /dev/null; echo "status $?"
      ls locked
    `);
    expect(stdout).toContain('failed: cannot write a backup of');
    expect(stderr).toContain('cannot write beside');
    expect(stdout).toMatch(/status 2\nbefore\ncredentials\njournal\npadding\nstatus 2\ncredentials\n$/);
  });
});

describe('keyturn credentials', () => {
  it('prints what a credential_process prints, and keeps nothing', () => {
    const { status, stdout } = inside(`
      set -e
      migrate ci --apply --yes --replica eu-west-1 > /dev/null
      export HOME="$PWD/home" XDG_CACHE_HOME="$PWD/cache"
      keyturn credentials keyturn/ci > served.json
      keyturn credentials keyturn/ci --region eu-west-1 | cmp <(sed 's/,"Exp.*//' served.json) <(sed 's/,"Exp.*//')
      ls -A
    `);
    expect([status, stdout]).toEqual([0, 'journal\nserved.json\n']);
    const served = JSON.parse(readFileSync(join(cli.folder, 'work/served.json'), 'utf8'));
    expect(Object.keys(served)).toEqual(['Version', 'AccessKeyId', 'SecretAccessKey', 'Expiration']);
    const life = Date.parse(served.Expiration) - Date.now();
    expect(life).toBeGreaterThan(50 * 60_000);
    expect(life).toBeLessThanOrEqual(60 * 60_000);
  });

  it('says what is wrong in one line, and never a secret', () => {
    const { stdout, stderr } = inside(`
      keyturn credentials app/none; echo "status $?"
      keyturn credentials app/other; echo "status $?"
      printf 'keys: { nonsense: 1 }\\n' > keyturn.yaml
      as ci ${process.execPath} ${cli.bin} credentials app/other --profile ci; echo "status $?"
    `);
    expect(stdout).toBe('status 2\nstatus 2\nstatus 2\n');
    expect(stderr).toContain('keyturn: there is no secret app/none here\n');
    expect(stderr).toContain('keyturn: the secret app/other holds no access key\n');
    expect(stderr).toContain('{"Effect":"Allow","Action":"secretsmanager:GetSecretValue"');
    expect(stderr).not.toContain('hello');
    expect(readdirSync(join(cli.folder, 'work'))).toEqual(['keyturn.yaml']);
  });
});
