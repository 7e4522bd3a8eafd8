import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../../shared/clock.ts';
import { BadInputError, RefusedError, TryAgainError } from '../../../shared/errors.ts';
import type { Notice } from '../../../shared/notices/notice.ts';
import type { Recipient } from '../notices/outbox.ts';
import { requireAddress } from './address.ts';

type Options = Pick<Recipient, 'name' | 'wants'> & {
  /** Name of the secret, for messages. */
  secret: string;
  /** Its value: `{"url": "https://…", "key": "whsec_…"}`. */
  settings(): Promise<string>;
  clock: Clock;
};

const milliseconds = 10_000;

/**
 * Posts notices as JSON, signed so that whoever gets them can tell that they are ours, not changed and not old.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function createWebhook({ name, wants, secret, settings, clock }: Options): Recipient {
  return {
    name,
    wants,
    async send(notice) {
      const { url, key } = parseSettings(await settings(), secret);
      const body = JSON.stringify({ type: `plumbline.${notice.kind}`, timestamp: notice.at, data: notice });
      const headers = { 'content-type': 'application/json', ...signed(notice, body, { key, now: clock.now() }) };
      const answer = await post(url, headers, body);
      if (answer >= 200 && answer < 300) return;
      if (answer === 408 || answer === 429 || answer >= 500)
        throw new TryAgainError(`the webhook of the secret ${secret} answered ${answer}`);
      throw new RefusedError(`the webhook of the secret ${secret} refused a notice with ${answer}`);
    },
  };
}

/** The URL may hold a token, so no error tells it. A redirect could lead the notice anywhere and is not followed. */
async function post(url: string, headers: Record<string, string>, body: string): Promise<number> {
  const signal = AbortSignal.timeout(milliseconds);
  try {
    const { status } = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    return status;
  } catch (error) {
    throw new TryAgainError(`a webhook did not answer (${error instanceof Error ? error.name : 'unknown'})`);
  }
}

type Signing = { key: Uint8Array; now: Date };

/** `v1,` and the base64 of HMAC-SHA-256 over id, seconds since 1970 and body, joined by dots. */
function signed({ id }: Pick<Notice, 'id'>, body: string, { key, now }: Signing): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

const settingsSchema = z.strictObject({ url: z.string(), key: z.string().regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/) });

/** What is wrong is told without quoting the value. */
function parseSettings(text: string, secret: string): { url: string; key: Uint8Array } {
  const parsed = settingsSchema.safeParse(parseJson(text));
  if (!parsed.success)
    throw new BadInputError([
      {
        message: `the secret ${secret} must be JSON, {"url": "https://…", "key": "whsec_…"}, where the key is whsec_ and the base64 of at least 24 random bytes`,
      },
    ]);
  const { url, key } = parsed.data;
  return { url: requireAddress(url, secret), key: Buffer.from(key.slice('whsec_'.length), 'base64') };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
