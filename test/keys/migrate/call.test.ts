import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CredentialCall, checkCall, commandLine, parseCall } from '../../../src/keys/migrate/call.ts';
import { filesOfReport } from '../../../src/keys/migrate/from-report.ts';

const CALL: CredentialCall = { program: 'keyturn', secretName: 'keyturn/ci', region: 'eu-west-1' };

describe('a credential_process of ours', () => {
  it('is read as it was written', () => {
    const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019_-./+=@'), minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(
        fc.constantFrom('keyturn', 'node "/opt/my tools/keyturn.js"', "env A='b c' keyturn"),
        word,
        fc.option(fc.constantFrom('sso', 'a.b@c'), { nil: undefined }),
        fc.option(fc.constantFrom('http://127.0.0.1:4566', 'https://[::1]/x'), { nil: undefined }),
        (program, secretName, profile, endpoint) => {
          const call = {
            ...CALL,
            program,
            secretName,
            ...(profile !== undefined && { profile }),
            ...(endpoint !== undefined && { endpoint }),
          };
          checkCall(call);
          expect(parseCall(commandLine(call))).toEqual(call);
        },
      ),
    );
  });

  it.each([
    ['--program', { program: 'keyturn; rm -rf /\n' }],
    ['--program', { program: '$(id)' }],
    ['--program', { program: 'keyturn # x' }],
    ['--secret', { secretName: 'a b' }],
    ['--secret', { secretName: 'a;id' }],
    ['--region', { region: 'x y' }],
    ['--read-as', { profile: 'my profile' }],
    ['--endpoint-url', { endpoint: 'http://x/$(id)' }],
  ])('has no %s that a shell or an INI file would take for something else: %j', (option, part) => {
    expect(() => checkCall({ ...CALL, ...part })).toThrow(option);
  });

  it.each([
    'keyturn credentials keyturn/ci',
    'aws configure export-credentials',
    'keyturn credentials keyturn/ci --region x; id',
    'keyturn credentials keyturn/ci --region x;id',
    'keyturn credentials $(id) --region x',
    'id; keyturn credentials keyturn/ci --region x',
  ])('is none: %s', (line) => {
    expect(parseCall(line)).toBeUndefined();
  });
});

describe('a report of a scan', () => {
  it('names each file of the work tree where a key stands, once', () => {
    const at = (path: string, source = 'worktree') => ({ source, path });
    const report = {
      schemaVersion: 1,
      findings: [
        { keyId: 'AKIA', occurrences: [at('.env'), at('.env'), at('a.zip!.env'), at('old', 'history')] },
        { keyId: 'AKIB', occurrences: [at('b/.env')] },
        { occurrences: [at('token.txt')] },
      ],
    };
    expect(filesOfReport(JSON.stringify(report), 'r.json')).toEqual(['.env', 'b/.env']);
  });

  it.each(['', 'no JSON', 'null', '{}', '{"schemaVersion":2,"findings":[]}'])('is none: %j', (text) => {
    expect(() => filesOfReport(text, 'r.json')).toThrow(/^r\.json: no JSON/);
  });
});
