import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import type { Recipient } from '../../../../functions/reporter/notices/outbox.ts';
import { createSlack } from '../../../../functions/reporter/recipients/slack.client.ts';
import { createWebhook } from '../../../../functions/reporter/recipients/webhook.client.ts';
import { BadInputError, RefusedError, TryAgainError } from '../../../../shared/errors.ts';
import type { Notice } from '../../../../shared/notices/notice.ts';

const notice: Notice = {
  ...{ version: 1, id: 'sha256:1', at: '2026-01-02T03:04:05.000Z', kind: 'broken', severity: 'error' },
  ...{ environment: 'staging', title: 'staging failed', repository: 'o/r', revision: 'a'.repeat(40) },
  ...{ problems: [], more: 0, running: [] },
};
const now = new Date('2026-01-02T03:05:00.000Z');
const key = Buffer.alloc(24, 7).toString('base64');

type Received = { headers: Record<string, string | string[] | undefined>; body: string };
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** Somebody on loopback who answers with a status and keeps what came. */
async function startReceiver(status: number) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    received.push({ headers: request.headers, body: await text(request) });
    response.writeHead(status, status === 302 ? { location: 'https://example.com/' } : {}).end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook-with-token`, received };
}

const common = { name: 'it', wants: () => true, secret: 'plumbline/it' };
const recipients: Record<string, (url: string) => Recipient> = {
  slack: (url) => createSlack({ ...common, url: async () => url }),
  webhook: (url) =>
    createWebhook({
      ...common,
      settings: async () => JSON.stringify({ url, key: `whsec_${key}` }),
      clock: { now: () => now },
    }),
};

describe.each(Object.entries(recipients))('%s', (_name, create) => {
  it.each([
    [500, TryAgainError],
    [429, TryAgainError],
    [404, RefusedError],
    [410, RefusedError],
  ])(
    'that answers %i is tried again only if that may help, and its URL is told to nobody',
    async (status, expected) => {
      const { url } = await startReceiver(status);
      const error = await create(url)
        .send(notice)
        .catch((error: unknown) => error);
      expect(error).toBeInstanceOf(expected);
      expect(JSON.stringify([String(error), (error as Error).cause])).not.toContain('hook-with-token');
    },
  );

  it('that doesn’t answer is tried again', async () => {
    const { url } = await startReceiver(200);
    await Promise.all(closing.splice(0).map((close) => close()));
    await expect(create(url).send(notice)).rejects.toBeInstanceOf(TryAgainError);
  });

  it.each(['http://example.com/secret-path', 'ftp://x', 'secret-path'])('is not asked at %s', async (url) => {
    const error = await create(url)
      .send(notice)
      .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(BadInputError);
    expect(String(error)).toContain('plumbline/it');
    expect(String(error)).not.toContain('secret-path');
  });
});

describe('Slack', () => {
  it('gets blocks, and a text for where these aren’t shown', async () => {
    const { url, received } = await startReceiver(200);
    await createSlack({ ...common, url: async () => `${url}\n` }).send(notice);
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({ text: 'Plumbline: staging failed at aaaaaaaaaaaa' });
  });
});

describe('a webhook', () => {
  it('is signed by the rules of Standard Webhooks, over what was sent', async () => {
    const { url, received } = await startReceiver(204);
    await recipients.webhook?.(url).send(notice);
    const { headers, body } = received[0] ?? expect.fail('nothing came');
    const [id, timestamp] = [headers['webhook-id'], headers['webhook-timestamp']];
    expect([id, timestamp]).toEqual(['sha256:1', String(now.getTime() / 1000)]);
    const expected = createHmac('sha256', Buffer.from(key, 'base64'))
      .update(`${id}.${timestamp}.${body}`)
      .digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${expected}`);
    expect(JSON.parse(body)).toEqual({ type: 'plumbline.broken', timestamp: notice.at, data: notice });
  });

  it('follows no redirect: the notice is for whom the secret names', async () => {
    const { url } = await startReceiver(302);
    await expect(recipients.webhook?.(url).send(notice)).rejects.toBeInstanceOf(RefusedError);
  });

  it.each(['', 'https://example.com', '{"url":"https://example.com"}', '{"url":"https://example.com","key":"short"}'])(
    'with the secret %j says what the secret must be, without quoting it',
    async (settings) => {
      const webhook = createWebhook({ ...common, settings: async () => settings, clock: { now: () => now } });
      await expect(webhook.send(notice)).rejects.toThrow(/^the secret plumbline\/it must be JSON/);
    },
  );
});
