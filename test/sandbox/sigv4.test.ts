import { GuardDutyClient, ListTagsForResourceCommand } from '@aws-sdk/client-guardduty';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import {
  isSignedWith,
  parseAuthorization,
  type SignedRequest,
  signingTime,
} from '../../src/sandbox/sigv4.ts';
import { makeRandom, makeSecret } from '../helpers/credentials.ts';

// It would warn that this is an old Node.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** The worked example of AWS's own documentation ("Signature Version 4 signing process", ListUsers). Its key is documented. */
const SECRET = new Secret(['wJalrXUtnFEMI', 'K7MDENG+bPxRfiCYEXAMPLEKEY'].join('/'));
const REQUEST: SignedRequest = {
  method: 'GET',
  target: '/?Action=ListUsers&Version=2010-05-08',
  headers: {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    host: 'iam.amazonaws.com',
    'x-amz-date': '20150830T123600Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
  },
  body: new Uint8Array(),
};
const CLAIM = parseAuthorization(REQUEST.headers['authorization'])!;

describe('a signature', () => {
  it('is read from the header', () => {
    expect(CLAIM).toMatchObject({
      keyId: 'AKIDEXAMPLE',
      date: '20150830',
      region: 'us-east-1',
      service: 'iam',
    });
    expect(CLAIM.signedHeaders).toEqual(['content-type', 'host', 'x-amz-date']);
    expect(signingTime(REQUEST.headers)).toBe(Date.UTC(2015, 7, 30, 12, 36));
  });

  it('of the documented example holds', () => {
    expect(isSignedWith(SECRET, REQUEST, CLAIM)).toBe(true);
  });

  it.each<[string, Partial<SignedRequest>]>([
    ['the method', { method: 'POST' }],
    ['the path', { target: '/x?Action=ListUsers&Version=2010-05-08' }],
    ['the query', { target: '/?Action=ListRoles&Version=2010-05-08' }],
    ['a signed header', { headers: { ...REQUEST.headers, host: 'example.com' } }],
    ['the time', { headers: { ...REQUEST.headers, 'x-amz-date': '20150830T123601Z' } }],
    ['the body', { body: Buffer.from('x') }],
  ])('does not hold when %s was changed', (_what, change) => {
    expect(isSignedWith(SECRET, { ...REQUEST, ...change }, CLAIM)).toBe(false);
  });

  it('covers a path that is encoded once more than it was sent', async () => {
    const client = new GuardDutyClient({
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET.reveal() },
    });
    let sent: SignedRequest | undefined;
    client.middlewareStack.add(
      () =>
        async ({ request }) => {
          const { method, path, headers } = request as {
            method: string;
            path: string;
            headers: Record<string, string>;
          };
          const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
          sent = { method, target: path, headers: Object.fromEntries(lower), body: new Uint8Array() };
          throw new Error('not sent');
        },
      { step: 'finalizeRequest', priority: 'low' },
    );
    const resourceArn = "arn:aws:guardduty:us-east-1:111122223333:detector/a b!'()*";
    await expect(client.send(new ListTagsForResourceCommand({ ResourceArn: resourceArn }))).rejects.toThrow(
      'not sent',
    );
    expect(sent!.target).toContain('%3A');
    expect(isSignedWith(SECRET, sent!, parseAuthorization(sent!.headers['authorization'])!)).toBe(true);
  });

  it('does not hold with another secret, region or service', () => {
    expect(isSignedWith(new Secret(makeSecret(makeRandom(1))), REQUEST, CLAIM)).toBe(false);
    expect(isSignedWith(SECRET, REQUEST, { ...CLAIM, region: 'eu-west-1' })).toBe(false);
    expect(isSignedWith(SECRET, REQUEST, { ...CLAIM, service: 'sts' })).toBe(false);
  });

  it.each([undefined, '', 'Bearer x', 'AWS4-HMAC-SHA256 Credential=a/b, Signature=c'])(
    'is none in %j',
    (header) => {
      expect(parseAuthorization(header)).toBeUndefined();
    },
  );

  it('without a readable time has none', () => {
    expect(signingTime({ 'x-amz-date': 'yesterday' })).toBeNaN();
    expect(signingTime({})).toBeNaN();
  });
});
