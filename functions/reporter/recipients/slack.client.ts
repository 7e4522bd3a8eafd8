import { IncomingWebhook, IncomingWebhookHTTPError } from '@slack/webhook';
import { RefusedError, TryAgainError } from '../../../shared/errors.ts';
import type { Recipient } from '../notices/outbox.ts';
import { slackMessage } from '../notices/slack.ts';
import { requireAddress } from './address.ts';

type Options = Pick<Recipient, 'name' | 'wants'> & {
  /** Name of the secret with the URL, for messages; the URL itself lets whoever has it write to the channel. */
  secret: string;
  url(): Promise<string>;
};

const milliseconds = 10_000;

/** @see https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export function createSlack({ name, wants, secret, url }: Options): Recipient {
  return {
    name,
    wants,
    async send(notice) {
      const address = requireAddress((await url()).trim(), secret);
      try {
        await new IncomingWebhook(address, { timeout: milliseconds }).send(slackMessage(notice));
      } catch (error) {
        throw explain(error, secret);
      }
    },
  };
}

/** The cause isn't kept: it may hold the URL. */
function explain(error: unknown, secret: string): Error {
  const status = error instanceof IncomingWebhookHTTPError ? error.statusCode : undefined;
  if (status === undefined || status === 429 || status >= 500)
    return new TryAgainError(`Slack did not take a message (${status ?? 'no answer'})`);
  return new RefusedError(
    `Slack refused a message with ${status}: the webhook whose URL is in the secret ${secret} was probably removed, or its channel archived. Make a new one in the Slack app's settings and put its URL into the secret`,
  );
}
