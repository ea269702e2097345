import { describe, expect, it } from 'vitest';
import { ageOf, atTime } from '../../src/detect/age.ts';
import { readSignedQuery } from '../../src/detect/signed-url.ts';
import { makeBase64, makeHex, makeKeyId, makeRandom, makeToken } from '../helpers/credentials.ts';
import { scan } from './scan.ts';

const random = makeRandom(61);
const id = makeKeyId(random);
const temporary = makeKeyId(random, { prefix: 'ASIA' });
const signature = makeHex(random, 64);
const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${id}%2F20240102%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20240102T030405Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=${signature}`;

describe('presigned URLs', () => {
  it('say who signed them, where and until when', () => {
    expect(scan(`see https://b.s3.amazonaws.com/k?${query}\n`)).toMatchObject([
      {
        kind: 'presigned-url',
        confidence: 'medium',
        keyId: id,
        accountId: '210987654321',
        details: {
          region: 'eu-west-1',
          service: 's3',
          issuedAt: '2024-01-02T03:04:05Z',
          expiresAt: '2024-01-02T04:04:05Z',
        },
      },
    ]);
  });

  it.each([
    ['encoded in another URL', `https://x.org/?u=${encodeURIComponent(`https://b/k?${query}`)}`],
    ['in HTML', `<a href="https://b/k?${query.replaceAll('&', '&amp;')}">`],
    ['with slashes in clear', `https://b/k?${query.replaceAll('%2F', '/')}`],
  ])('are read %s', (_, text) => {
    expect(scan(text)).toMatchObject([{ kind: 'presigned-url', keyId: id, details: { service: 's3' } }]);
  });

  it('of version 2 have an expiry in seconds', () => {
    const v2 = `https://b.s3.amazonaws.com/k?AWSAccessKeyId=${id}&Expires=1704164645&Signature=${encodeURIComponent(`${makeBase64(random, 27)}=`)}`;
    expect(scan(v2)).toMatchObject([
      { kind: 'presigned-url', keyId: id, details: { expiresAt: '2024-01-02T03:04:05Z' } },
    ]);
  });

  it('hide their signature and their session token', () => {
    const token = makeToken(random);
    const text = `https://b/k?${query.replace(id, temporary)}&X-Amz-Security-Token=${encodeURIComponent(token)}`;
    const matches = scan(text);
    expect(matches).toHaveLength(1);
    const hidden = matches[0]!.secretSpans.map(({ start, end }) =>
      decodeURIComponent(text.slice(start, end)),
    );
    expect(hidden).toEqual([signature, token]);
  });

  it('are RDS tokens too', () => {
    const text = `db.abc.eu-west-1.rds.amazonaws.com:3306/?Action=connect&DBUser=app&${query.replace('%2Fs3%2F', '%2Frds-db%2F')}`;
    expect(scan(text)).toMatchObject([{ kind: 'presigned-url', details: { service: 'rds-db' } }]);
  });

  it('leave an ID in any other URL alone', () => {
    expect(scan(`https://b/k?AWSAccessKeyId=${id}&Signature=test`)).toMatchObject([
      { kind: 'access-key-id' },
    ]);
  });
});

describe('Bedrock session keys', () => {
  it('say the same', () => {
    const url = `bedrock.amazonaws.com/?Action=CallWithBearerToken&${query.replace(id, temporary).replace('%2Fs3%2F', '%2Fbedrock%2F')}&Version=1`;
    const key = `bedrock-api-key-${Buffer.from(url).toString('base64')}`;
    expect(scan(`AWS_BEARER_TOKEN_BEDROCK=${key}\n`)).toMatchObject([
      {
        kind: 'bedrock-session-key',
        confidence: 'high',
        keyId: temporary,
        details: { region: 'eu-west-1', service: 'bedrock', expiresAt: '2024-01-02T04:04:05Z' },
      },
    ]);
  });
});

describe('readSignedQuery', () => {
  it.each([
    '',
    'X-Amz-Credential=',
    'X-Amz-Credential=abc/20240102/x/s3/aws4_request',
    'AWSAccessKeyId=x&Expires=1',
  ])('makes nothing of %j', (text) => expect(readSignedQuery(text)).toBeUndefined());

  it('leaves out dates that are none', () => {
    expect(readSignedQuery(query.replace('20240102T030405Z', 'now'))).toEqual({
      keyId: id,
      region: 'eu-west-1',
      service: 's3',
      signature,
    });
  });
});

describe('age', () => {
  const [match] = scan(`https://b/k?${query}`);
  const end = Date.parse('2024-01-02T04:04:05Z');

  it('needs a clock, which is handed in', () => {
    expect(ageOf(match!, end - 1)).toBe('live');
    expect(ageOf(match!, end)).toBe('expired');
    expect(ageOf({}, end)).toBe('unknown');
  });

  it('turns what has expired into info', () => {
    expect(atTime(match!, end - 1).confidence).toBe('medium');
    expect(atTime(match!, end).confidence).toBe('info');
  });
});
