import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAws } from '../../../src/aws/connect.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { Secret } from '../../../src/base/secret.ts';
import { servedForm } from '../../../src/keys/credentials.ts';
import { openJournal } from '../../../src/keys/journal.ts';
import { parseCall } from '../../../src/keys/migrate/call.ts';
import { move } from '../../../src/keys/migrate/move.ts';
import { type PlanOptions, planMoves } from '../../../src/keys/migrate/plan.ts';
import { finishInterrupted } from '../../../src/keys/migrate/resume.ts';
import type { Move, MovePlan, MoveTools } from '../../../src/keys/migrate/types.ts';
import { newMemory } from '../../../src/keys/session.ts';
import { DEFAULT_PACE } from '../../../src/keys/types.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { ACCOUNT } from '../../helpers/sandbox.ts';
import { NO_WAIT } from '../bench.ts';

export const REGION = 'us-east-1';
export const PROGRAM = 'keyturn';

export interface Place {
  url: string;
  /** Who signs. */
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  folder: string;
}

/** Moves over HTTP with the SDK's clients; what an SDK would start is run in this process. */
export async function createMigration({ url, credentials, folder }: Place) {
  const connection = await connectTo(url, credentials);
  const self = await connection.sts.self();
  const journalFile = join(folder, 'journal.ndjson');
  const journal = openJournal({ file: journalFile, run: 'test', actor: self.arn, now: Date.now });
  const credentialsFile = join(folder, 'credentials');

  async function run(command: string): Promise<string> {
    const call = parseCall(command);
    if (call?.program !== PROGRAM) throw new Error(`not ours: ${command}`);
    const now = { now: Date.now(), lifeMs: 3_600_000 };
    return (await servedForm(connection.secrets, call.secretName, now)).reveal();
  }

  function toolsFor(
    planned: Pick<Move, 'owner' | 'place' | 'call'> | undefined,
    over: Partial<MoveTools> = {},
  ): MoveTools {
    return {
      session: {
        aws: connection,
        clock: systemClock,
        journal,
        self,
        order: {
          user: planned?.owner.user ?? '',
          retire: planned?.place.key.id ?? '',
          secretName: planned?.call.secretName ?? '',
          reason: 'test',
        },
        rules: NO_WAIT,
        pace: {
          ...DEFAULT_PACE,
          settleMs: 300,
          pollMs: 10,
          verify: { times: 1, everyMs: 10, deadlineMs: 500 },
        },
        sinks: [],
        memory: newMemory(),
      },
      run,
      program: PROGRAM,
      secret: { replicaRegions: [], tags: {} },
      credentialsFile,
      ...over,
    };
  }

  const plan = (over: Partial<PlanOptions> = {}): Promise<MovePlan> =>
    planMoves({
      aws: connection,
      clock: systemClock,
      self,
      files: [credentialsFile],
      credentialsFile,
      configFile: join(folder, 'config'),
      accountId: ACCOUNT,
      secretTemplate: 'keyturn/{user}',
      call: { program: PROGRAM, region: REGION, profile: 'sso' },
      ...over,
    });

  /** What the command does: an interrupted move first, then what is planned. */
  async function migrate(
    over: { plan?: Partial<PlanOptions>; tools?: Partial<MoveTools> } = {},
  ): Promise<string[]> {
    const { moves, interrupted } = await plan(over.plan);
    const said: string[] = [];
    for (const file of interrupted) said.push(await finishInterrupted(toolsFor(undefined, over.tools), file));
    for (const one of moves) said.push(await move(toolsFor(one, over.tools), one));
    return said;
  }

  return { plan, migrate, toolsFor, run, secrets: connection.secrets, journalFile, credentialsFile };
}

function connectTo(url: string, { secretAccessKey, sessionToken, accessKeyId }: Place['credentials']) {
  return connectAws({
    endpoint: url,
    region: REGION,
    credentials: {
      accessKeyId,
      secretAccessKey: new Secret(secretAccessKey),
      ...(sessionToken !== undefined && { sessionToken: new Secret(sessionToken) }),
    },
  });
}

export function profileText(name: string, { accessKeyId, secretAccessKey }: Place['credentials']): string {
  return `[${name}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
}

const folders: string[] = [];

/** A bench in a folder of its own, with `text` as its credentials file. An administrator signs by default. */
export async function openMigration(
  sandbox: Sandbox,
  text: string,
  credentials: Place['credentials'] = sandbox.control.adminOf(ACCOUNT),
) {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-migrate-'));
  folders.push(folder);
  const place = { url: sandbox.url, credentials, folder };
  const bench = await createMigration(place);
  writeFileSync(bench.credentialsFile, text, { mode: 0o640 });
  return { ...bench, folder, read: (name = 'credentials') => readFileSync(join(folder, name), 'utf8') };
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
