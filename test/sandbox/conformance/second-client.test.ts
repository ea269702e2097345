import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startSandbox } from '../../../src/sandbox/index.ts';
import { notRun, python } from './peers.ts';

const SCRIPT = join(import.meta.dirname, 'second_client.py');

describe.skipIf(python === undefined)(`botocore drives the sandbox${notRun}`, () => {
  it('through every service', async () => {
    const sandbox = await startSandbox({
      seed: {
        accounts: [
          { id: '111122223333', users: [{ name: 'ann' }, { name: 'bob' }] },
          { id: '444455556666' },
          { id: '777788889999', state: 'SUSPENDED' },
        ],
        settings: { hasEmptyPages: true },
      },
    });
    // Asynchronous: the sandbox serves from this very process.
    const { stdout } = await promisify(execFile)(python!, [SCRIPT], { env: { ...sandbox.env } }).finally(
      sandbox.close,
    );
    expect(JSON.parse(stdout)).toEqual({
      identity: ['111122223333', 'arn:aws:sts::111122223333:assumed-role/SandboxAdmin/admin'],
      'created is a time': true,
      quota: [null, ['LimitExceeded', 409]],
      tags: [{ Key: 'team', Value: 'a <b> & c' }],
      'no user': ['NoSuchEntity', 404],
      pages: [2, 1],
      policy: { Statement: [] },
      summary: 2,
      report: ['user', 'arn'],
      zoe: 'arn:aws:iam::111122223333:user/zoe',
      'zoe may not': [
        ['AccessDenied', 403],
        ['AccessDeniedException', 400],
      ],
      'wrong secret': [
        ['SignatureDoesNotMatch', 403],
        ['InvalidSignatureException', 400],
      ],
      'other account': 'arn:aws:sts::444455556666:assumed-role/OrganizationAccountAccessRole/peer',
      value: 'two',
      bytes: [0, 255],
      stages: ['AWSCURRENT', 'AWSPENDING', 'AWSPREVIOUS'],
      'no secret': ['ResourceNotFoundException', 400],
      accounts: ['111122223333', '444455556666', '777788889999'],
      events: [
        ['admin', 'LimitExceeded'],
        ['admin', null],
        ['admin', null],
      ],
      'event is a time': true,
    });
  });
});
