import { describe, expect, it } from 'vitest';
import { identifyBySignature } from '../../../local/kubernetes/signed-caller.ts';
import { presign, type TokenOptions } from './eks-tokens.ts';

const arn = 'arn:aws:sts::111122223333:assumed-role/reconciler/session';
const signer = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session/token+=' };
const options: TokenOptions = { signer, clusterName: 'example', now: new Date('2026-11-21T12:00:00Z') };
const headers = { host: 'sts.eu-west-1.amazonaws.com', 'x-k8s-aws-id': 'example' };
const identify = identifyBySignature((id) => (id === signer.accessKeyId ? { ...signer, arn } : undefined));

describe('a signature', () => {
  it('names who made it', async () => {
    expect(await identify((await presign(options)).href, headers)).toEqual({ arn });
  });

  it('holds without a session token, too', async () => {
    const user = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'other' };
    const url = await presign({ ...options, signer: user });
    expect(await identifyBySignature(() => ({ ...user, arn }))(url.href, headers)).toEqual({ arn });
  });

  it('is made for one cluster', async () => {
    const url = await presign(options);
    expect(await identify(url.href, { ...headers, 'x-k8s-aws-id': 'another' })).toBeUndefined();
  });

  it.each([
    ['with another secret', { signer: { ...signer, secretAccessKey: 'guessed' } }],
    ['with an unknown key', { signer: { ...signer, accessKeyId: 'ASIAUNKNOWN' } }],
    ['with another session', { signer: { ...signer, sessionToken: 'other' } }],
    ['without its session', { signer: { accessKeyId: signer.accessKeyId, secretAccessKey: signer.secretAccessKey } }],
  ])('made %s does not hold', async (_what, changes) => {
    expect(await identify((await presign({ ...options, ...changes })).href, headers)).toBeUndefined();
  });

  it.each([
    ['X-Amz-Date', '20261121T120001Z'],
    ['X-Amz-Expires', '900'],
    ['X-Amz-Signature', 'short'],
    ['X-Amz-Security-Token', 'other'],
    ['X-Amz-Credential', 'ASIAEXAMPLE/20261121/us-east-1/sts/aws4_request'],
    ['Version', '2012-01-01'],
  ])('does not hold when %s is changed', async (name, value) => {
    const url = await presign(options);
    url.searchParams.set(name, value);
    expect(await identify(url.href, headers)).toBeUndefined();
  });
});
