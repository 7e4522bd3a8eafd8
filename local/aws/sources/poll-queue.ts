import { setTimeout as sleep } from 'node:timers/promises';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { Clients } from '../clients.ts';
import type { FunctionPool } from '../lambda/pool.ts';
import type { Mapping, Queue } from '../template/parts.ts';
import { failedItems, passesFilters, queueRecord } from './queue-records.ts';
import type { Wake } from './wake.ts';

/** How long a poller sleeps when nobody wakes it, in milliseconds. */
const idle = 1000;

export type QueuePollerPorts = {
  mapping: Mapping;
  queue: Queue;
  /** Of the function's own role: Lambda polls in its name. */
  clients: Clients;
  pool: FunctionPool;
  wake: Wake;
  /** Batches at once when the mapping doesn't say. */
  defaultConcurrency: number;
  /** Of the player, whose clock it is that goes faster. */
  administrator: Pick<Clients, 'sqs'>;
  /** So many times sooner a message comes back whose function has failed: its visibility time-out is on the same clock as the schedules. */
  speed: number;
  warn(message: string): void;
};

/**
 * Reads a queue for a function until the signal: a message is deleted when the function was successful with it, and
 * otherwise comes back by itself after its visibility time-out (and goes to the dead letter queue by the queue's own
 * redrive policy, which the emulator carries out). FIFO groups are the emulator's, too: it hands out no message of a
 * group of which another is being worked on.
 */
export async function pollQueue(ports: QueuePollerPorts, signal: AbortSignal): Promise<void> {
  const { mapping, queue, wake } = ports;
  const limit = mapping.maxConcurrency ?? ports.defaultConcurrency;
  const running = new Set<Promise<void>>();
  while (!signal.aborted) {
    if (running.size >= limit) await Promise.race(running);
    const messages = await gather(ports, signal);
    if (messages.length > 0) track(running, work(ports, messages, signal), () => wake.now(queue.arn));
    else await wake.wait(queue.arn, idle, signal);
  }
  await Promise.all(running);
}

function track(running: Set<Promise<void>>, work: Promise<void>, done: () => void): void {
  const tracked = work.finally(() => {
    running.delete(tracked);
    done();
  });
  running.add(tracked);
}

/** One receive call brings ten messages at most; a batching window waits for more. */
async function gather(ports: QueuePollerPorts, signal: AbortSignal): Promise<Message[]> {
  const { batchSize, windowSeconds } = ports.mapping;
  const messages = await receive(ports, batchSize, signal);
  const deadline = Date.now() + windowSeconds * 1000;
  while (messages.length > 0 && messages.length < batchSize && !signal.aborted) {
    const more = await receive(ports, batchSize - messages.length, signal);
    messages.push(...more);
    const left = deadline - Date.now();
    if (left <= 0 && more.length === 0) break;
    if (more.length === 0) await ports.wake.wait(ports.queue.arn, left, signal);
  }
  return messages;
}

async function receive(
  { clients, queue, warn }: QueuePollerPorts,
  count: number,
  signal: AbortSignal,
): Promise<Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: queue.url,
    MaxNumberOfMessages: Math.min(count, 10),
    MessageSystemAttributeNames: ['All'],
    MessageAttributeNames: ['All'],
  });
  try {
    return (await clients.sqs.send(command)).Messages ?? [];
  } catch (error) {
    if (signal.aborted) return [];
    warn(`${queue.name} can't be read: ${String(error)}`);
    await sleep(idle, undefined, { signal }).catch(() => undefined);
    return [];
  }
}

async function work(ports: QueuePollerPorts, messages: Message[], signal: AbortSignal): Promise<void> {
  const { mapping, queue, pool, warn } = ports;
  try {
    const records = messages.map((message) => queueRecord(message, queue.arn));
    const wanted = records.filter((record) => passesFilters(mapping.filters, record));
    const failed = wanted.length > 0 ? await invoke(pool, mapping, wanted) : [];
    const back = failed === 'all' ? wanted : wanted.filter(({ messageId }) => failed.includes(messageId));
    await Promise.all([
      remove(
        ports,
        records.filter((record) => !back.includes(record)),
      ),
      hurry(ports, back),
    ]);
  } catch (error) {
    if (!signal.aborted) warn(`${queue.name}: ${String(error)}`);
  }
}

type Records = ReturnType<typeof queueRecord>[];

async function invoke(
  pool: FunctionPool,
  { partialFailures }: Mapping,
  Records: Records,
): Promise<readonly string[] | 'all'> {
  const result = await pool.invoke({ Records });
  if (!result.ok) return 'all';
  return partialFailures
    ? failedItems(
        result.payload,
        Records.map(({ messageId }) => messageId),
      )
    : [];
}

async function hurry({ administrator, queue, speed }: QueuePollerPorts, records: Records): Promise<void> {
  if (speed <= 1) return;
  const VisibilityTimeout = Math.ceil(queue.visibilityTimeout / speed);
  await Promise.all(
    records.map(({ receiptHandle: ReceiptHandle }) =>
      administrator.sqs.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: queue.url, ReceiptHandle, VisibilityTimeout }),
      ),
    ),
  );
}

async function remove({ clients, queue }: QueuePollerPorts, records: Records): Promise<void> {
  for (let start = 0; start < records.length; start += 10) {
    const entries = records
      .slice(start, start + 10)
      .map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }));
    await clients.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries: entries }));
  }
}
