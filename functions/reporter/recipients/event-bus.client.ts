import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { TryAgainError } from '../../../shared/errors.ts';
import { eventSource, eventType } from '../../../shared/notices/event.ts';
import type { Notice } from '../../../shared/notices/notice.ts';
import type { Recipient } from '../notices/outbox.ts';

/** An event takes 256 KB with all that is around it. */
const mostBytes = 200_000;

/**
 * The account's default event bus, for whatever else people build. The detail is the notice as it is.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export function createEventBus(client: EventBridgeClient): Recipient {
  return {
    name: 'events',
    wants: () => true,
    async send(notice) {
      const entry = { Source: eventSource, DetailType: eventType, Detail: detailOf(notice), Time: new Date(notice.at) };
      const { FailedEntryCount = 0, Entries = [] } = await client.send(new PutEventsCommand({ Entries: [entry] }));
      if (FailedEntryCount > 0) throw new TryAgainError(`EventBridge did not take an event: ${Entries[0]?.ErrorCode}`);
    },
  };
}

function detailOf(notice: Notice): string {
  const whole = JSON.stringify(notice);
  if (Buffer.byteLength(whole) <= mostBytes) return whole;
  return JSON.stringify({ ...notice, problems: [], more: notice.problems.length + notice.more });
}
