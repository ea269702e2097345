import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { connectAws } from '../../src/aws/connect.ts';
import { Secret } from '../../src/base/secret.ts';

/** An endpoint that answers one page after the other, as AWS words them. */
async function answering(pages: readonly object[]): Promise<string> {
  const left = [...pages];
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify(left.shift() ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('believes State before the retired Status, and reads on after a page without accounts', async () => {
  const endpoint = await answering([
    { Accounts: [{ Id: '1', Name: 'a', Status: 'ACTIVE', State: 'SUSPENDED' }], NextToken: 'one' },
    { Accounts: [], NextToken: 'two' },
    { NextToken: 'three' },
    {
      Accounts: [
        { Id: '2', Name: 'b', Status: 'SUSPENDED' },
        { Id: '3', Name: 'c', State: 'NEW' },
        { Id: '4', Name: 'd' },
      ],
    },
  ]);
  const credentials = { accessKeyId: 'test', secretAccessKey: new Secret('made up') };
  const { organizations } = await connectAws({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  const members = [];
  for await (const member of (await organizations()).members()) members.push(member);
  expect(members).toEqual([
    { id: '1', name: 'a', state: 'SUSPENDED' },
    { id: '2', name: 'b', state: 'SUSPENDED' },
    { id: '3', name: 'c', state: 'NEW' },
    // Nothing told is not ACTIVE: such an account is not entered.
    { id: '4', name: 'd', state: 'unknown' },
  ]);
});
