import { mapConcurrently } from '../concurrency.ts';
import { TryAgainError } from '../errors.ts';
import type { SendAll } from './queues.ts';

type BatchEntry = { id: string; body: string; group?: string | undefined; deduplication?: string | undefined };

/** Sends ten messages at most; returns the ids of those that the queue didn't take. */
export type SendBatch = (queueUrl: string, entries: readonly BatchEntry[]) => Promise<string[]>;

const batchSize = 10;
const concurrentBatches = 8;
const pausesInMilliseconds = [100, 400, 1600];

type Ports = { sendBatch: SendBatch; sleep(milliseconds: number): Promise<unknown> };

/** Sends in batches, and sends again what of a batch was not taken. A batch that fails as a whole keeps no other back. */
export function createSendAll({ sendBatch, sleep }: Ports): SendAll {
  async function sendTaken(queueUrl: string, entries: readonly BatchEntry[]): Promise<number> {
    let left = entries;
    for (const pause of [...pausesInMilliseconds, undefined]) {
      const failed = new Set(await sendBatch(queueUrl, left));
      left = left.filter(({ id }) => failed.has(id));
      if (left.length === 0 || pause === undefined) break;
      await sleep(pause);
    }
    return left.length;
  }

  return async (queueUrl, messages) => {
    const entries = messages.map(({ message, fifo }, index) => ({
      id: String(index),
      body: JSON.stringify(message),
      group: fifo?.group,
      deduplication: fifo?.deduplication,
    }));
    const errors: unknown[] = [];
    const left = await mapConcurrently(inBatches(entries), concurrentBatches, (batch) =>
      sendTaken(queueUrl, batch).catch((error) => {
        errors.push(error);
        return batch.length;
      }),
    );
    const count = left.reduce((sum, each) => sum + each, 0);
    if (count > 0)
      throw new TryAgainError(`${count} of ${messages.length} messages could not be sent`, { cause: errors[0] });
  };
}

function inBatches<Item>(items: readonly Item[]): Item[][] {
  return Array.from({ length: Math.ceil(items.length / batchSize) }, (_, index) =>
    items.slice(index * batchSize, (index + 1) * batchSize),
  );
}
