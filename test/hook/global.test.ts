import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hookStatus } from '../../src/hook/status.ts';
import { gitWithConfigHooks, makePlace } from './place.ts';

const PUSH = ['push', '--quiet', 'origin', 'HEAD:refs/heads/main'];
const COMMIT = ['commit', '--quiet', '--allow-empty', '-m', 'x'];

describe('a global installation as files', () => {
  it("guards every repository and keeps each one's own hooks running", async () => {
    const place = makePlace();
    const log = join(place.home, 'log');
    place.write('.git/hooks/pre-push', `#!/bin/sh\ncat >"${log}"\n`, 0o755);
    place.write('.git/hooks/post-commit', `#!/bin/sh\necho committed >>"${log}"\n`, 0o755);
    const config = readFileSync(join(place.home, '.gitconfig'), 'utf8');
    await place.install({ method: 'file' }, 'global');
    expect((await place.install({ method: 'file' }, 'global')).changes).toEqual([]);
    place.git(...COMMIT);
    expect(readFileSync(log, 'utf8')).toBe('committed\n');
    place.verdict(1);
    expect(place.git(...PUSH).status).toBe(1);
    place.verdict(0);
    expect(place.git(...PUSH).status).toBe(0);
    expect(place.seen()).toContain(readFileSync(log, 'utf8'));
    await place.uninstall(undefined, 'global');
    expect(existsSync(place.globalHooksDir)).toBe(false);
    expect(readFileSync(join(place.home, '.gitconfig'), 'utf8')).toBe(config);
  });

  it('keeps the rest when one event of two goes', async () => {
    const place = makePlace();
    await place.install({ method: 'file' }, 'global');
    await place.install({ method: 'file', event: 'pre-commit' }, 'global');
    await place.uninstall(['pre-commit'], 'global');
    place.verdict(1);
    expect(place.git(...COMMIT).status).toBe(0);
    expect(place.git(...PUSH).status).toBe(1);
  });

  it('goes into the folder that the user has, in front of the hook there', async () => {
    const place = makePlace();
    const hook = place.write('mine/pre-push', '#!/bin/sh\nexit $OLD\n', 0o755);
    place.git('config', '--global', 'core.hooksPath', join(place.repository, 'mine'));
    await place.install({ method: 'file' }, 'global');
    expect(place.gitIn(place.repository, PUSH, { OLD: '1' }).status).toBe(1);
    expect(place.seen()).toContain('hook run pre-push');
    await place.uninstall(undefined, 'global');
    expect(readdirSync(join(place.repository, 'mine'))).toEqual(['pre-push']);
    expect(readFileSync(hook, 'utf8')).toContain('OLD');
  });

  it('is left alone by --local, and status says when a repository hides it', async () => {
    const place = makePlace();
    await place.install({ method: 'file' }, 'global');
    expect((await place.install({ method: 'file' })).changes).toEqual([]);
    expect((await place.uninstall()).changes).toEqual([]);
    const path = process.env['PATH']!;
    expect(hookStatus(await place.look(), await place.look('global'), path)).toMatchObject({
      ok: true,
      hooks: [{ scope: 'global', mechanism: 'file' }],
      others: [],
    });
    place.git('config', 'core.hooksPath', 'own');
    const status = hookStatus(await place.look(), await place.look('global'), path);
    expect(status.ok).toBe(false);
    expect(status.problems.join()).toContain('hides the global hooks');
  });
});

const newer = gitWithConfigHooks();

// Needs git 2.54 or later on the PATH, or its folder in KEYTURN_TEST_GIT.
describe.skipIf(newer === undefined)(
  'hooks defined by configuration (needs git 2.54: on the PATH, or its folder in KEYTURN_TEST_GIT)',
  () => {
    const make = () => makePlace(newer?.folder === undefined ? {} : { gitFolder: newer.folder });

    it.each(['local', 'global'] as const)(
      '%s: touches no file, gets arguments and input, blocks, and goes',
      async (scope) => {
        const place = make();
        const file = join(
          scope === 'local' ? place.repository : place.home,
          scope === 'local' ? '.git/config' : '.gitconfig',
        );
        const config = readFileSync(file, 'utf8');
        const log = join(place.home, 'log');
        place.write('.git/hooks/pre-push', `#!/bin/sh\ncat >"${log}"\n`, 0o755);
        const before = readdirSync(join(place.repository, '.git/hooks'));
        const plan = await place.install({}, scope);
        expect(plan.mechanism).toBe('config');
        expect((await place.install({}, scope)).changes).toEqual([]);
        expect(readdirSync(join(place.repository, '.git/hooks'))).toEqual(before);
        place.verdict(1);
        expect(place.git(...PUSH).status).toBe(1);
        place.verdict(0);
        expect(place.git(...PUSH).status).toBe(0);
        expect(place.seen()).toContain(
          `hook run pre-push origin ${place.remote}\n${readFileSync(log, 'utf8')}`,
        );
        await place.uninstall(undefined, scope);
        expect(readFileSync(file, 'utf8')).toBe(config);
      },
    );

    it('runs beside husky and is told of by status, switched off too', async () => {
      const place = make();
      place.git('config', 'core.hooksPath', '.husky/_');
      place.write('.husky/_/h', '');
      await place.install();
      place.verdict(1);
      expect(place.git(...PUSH).status).toBe(1);
      const status = async () => hookStatus(await place.look(), await place.look('global'), '');
      expect(await status()).toMatchObject({
        ok: true,
        hooks: [{ mechanism: 'config', where: 'hook.keyturn-pre-push' }],
      });
      place.git('config', 'hook.keyturn-pre-push.enabled', 'false');
      expect((await status()).hooks[0]!.problems.join()).toContain('switched off');
      await expect(place.install()).rejects.toThrow('is switched off');
    });

    it('keeps a file that is installed already, and warns of a hook that changes commits later', async () => {
      const place = make();
      await place.install({ method: 'file' });
      expect(await place.install()).toMatchObject({ changes: [], mechanism: 'file' });
      place.write('.git/hooks/pre-commit', '#!/bin/sh\n', 0o755);
      const { notes } = await place.install({ event: 'pre-commit' });
      expect(notes.join()).toContain('after keyturn');
    });
  },
);

it.skipIf(newer !== undefined && newer.folder === undefined)(
  'refuses the configuration where git is older',
  async () => {
    await expect(makePlace().install({ method: 'config' })).rejects.toThrow('2.54 and later do');
  },
);
