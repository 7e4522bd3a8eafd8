import { createHmac } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { receive, type WebhookRequest } from '../../../functions/webhook/receive.ts';
import { createVerify, parseSecrets } from '../../../functions/webhook/verify.ts';
import { MissingError } from '../../../shared/errors.ts';
import { aDeployerEnvironment } from '../../support/examples.ts';

const secret = 'a webhook secret';
const staging = aDeployerEnvironment();
const after = 'a'.repeat(40);
const push = JSON.stringify({
  ref: 'refs/heads/staging',
  after,
  repository: { full_name: 'example-org/example-environment' },
});

const pullRequest = (action: string, base = 'staging') =>
  JSON.stringify({
    action,
    pull_request: { base: { ref: base } },
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

  it.each([
    ['pull_request', 'opened'],
    ['pull_request', 'synchronize'],
    ['pull_request', 'reopened'],
    ['pull_request', 'edited'],
    ['pull_request', 'ready_for_review'],
    ['pull_request', 'closed'],
    ['pull_request_review', 'submitted'],
    ['pull_request_review', 'dismissed'],
  ])('asks to look at the base of a pull request after %s %s, and tells nothing else of it', async (event, action) => {
    const body = pullRequest(action);
    const answer = await deliver(delivery(body, { 'x-github-event': event }));
    const change = { repository: 'example-org/example-environment', branch: 'staging', cause: 'delivery d-1' };
    expect(answer).toEqual({ status: 202, message: 'accepted', change: { kind: 'git-change', ...change } });
  });

  it.each([
    ['an action from which nothing follows', 'pull_request', pullRequest('assigned')],
    ['a label, which anybody with the right to triage may set', 'pull_request', pullRequest('labeled')],
    ['a pull request to another branch', 'pull_request', pullRequest('opened', 'feature')],
    ['a review comment', 'pull_request_review_comment', pullRequest('created')],
    ['an event whose name is a property of every object', 'constructor', pullRequest('opened')],
  ])('accepts %s and does nothing', async (_name, event, body) => {
    const answer = await deliver(delivery(body, { 'x-github-event': event }));
    expect(answer).toMatchObject({ status: 202 });
    expect(answer.change).toBeUndefined();
  });

  it('refuses a pull request event without a pull request', async () => {
    const answer = await deliver(delivery('{"action": "opened"}', { 'x-github-event': 'pull_request' }));
    expect(answer).toMatchObject({ status: 400, message: expect.stringContaining('pull_request') });
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

  describe('fault 59: a secret that is rotated', () => {
    /** A cache as the function has it: asked for a younger value than it holds, it holds what Secrets Manager has now. */
    function startCache(first: string) {
      const cache = { held: first, stored: first, age: 0, asked: [] as (number | undefined)[] };
      const verify = createVerify(async (maximumAge) => {
        cache.asked.push(maximumAge);
        if (maximumAge !== undefined && cache.age >= maximumAge) Object.assign(cache, { held: cache.stored, age: 0 });
        return cache.held;
      });
      const status = async (key: string) => {
        const request = delivery(push, { 'x-hub-signature-256': sign(push, key) });
        return (await receive(request, { verify, environments: { staging } })).status;
      };
      return { cache, status };
    }

    it('is known at once, though the old one is still in the cache', async () => {
      const { cache, status } = startCache('old');
      expect(await status('old')).toBe(202);
      Object.assign(cache, { stored: '["new", "old"]', age: 60_000 });
      expect([await status('old'), await status('new'), await status('old')]).toEqual([202, 202, 202]);
      Object.assign(cache, { stored: 'new', age: 60_000 });
      expect([await status('third'), await status('old'), await status('new')]).toEqual([401, 401, 202]);
    });

    it('is not asked for again by every forged delivery', async () => {
      const { cache, status } = startCache('old');
      Object.assign(cache, { stored: 'new', age: 29_999 });
      expect([await status('guess'), await status('new')]).toEqual([401, 401]);
      expect(new Set(cache.asked)).toEqual(new Set([undefined, 30_000]));
    });
  });

  it.each([
    ['malformed', async () => '["", 1]', /the webhook secret in Secrets Manager is malformed/],
    ['gone', () => Promise.reject(new MissingError('there is no secret plumbline/webhook')), /there is no secret/],
  ])('fault 59: a secret that is %s is told to the log, and to nobody else', async (_how, readSecret, reason) => {
    const answer = await receive(delivery(), { verify: createVerify(readSecret), environments: { staging } });
    expect(answer).toEqual({
      status: 503,
      message: 'signatures can not be checked at the moment',
      reason: expect.stringMatching(reason),
    });
  });

  it('fault 59: what nobody foresaw is an error of the function', async () => {
    const verify = () => Promise.reject(new TypeError('x is not a function'));
    await expect(receive(delivery(), { verify, environments: { staging } })).rejects.toThrow(TypeError);
  });

  it.each(['', '[', '[]', '["a", 1]'])(
    'fault 59: a malformed secret (%j) is an error that does not show it',
    (value) => {
      expect(() => parseSecrets(value)).toThrow('it must be the secret itself, or a JSON array');
    },
  );
});
