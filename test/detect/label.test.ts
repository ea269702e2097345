import { describe, expect, it } from 'vitest';
import { partsOf, readLabel } from '../../src/detect/label.ts';

describe('readLabel', () => {
  it.each([
    ['AWS_SECRET_ACCESS_KEY=', ''],
    ['aws_secret_access_key = "', ''],
    ['"secretAccessKey": "', ''],
    ['PROD_AWS_SECRET_ACCESS_KEY=', 'prod'],
    ['fs.s3a.secret.key  ', 'fs s3a'],
    ['- name: AWS_SECRET_KEY\n  value: "', ''],
    ['{"name":"STAGING_AWS_SECRET_KEY","value":"', 'staging'],
    ['System.setProperty("aws.secretKey", "', ''],
    ['<key>SecretAccessKey</key>\n\t<string>', ''],
    ['<add key="AWSSecretKey" value="', ''],
    ['Secret Access Key: ', ''],
    ['variable "aws_secret_key" {\n  default = "', ''],
    ["os.getenv('AWS_SECRET_ACCESS_KEY', '", ''],
    ['&secret_access_key=', ''],
    ['x%26aws_secret_key%3D', ''],
    ['aws.secretkey=', ''],
  ])('reads %j as the name of a secret', (before, stem) => {
    expect(readLabel(before)).toEqual({ role: 'secret', needs: 'nothing', stem });
  });

  it.each([
    ['secret_key = ', 'context'],
    ['GITHUB_CLIENT_SECRET=', 'id'],
    ['password: ', 'id'],
    ['token = "', 'id'],
  ])('wants more than %j', (before, needs) => {
    expect(readLabel(before)).toMatchObject({ role: 'secret', needs });
  });

  it.each(['checksum: ', 'aws_secret_access_key=$X\ncommit ', 'integrity="sha1-', 'etag: "'])(
    'takes %j for something else',
    (before) => {
      expect(readLabel(before)).toMatchObject({ role: 'negative' });
    },
  );

  it.each(['aws_session_token = ', '"SessionToken" : "', 'X-Amz-Security-Token: '])('knows %j', (before) => {
    expect(readLabel(before)).toMatchObject({ role: 'session-token' });
  });

  it('does not look past two line breaks', () => {
    expect(readLabel('aws_secret_access_key:\n\n')).toBeDefined();
    expect(readLabel('aws_secret_access_key:\n\n\n')).toBeUndefined();
  });

  it('finds nothing where there are no words', () => {
    expect(readLabel('')).toBeUndefined();
    expect(readLabel('  = "')).toBeUndefined();
  });
});

describe('partsOf', () => {
  it.each([
    ['AWSSecretKey', 'aws secret key'],
    ['secretaccesskey', 'secret access key'],
    ['fs.s3a.access.key', 'fs s3a access key'],
    ['PROD_AWS_KEY_2', 'prod aws key 2'],
    ['accessKey1', 'access key 1'],
  ])('takes %s apart', (name, parts) => {
    expect(partsOf(name).join(' ')).toBe(parts);
  });
});
