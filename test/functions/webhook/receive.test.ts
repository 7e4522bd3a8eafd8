import { createHmac } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { receive, type WebhookRequest } from '../../../functions/webhook/receive.ts';
import { createVerify, parseSecrets } from '../../../functions/webhook/verify.ts';
import { aDeployerEnvironment } from '../../support/examples.ts';

const secret = 'a webhook secret';
const staging = aDeployerEnvironment();
const after = 'a'.repeat(40);
const push = JSON.stringify({
  ref: 'refs/heads/staging',
  after,
  repository: { full_name: 'example-org/example-environment' },
});

const sign = (body: string, key = secret) => `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;

function delivery(body = push, headers: Record<string, string | undefined> = {}): WebhookRequest {
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': 'd-1',
      'x-hub-signature-256': sign(body),
      ...headers,
    },
    body,
  };
}

const deliver = (request: WebhookRequest, secretValue = secret) =>
  receive(request, { verify: createVerify(async () => secretValue), environments: { staging } });

describe('the webhook', () => {
  it('announces a push to a branch that an environment is deployed from', async () => {
    expect(await deliver(delivery())).toEqual({
      status: 202,
      message: 'accepted',
      change: {
        kind: 'git-change',
        repository: 'example-org/example-environment',
        branch: 'staging',
        announced: after,
        cause: 'delivery d-1',
      },
    });
  });

  it('takes repository names as GitHub does, whatever their case', async () => {
    const body = push.replace('example-org', 'Example-Org');
    expect((await deliver(delivery(body))).change?.branch).toBe('staging');
  });

  it.each([
    ['another branch', push.replace('staging', 'feature')],
    ['another repository', push.replace('example-environment', 'website')],
    ['a tag', push.replace('refs/heads/staging', 'refs/tags/staging')],
  ])('accepts %s and does nothing', async (_name, body) => {
    const answer = await deliver(delivery(body));
    expect(answer.status).toBe(202);
    expect(answer.change).toBeUndefined();
  });

  it.each([
    ['a ping', 'ping', 200],
    ['an event that is not used', 'star', 202],
  ])('answers %s', async (_name, event, status) => {
    const answer = await deliver(delivery('{}', { 'x-github-event': event }));
    expect(answer.status).toBe(status);
    expect(answer.change).toBeUndefined();
  });

  it.each<[string, WebhookRequest, number]>([
    ['fault 61: an unsigned delivery', delivery(push, { 'x-hub-signature-256': undefined }), 401],
    [
      'fault 61: a delivery signed with another secret',
      delivery(push, { 'x-hub-signature-256': sign(push, 'guess') }),
      401,
    ],
    [
      'fault 61: a SHA-1 signature alone',
      delivery(push, { 'x-hub-signature-256': undefined, 'x-hub-signature': 'sha1=0' }),
      401,
    ],
    ['fault 61: a signature of the wrong form', delivery(push, { 'x-hub-signature-256': 'sha256=00' }), 401],
    ['fault 61: another content type', delivery(push, { 'content-type': 'application/x-www-form-urlencoded' }), 415],
    ['fault 61: another method', { ...delivery(), method: 'GET' }, 405],
    ['fault 61: an oversized body', delivery(' '.repeat(5 * 1024 * 1024 + 1)), 413],
    ['a signed body that is not JSON', delivery('{'), 400],
    ['a signed body that is not a push', delivery('{"ref":1}'), 400],
    [
      'a repository name that could reach beyond its place',
      delivery(push.replace('example-org/example-environment', '../..')),
      400,
    ],
  ])('refuses %s', async (_name, request, status) => {
    const answer = await deliver(request);
    expect(answer.status).toBe(status);
    expect(answer.change).toBeUndefined();
  });

  it('fault 61: does not read the body before the signature is right', async () => {
    const parse = vi.spyOn(JSON, 'parse');
    await deliver(delivery(push, { 'x-hub-signature-256': sign(push, 'guess') }));
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
  });

  it('fault 61: says nothing of the body or the expected signature in a refusal', async () => {
    const { message } = await deliver(delivery(push, { 'x-hub-signature-256': sign(push, 'guess') }));
    expect(message).toBe('the signature does not match');
  });

  it('fault 59: takes the old and the new secret during a rotation', async () => {
    const both = JSON.stringify(['the new secret', secret]);
    expect((await deliver(delivery(), both)).status).toBe(202);
    expect((await deliver(delivery(push, { 'x-hub-signature-256': sign(push, 'the new secret') }), both)).status).toBe(
      202,
    );
    expect((await deliver(delivery(push, { 'x-hub-signature-256': sign(push, 'a third') }), both)).status).toBe(401);
  });

  it.each(['', '[', '[]', '["a", 1]'])(
    'fault 59: a malformed secret (%j) is an error that does not show it',
    (value) => {
      expect(() => parseSecrets(value)).toThrow('it must be the secret itself, or a JSON array');
    },
  );
});
