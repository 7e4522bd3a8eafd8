import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, test } from 'vitest';
import { readClaim } from '../../../../local/aws/guard/claim.ts';
import { identify } from '../../../../local/aws/guard/identify.ts';
import { signRequest, verifySignature } from '../../../../local/aws/guard/signature.ts';
import type { WireRequest } from '../../../../local/aws/guard/wire.ts';
import { createWorld, type World } from '../../../../local/aws/guard/world.ts';

const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'a secret', sessionToken: 'a/token+with=signs' };

type Signed = {
  method: string;
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: string;
  service: string;
};

/** What the SDK's own signer makes of a request, as it stands on the wire. */
async function signedBySdk(
  { method, path, query = {}, headers = {}, body = '', service }: Signed,
  presign = false,
): Promise<WireRequest> {
  const isS3 = service === 's3';
  const signer = new SignatureV4({ service, region: 'eu-west-1', credentials, sha256: Sha256, uriEscapePath: !isS3 });
  const request = {
    method,
    protocol: 'http:',
    hostname: '127.0.0.1',
    port: 4000,
    path,
    query,
    headers: { host: '127.0.0.1:4000', ...headers },
    body,
  };
  const signed = presign ? await signer.presign(request, { expiresIn: 60 }) : await signer.sign(request);
  const pairs = Object.entries(signed.query ?? {}).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  );
  return {
    method,
    target: pairs.length > 0 ? `${path}?${pairs.join('&')}` : path,
    headers: signed.headers,
    body: Buffer.from(body),
  };
}

function isValid(request: WireRequest, secret = credentials.secretAccessKey): boolean {
  const claim = readClaim(request);
  return claim !== undefined && verifySignature(request, claim, secret);
}

const requests: [string, Signed][] = [
  [
    'a JSON call',
    {
      method: 'POST',
      path: '/',
      headers: { 'x-amz-target': 'AmazonSQS.SendMessage' },
      body: '{"a":"ü"}',
      service: 'sqs',
    },
  ],
  [
    'an object with a strange name',
    {
      method: 'PUT',
      path: "/bucket/a%20b%2B%C3%BC'(1)",
      headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      body: 'x',
      service: 's3',
    },
  ],
  [
    'a query',
    { method: 'GET', path: '/bucket', query: { 'list-type': '2', prefix: 'a/b c+d', delimiter: '/' }, service: 's3' },
  ],
  [
    'a path that is signed twice encoded',
    { method: 'POST', path: '/2015-03-31/functions/arn%3Aaws%3Alambda/invocations', body: '{}', service: 'lambda' },
  ],
];

describe.each(requests)('%s', (_, request) => {
  test('is valid as the SDK signs it, and not with another secret', async () => {
    const signed = await signedBySdk(request);
    expect([isValid(signed), isValid(signed, 'another')]).toEqual([true, false]);
  });

  test('is invalid when it was changed', async () => {
    const signed = await signedBySdk(request);
    expect(isValid({ ...signed, method: 'DELETE' })).toBe(false);
    expect(isValid({ ...signed, target: signed.target.replace('/', '/x') })).toBe(false);
  });

  test('is valid when it is signed anew', async () => {
    const signed = await signedBySdk(request);
    const other = { accessKeyId: 'AKIAOTHER', secretAccessKey: 'other' };
    const headers = signRequest(signed, other, { region: 'eu-west-1', service: request.service });
    expect([isValid({ ...signed, headers }, 'other'), isValid({ ...signed, headers })]).toEqual([true, false]);
    expect(headers['x-amz-security-token']).toBeUndefined();
  });
});

test('a body that is not the one that was signed is found', async () => {
  const signed = await signedBySdk({ method: 'POST', path: '/', body: '{"a":1}', service: 'sqs' });
  expect(isValid({ ...signed, body: Buffer.from('{"a":2}') })).toBe(false);
});

describe('identify', () => {
  const roleArn = 'arn:aws:iam::123456789012:role/Reconciler';
  const world: World = createWorld('123456789012', 'eu-west-1');
  const arn = 'arn:aws:sts::123456789012:assumed-role/Reconciler/fn';
  const principal = { kind: 'session' as const, arn, roleArn, accountId: '123456789012' };
  world.callers.set(credentials.accessKeyId, { credentials, principal, name: 'fn', inVpc: false });

  async function token(cluster: string, action = 'GetCallerIdentity') {
    const query = { Action: action, Version: '2011-06-15' };
    const headers = { 'x-k8s-aws-id': cluster };
    const { target } = await signedBySdk({ method: 'GET', path: '/', query, headers, service: 'sts' }, true);
    return `http://127.0.0.1:4000${target}`;
  }

  test('tells who signed the token', async () => {
    expect(identify(world, await token('local'), { 'x-k8s-aws-id': 'local' })).toEqual({
      arn,
      principalArn: roleArn,
      accountId: '123456789012',
    });
  });

  test.each([
    ['for another cluster', 'local', 'other', 'GetCallerIdentity', 0],
    ['for another action', 'local', 'local', 'GetSessionToken', 0],
    ['after its time', 'local', 'local', 'GetCallerIdentity', 61_000],
  ])('refuses a token %s', async (_, signedFor, shownTo, action, later) => {
    expect(
      identify(world, await token(signedFor, action), { 'x-k8s-aws-id': shownTo }, Date.now() + later),
    ).toBeUndefined();
  });

  test('refuses a token without the session that signed it', async () => {
    const url = (await token('local')).replace(/X-Amz-Security-Token=[^&]+/, 'X-Amz-Security-Token=other');
    expect(identify(world, url, { 'x-k8s-aws-id': 'local' })).toBeUndefined();
    expect(
      identify(createWorld('123456789012', 'eu-west-1'), await token('local'), { 'x-k8s-aws-id': 'local' }),
    ).toBeUndefined();
  });
});
