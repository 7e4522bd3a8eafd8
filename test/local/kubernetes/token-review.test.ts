import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { AccessEntry } from '../../../local/kubernetes/access-entries.ts';
import { identifyBySignature } from '../../../local/kubernetes/signed-caller.ts';
import {
  type Authenticator,
  reviewToken,
  startTokenReview,
  type TokenReview,
} from '../../../local/kubernetes/token-review.ts';
import { temporaryFolder } from '../tools/temporary.ts';
import { eksToken } from './eks-tokens.ts';

const arn = 'arn:aws:sts::111122223333:assumed-role/reconciler/session';
const signer = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' };
const entry: AccessEntry = { principalArn: 'arn:aws:iam::111122223333:role/reconciler', groups: ['deployers'] };
const authenticator = (changes: Partial<Authenticator> = {}): Authenticator => ({
  clusterName: 'example',
  identify: identifyBySignature(() => ({ ...signer, arn })),
  accessEntries: () => [entry],
  ...changes,
});
const token = () => eksToken({ signer, clusterName: 'example' });

describe('the review of a token', () => {
  it('gives the user and groups of the role that signed it', async () => {
    expect(await reviewToken(await token(), authenticator())).toEqual({
      authenticated: true,
      user: {
        username: arn,
        uid: arn,
        groups: ['deployers'],
        extra: { arn: [arn], canonicalArn: [entry.principalArn] },
      },
    });
  });

  it('refuses a role without an access entry', async () => {
    expect(await reviewToken(await token(), authenticator({ accessEntries: () => [] }))).toEqual({
      authenticated: false,
      error: `${arn} has no access entry`,
    });
  });

  it('knows an access entry as soon as it is made', async () => {
    const entries: AccessEntry[] = [];
    const growing = authenticator({ accessEntries: () => entries });
    expect((await reviewToken(await token(), growing)).authenticated).toBe(false);
    entries.push(entry);
    expect((await reviewToken(await token(), growing)).authenticated).toBe(true);
  });

  it('refuses a token that was signed for another cluster', async () => {
    const foreign = await eksToken({ signer, clusterName: 'another' });
    expect(await reviewToken(foreign, authenticator())).toEqual({
      authenticated: false,
      error: 'STS does not accept the signature for this cluster',
    });
  });

  it('asks nobody about a token that EKS would not even read', async () => {
    const asked: string[] = [];
    const asking = authenticator({
      identify: async (url) => {
        asked.push(url);
        return { arn };
      },
    });
    const expired = await eksToken({ signer, clusterName: 'example', now: new Date(Date.now() - 3_600_000) });
    expect((await reviewToken(expired, asking)).authenticated).toBe(false);
    expect(asked).toEqual([]);
  });
});

describe('the webhook', () => {
  let review: TokenReview | undefined;
  afterEach(() => review?.stop());

  const start = async (changes: Partial<Authenticator> = {}): Promise<string> => {
    review = await startTokenReview(authenticator(changes));
    const path = await review.writeKubeconfig(await temporaryFolder());
    return JSON.parse(await readFile(path as string, 'utf8')).clusters[0].cluster.server;
  };
  const post = (url: string, body: string) => fetch(url, { method: 'POST', body });
  const request = async () =>
    JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: await token() } });

  it('answers a TokenReview with a TokenReview', async () => {
    const response = await post(await start(), await request());
    expect(await response.json()).toMatchObject({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      status: { authenticated: true, user: { username: arn } },
    });
  });

  it('refuses when the caller cannot be identified just now', async () => {
    const url = await start({ identify: () => Promise.reject(new Error('STS is down')) });
    const response = await post(url, await request());
    expect(((await response.json()) as { status: unknown }).status).toEqual({
      authenticated: false,
      error: 'the caller could not be identified: STS is down',
    });
  });

  it.each([
    ['no JSON', 'hello'],
    ['another kind', '{"kind":"Pod"}'],
    ['too much', 'x'.repeat(2_000_000)],
  ])('answers 400 to %s', async (_what, body) => {
    expect((await post(await start(), body)).status).toBe(400);
  });

  it('is not there any more when it was stopped', async () => {
    const url = await start();
    await review?.stop();
    await expect(post(url, '{}')).rejects.toThrow('fetch failed');
  });

  it('is not needed without an authenticator', async () => {
    review = await startTokenReview(undefined);
    expect(await review.writeKubeconfig('/nowhere')).toBeUndefined();
  });
});
