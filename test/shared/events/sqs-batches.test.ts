import { describe, expect, it } from 'vitest';
import { TryAgainError } from '../../../shared/errors.ts';
import { createSendAll, type SendBatch } from '../../../shared/events/sqs-batches.ts';

const messages = (count: number) => Array.from({ length: count }, (_, index) => ({ message: { index } }));

/** A queue that takes what `takes` says, at each attempt. */
function createQueue(takes: (index: number, attempt: number) => boolean = () => true) {
  const batches: number[] = [];
  const taken: number[] = [];
  const attempts = new Map<number, number>();
  const sendBatch: SendBatch = async (_queue, entries) => {
    batches.push(entries.length);
    return entries.flatMap(({ id, body }) => {
      const { index } = JSON.parse(body) as { index: number };
      const attempt = (attempts.get(index) ?? 0) + 1;
      attempts.set(index, attempt);
      if (!takes(index, attempt)) return [id];
      taken.push(index);
      return [];
    });
  };
  const pauses: number[] = [];
  const sendAll = createSendAll({ sendBatch, sleep: async (pause) => pauses.push(pause) });
  return { sendAll, sendBatch, batches, pauses, taken: () => taken.toSorted((a, b) => a - b) };
}

describe('many messages', () => {
  it('are sent ten at a time', async () => {
    const queue = createQueue();
    await queue.sendAll('queue', messages(1000));
    expect(queue.batches).toEqual(Array(100).fill(10));
    expect(queue.taken()).toHaveLength(1000);
  });

  it('are no request at all when there are none', async () => {
    const queue = createQueue();
    await queue.sendAll('queue', []);
    expect(queue.batches).toEqual([]);
  });

  it('fault 55: are sent again where the queue didn’t take them, and only those', async () => {
    const queue = createQueue((index, attempt) => index % 5 !== 0 || attempt === 3);
    await queue.sendAll('queue', messages(10));
    expect(queue.batches).toEqual([10, 2, 2]);
    expect(queue.pauses).toEqual([100, 400]);
    expect(queue.taken()).toHaveLength(10);
  });

  it('say how many could not be sent at last, after all others were', async () => {
    const queue = createQueue((index) => index !== 3);
    await expect(queue.sendAll('queue', messages(25))).rejects.toThrow('1 of 25 messages could not be sent');
    expect(queue.taken()).toHaveLength(24);
  });

  it('are sent though one batch of them fails as a whole', async () => {
    const queue = createQueue();
    const sendBatch: SendBatch = async (url, entries) => {
      if (entries.some(({ id }) => id === '0')) throw new Error('refused');
      return queue.sendBatch(url, entries);
    };
    const sent = createSendAll({ sendBatch, sleep: async () => undefined })('queue', messages(30));
    await expect(sent).rejects.toThrow(TryAgainError);
    await expect(sent).rejects.toThrow('10 of 30 messages could not be sent');
    expect(queue.taken()).toHaveLength(20);
  });
});
