import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createFolder } from '../../src/sandbox/folder.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';

afterEach(closeSandboxes);

describe('the folder of a sandbox', () => {
  it('has a profile for each key, none in the place of another', async () => {
    const sandbox = await openSandbox({
      accounts: [
        {
          id: ACCOUNT,
          users: [
            { name: 'ci', keys: [{}, {}] },
            { name: 'default', keys: [{}] },
          ],
        },
        { id: '444455556666', users: [{ name: 'ci', keys: [{}] }] },
      ],
    });
    const folder = createFolder(sandbox);
    expect(folder.profiles).toEqual([
      'ci',
      'ci-2',
      `${ACCOUNT}-default`,
      'admin-444455556666',
      '444455556666-ci',
    ]);
    const credentials = readFileSync(folder.env['AWS_SHARED_CREDENTIALS_FILE']!, 'utf8');
    const [, id] = /\[ci-2\]\naws_access_key_id = (\w+)/.exec(credentials) ?? [];
    expect(id).toBe(sandbox.control.keysOf(ACCOUNT, 'ci')[1]!.accessKeyId);
    folder.remove();
    expect(existsSync(dirname(folder.envFile))).toBe(false);
  });

  it('has a file that a shell can read, and nobody but the user', async () => {
    const folder = createFolder(await openSandbox());
    expect(statSync(folder.envFile).mode & 0o777).toBe(0o600);
    const shown = execFileSync('sh', ['-c', `. "${folder.envFile}"; printf %s "$AWS_SESSION_TOKEN"`], {
      encoding: 'utf8',
    });
    folder.remove();
    expect(shown).toBe(folder.env['AWS_SESSION_TOKEN']);
  });
});
