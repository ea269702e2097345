import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '../../../src/sandbox/index.ts';

/** Another auditor, which scripts/python-peers.sh --prowler installs into .venv-prowler. */
const PROWLER = join(import.meta.dirname, '../../../.venv-prowler/bin/prowler');
export const isThere = existsSync(PROWLER);
/** For the name of a suite. */
export const notRun = isThere
  ? ''
  : ' (NOT RUN: no .venv-prowler; scripts/python-peers.sh --prowler makes it)';

/** What it said of one resource. */
export interface Finding {
  check: string;
  status: string;
  /** ARN, more often than not. */
  resource: string;
  region: string;
}

interface Ocsf {
  status_code: string;
  metadata: { event_code: string };
  resources: { uid: string; region: string }[];
}

/** Runs these checks of prowler on the first account of a sandbox. */
export async function runProwler(
  sandbox: Sandbox,
  checks: readonly string[],
  regions: readonly string[],
): Promise<Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-prowler-'));
  const what = ['aws', '--region', ...regions, '--checks', ...checks];
  const how = ['-M', 'json-ocsf', '-o', folder, '-F', 'out', '--no-banner', '--ignore-exit-code-3'];
  try {
    const child = spawn(PROWLER, [...what, ...how], {
      env: { ...sandbox.env, PATH: process.env['PATH'], HOME: folder, AWS_CONFIG_FILE: '/dev/null' },
      stdio: 'ignore',
    });
    const status = await new Promise((resolve) => child.once('exit', resolve));
    if (status !== 0) throw new Error(`prowler ended with ${String(status)}`);
    const findings = JSON.parse(readFileSync(join(folder, 'out.ocsf.json'), 'utf8')) as Ocsf[];
    return findings.map(({ status_code, metadata, resources: [resource] }) => ({
      check: metadata.event_code,
      status: status_code,
      resource: resource!.uid,
      region: resource!.region,
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
