import { describe, expect, it } from 'vitest';
import { matchRemotes, placeOf, type Remote } from '../../src/git/remotes.ts';

describe('placeOf', () => {
  it.each([
    ['https://github.com/owner/name.git', 'github.com:owner/name'],
    ['https://user:token@GitHub.com/owner/name/', 'github.com:owner/name'],
    ['ssh://git@github.com:22/owner/name', 'github.com:owner/name'],
    ['git@github.com:owner/name.git', 'github.com:owner/name'],
    ['github.com:/owner/name', 'github.com:owner/name'],
    ['/srv/git/name.git/', '/srv/git/name'],
    ['../name', '../name'],
    ['C:\\git\\name', 'C:\\git\\name'],
    ['file:///srv/git/name', 'file:///srv/git/name'],
  ])('of %s is %s', (url, place) => {
    expect(placeOf(url)).toBe(place);
  });

  it('tells hosts, owners and letter case of paths apart', () => {
    const urls = [
      'https://github.com/owner/name',
      'https://gitlab.com/owner/name',
      'https://github.com/other/name',
      'https://github.com/owner/Name',
      '/github.com/owner/name',
    ];
    expect(new Set(urls.map(placeOf)).size).toBe(urls.length);
  });
});

describe('matchRemotes', () => {
  const remote = (name: string, ...urls: string[]): Remote => ({
    name,
    places: new Set(urls.map(placeOf)),
    tracking: [`refs/remotes/${name}/*`],
    isPromisor: false,
  });
  const origin = remote('origin', 'https://host/team/app.git');
  const mirror = remote('mirror', 'https://mirror/app');

  it('takes the named remote if it is fetched from where the push goes', () => {
    expect(matchRemotes([origin, mirror], 'origin', 'git@host:team/app')).toEqual([origin]);
    expect(matchRemotes([origin, mirror], 'origin', 'git@mirror:app')).toEqual([]);
  });

  it('takes all that are fetched from a URL', () => {
    const again = remote('again', 'ssh://git@host/team/app');
    const url = 'https://host/team/app';
    expect(matchRemotes([origin, mirror, again], url, url)).toEqual([origin, again]);
    expect(matchRemotes([origin], 'https://host/other', 'https://host/other')).toEqual([]);
  });
});
