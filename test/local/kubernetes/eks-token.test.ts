import { describe, expect, it } from 'vitest';
import { parseEksToken } from '../../../local/kubernetes/eks-token.ts';
import { eksToken, presign, type TokenOptions, tokenOf } from './eks-tokens.ts';

const now = new Date('2026-11-21T12:00:00Z');
const options: TokenOptions = {
  signer: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' },
  clusterName: 'example',
  now,
};
const parse = (token: string, at = now) => parseEksToken(token, { clusterName: 'example', now: at });
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

/** The presigned URL with some parameters changed after signing; undefined takes one away. */
async function changed(changes: Record<string, string | undefined>): Promise<string> {
  const url = await presign(options);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return tokenOf(url);
}

describe('an EKS token', () => {
  it('is a presigned URL, to be sent with the name of the cluster', async () => {
    const url = await presign(options);
    expect(parse(tokenOf(url))).toEqual({
      kind: 'presigned',
      identity: { url: url.href, headers: { host: 'sts.eu-west-1.amazonaws.com', 'x-k8s-aws-id': 'example' } },
    });
  });

  it.each(['us-gov-west-1', 'ap-southeast-2'])('may be signed in %s', async (region) => {
    expect(parse(await eksToken({ ...options, region })).kind).toBe('presigned');
  });

  it('may be signed in China', async () => {
    const china = { ...options, region: 'cn-north-1', host: 'sts.cn-north-1.amazonaws.com.cn' };
    expect(parse(await eksToken(china)).kind).toBe('presigned');
  });

  it('holds as long as it says', async () => {
    const token = await eksToken({ ...options, expiresIn: 60 });
    expect(parse(token, later(60)).kind).toBe('presigned');
    expect(parse(token, later(61))).toEqual({ kind: 'refused', reason: 'the token has expired' });
  });

  it('never holds longer than 15 minutes', async () => {
    const token = await eksToken({ ...options, expiresIn: 900 });
    expect(parse(token, later(900)).kind).toBe('presigned');
    expect(parse(token, later(901))).toEqual({ kind: 'refused', reason: 'the token has expired' });
  });

  it('may come from a clock that is a little fast, not from the future', async () => {
    const token = await eksToken(options);
    expect(parse(token, later(-299)).kind).toBe('presigned');
    expect(parse(token, later(-301))).toEqual({ kind: 'refused', reason: 'the token was signed in the future' });
  });

  it.each([
    ['is empty', '', 'does not start with k8s-aws-v1.'],
    ['is of a service account', 'eyJhbGciOiJSUzI1NiJ9.e30.sig', 'does not start with k8s-aws-v1.'],
    ['is oversized', `k8s-aws-v1.${'a'.repeat(5000)}`, 'longer than 4096 bytes'],
    ['is not base64', 'k8s-aws-v1.%%%', 'not base64url'],
    ['is padded', 'k8s-aws-v1.aHR0cHM6Ly9zdHMuZQ==', 'not base64url'],
    ['is no URL', tokenOf('hello'), 'holds no URL'],
    ['is empty inside', 'k8s-aws-v1.', 'not base64url'],
  ])('that %s is refused', (_what, token, reason) => {
    expect(parse(token)).toEqual({ kind: 'refused', reason: expect.stringContaining(reason) });
  });

  it.each([
    ['sts.amazonaws.com', 'regional STS endpoint'],
    ['sts.eu-west-1.amazonaws.com.example.com', 'regional STS endpoint'],
    ['evil.example.com', 'regional STS endpoint'],
    ['sts.eu-west-1.amazonaws.com:8443', 'regional STS endpoint'],
    ['s3.eu-west-1.amazonaws.com', 'regional STS endpoint'],
  ])('for %s is refused', async (host, reason) => {
    const token = await eksToken({ ...options, host });
    expect(parse(token)).toEqual({ kind: 'refused', reason: expect.stringContaining(reason) });
  });

  it.each([
    ['another action', { Action: 'AssumeRole' }, 'not GetCallerIdentity'],
    ['no action', { Action: undefined }, 'not GetCallerIdentity'],
    ['a foreign parameter', { RoleArn: 'arn:aws:iam::111122223333:role/admin' }, 'does not belong there'],
    ['the same parameter in another case', { action: 'GetCallerIdentity' }, 'a parameter twice'],
    ['no signed name of the cluster', { 'X-Amz-SignedHeaders': 'host' }, 'does not cover the header x-k8s-aws-id'],
    ['a header of a similar name', { 'X-Amz-SignedHeaders': 'host;x-k8s-aws-id2' }, 'does not cover'],
    ['another service', { 'X-Amz-Credential': 'AKIA/20261121/eu-west-1/s3/aws4_request' }, 'another service or region'],
    ['another region', { 'X-Amz-Credential': 'AKIA/20261121/us-east-1/sts/aws4_request' }, 'another service or region'],
    ['no date', { 'X-Amz-Date': undefined }, 'no valid X-Amz-Date'],
    ['a date that is none', { 'X-Amz-Date': '20261399T000000Z' }, 'no valid X-Amz-Date'],
    ['a date in another form', { 'X-Amz-Date': '2026-11-21T12:00:00Z' }, 'no valid X-Amz-Date'],
    ['a long life', { 'X-Amz-Expires': '901' }, 'not 0 to 900'],
    ['an endless life', { 'X-Amz-Expires': 'Infinity' }, 'not 0 to 900'],
    ['no end', { 'X-Amz-Expires': undefined }, 'not 0 to 900'],
  ])('with %s is refused', async (_what, changes, reason) => {
    expect(parse(await changed(changes))).toEqual({ kind: 'refused', reason: expect.stringContaining(reason) });
  });

  it.each([
    ['not over TLS', 'https:', 'http:', 'not https'],
    ['on another path', 'amazonaws.com/?', 'amazonaws.com/admin?', 'has a path'],
    ['with a user', 'https://sts', 'https://user@sts', 'carries more than a request'],
  ])('%s is refused', async (_what, from, to, reason) => {
    const url = (await presign(options)).href.replace(from, to);
    expect(parse(tokenOf(url))).toEqual({ kind: 'refused', reason: expect.stringContaining(reason) });
  });

  it('is never quoted in the reason', async () => {
    const results = [parse('k8s-aws-v1.%secret%'), parse(await changed({ 'X-Amz-Date': undefined }))];
    for (const result of results) {
      expect(JSON.stringify(result)).not.toMatch(/secret|AKIAEXAMPLE|session/);
    }
  });
});
