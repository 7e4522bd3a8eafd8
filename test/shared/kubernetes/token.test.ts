import { describe, expect, it } from 'vitest';
import { parseEksToken } from '../../../local/kubernetes/eks-token.ts';
import { createTokenSource } from '../../../shared/kubernetes/token.client.ts';

const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'very-secret', sessionToken: 'session/+=' };

function source(region = 'eu-west-1') {
  let now = new Date('2026-11-21T12:00:00.000Z');
  const token = createTokenSource({ clusterName: 'main', region, credentials, clock: { now: () => now } });
  return {
    token,
    advance(seconds: number) {
      now = new Date(now.getTime() + seconds * 1000);
    },
    now: () => now,
  };
}

describe('an EKS token', () => {
  it.each([
    ['eu-west-1', 'sts.eu-west-1.amazonaws.com'],
    ['cn-north-1', 'sts.cn-north-1.amazonaws.com.cn'],
  ])('is a presigned request to STS of %s that EKS takes', async (region, host) => {
    const { token, now } = source(region);
    const parsed = parseEksToken(await token(), { clusterName: 'main', now: now() });
    expect(parsed).toMatchObject({ kind: 'presigned', identity: { headers: { host, 'x-k8s-aws-id': 'main' } } });
  });

  it('is base64url without padding, and holds no secret key', async () => {
    const token = await source().token();
    expect(token).toMatch(/^k8s-aws-v1\.[A-Za-z0-9_-]+$/);
    const url = Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString('utf8');
    expect(url).toContain('X-Amz-Expires=60');
    expect(url).not.toContain('very-secret');
  });

  it('is kept for a while, and renewed before it is too old', async () => {
    const { token, advance } = source();
    const first = await token();
    advance(40);
    expect(await token()).toBe(first);
    advance(10);
    expect(await token()).not.toBe(first);
  });

  it('fault 42: is signed anew on demand', async () => {
    const { token, advance } = source();
    const first = await token();
    advance(1);
    const second = await token(true);
    expect(second).not.toBe(first);
    expect(await token()).toBe(second);
  });
});
