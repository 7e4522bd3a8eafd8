import { setTimeout as sleep } from 'node:timers/promises';
import {
  type _Record,
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import type { Clients } from '../clients.ts';
import type { InvocationResult } from '../lambda/definition.ts';
import type { FunctionPool } from '../lambda/pool.ts';
import type { Mapping } from '../template/parts.ts';
import type { Deliver } from './deliver.ts';
import { failedItems, passesFilters } from './queue-records.ts';
import { discardNotice, type StreamRecord, streamRecord } from './stream-records.ts';
import type { Wake } from './wake.ts';

const idle = 1000;

/** Waits between two tries of one batch: AWS backs off up to a minute, a local stack doesn't have that long. */
const backoff = { first: 200, most: 5000 };

export type StreamPollerPorts = {
  mapping: Mapping;
  /** What a write to the table wakes. */
  tableArn: string;
  /** Of the function's own role. */
  clients: Clients;
  pool: FunctionPool;
  /** To the on-failure destination, with the function's role. */
  deliver: Deliver;
  wake: Wake;
  /** Told, at each try, of how old the newest record of the batch is, in milliseconds. */
  observeAge(milliseconds: number): void;
  warn(message: string): void;
};

/** Reads a table's stream for a function until the signal, in order: a batch that fails holds up those behind it. */
export async function pollStream(ports: StreamPollerPorts, signal: AbortSignal): Promise<void> {
  let iterator = await openShard(ports);
  while (!signal.aborted) {
    try {
      const { batch, next } = await gather(ports, iterator, signal);
      iterator = next;
      if (batch.length > 0) await handle(ports, batch, signal);
      else await ports.wake.wait(ports.tableArn, idle, signal);
    } catch (error) {
      if (signal.aborted) return;
      ports.warn(`the stream of ${ports.tableArn} can't be read: ${String(error)}`);
      await sleep(idle, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** The emulator's streams have one shard. */
async function openShard({ clients, mapping }: StreamPollerPorts): Promise<string> {
  const StreamArn = mapping.sourceArn;
  const { StreamDescription } = await clients.streams.send(new DescribeStreamCommand({ StreamArn }));
  const ShardId = StreamDescription?.Shards?.[0]?.ShardId;
  const ShardIteratorType = mapping.stream.startingPosition;
  const { ShardIterator = '' } = await clients.streams.send(
    new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType }),
  );
  return ShardIterator;
}

type Gathered = { batch: StreamRecord[]; next: string };

async function gather(ports: StreamPollerPorts, iterator: string, signal: AbortSignal): Promise<Gathered> {
  const { batchSize, windowSeconds, sourceArn } = ports.mapping;
  const deadline = Date.now() + windowSeconds * 1000;
  const batch: StreamRecord[] = [];
  let next = iterator;
  while (!signal.aborted) {
    const command = new GetRecordsCommand({ ShardIterator: next, Limit: batchSize - batch.length });
    const { Records = [], NextShardIterator = next } = await ports.clients.streams.send(command);
    next = NextShardIterator;
    batch.push(...Records.map((record: _Record) => streamRecord(record, sourceArn)));
    const left = deadline - Date.now();
    if (batch.length === 0 || batch.length >= batchSize || left <= 0) break;
    await ports.wake.wait(ports.tableArn, left, signal);
  }
  return { batch, next };
}

async function handle(ports: StreamPollerPorts, batch: StreamRecord[], signal: AbortSignal): Promise<void> {
  const wanted = batch.filter((record) => passesFilters(ports.mapping.filters, record));
  if (wanted.length > 0) await attempt(ports, wanted, signal);
}

/** Tries a batch until it succeeds, its tries are used up or its records are too old; halves it if the mapping says so. */
async function attempt(ports: StreamPollerPorts, records: StreamRecord[], signal: AbortSignal): Promise<void> {
  const { bisect, retries } = ports.mapping.stream;
  let left = records;
  for (let tries = 1; !signal.aborted; tries += 1) {
    const failed = await invoke(ports, left, signal);
    if (failed.length === 0) return;
    left = failed;
    if (tooOld(ports, left)) return discard(ports, left, 'RecordAgeExceeded', tries);
    if (bisect && left.length > 1) return halve(ports, left, signal);
    if (retries >= 0 && tries > retries) return discard(ports, left, 'RetryAttemptsExhausted', tries);
    const wait = Math.min(backoff.first * 2 ** (tries - 1), backoff.most);
    await sleep(wait, undefined, { signal }).catch(() => undefined);
  }
}

async function halve(ports: StreamPollerPorts, records: StreamRecord[], signal: AbortSignal): Promise<void> {
  const middle = Math.ceil(records.length / 2);
  await attempt(ports, records.slice(0, middle), signal);
  await attempt(ports, records.slice(middle), signal);
}

/** The records that have to be tried again: with item failures, those from the first failed one on. */
async function invoke(ports: StreamPollerPorts, Records: StreamRecord[], signal: AbortSignal): Promise<StreamRecord[]> {
  const result = await invokeUnthrottled(ports, Records, signal);
  if (!result.ok) return Records;
  if (!ports.mapping.partialFailures) return [];
  const numbers = Records.map(({ dynamodb }) => dynamodb.SequenceNumber);
  const failed = failedItems(result.payload, numbers);
  if (failed === 'all') return Records;
  const first = numbers.findIndex((number) => failed.includes(number));
  return first < 0 ? [] : Records.slice(first);
}

/** A try that doesn't reach the function is none. */
async function invokeUnthrottled(
  { pool, observeAge }: StreamPollerPorts,
  Records: StreamRecord[],
  signal: AbortSignal,
): Promise<InvocationResult> {
  const written = Records.at(-1)?.dynamodb.ApproximateCreationDateTime ?? Date.now() / 1000;
  for (;;) {
    observeAge(Date.now() - written * 1000);
    const result = await pool.invoke({ Records });
    if (result.ok || result.kind !== 'throttled' || signal.aborted) return result;
    await sleep(idle, undefined, { signal }).catch(() => undefined);
  }
}

function tooOld({ mapping }: StreamPollerPorts, [first]: StreamRecord[]): boolean {
  const { maxAge } = mapping.stream;
  const created = first?.dynamodb.ApproximateCreationDateTime ?? 0;
  return maxAge >= 0 && Date.now() / 1000 - created > maxAge;
}

async function discard(
  ports: StreamPollerPorts,
  records: StreamRecord[],
  condition: string,
  tries: number,
): Promise<void> {
  const { onFailureArn } = ports.mapping.stream;
  ports.warn(`${ports.pool.definition.name}: ${records.length} stream records given up (${condition})`);
  if (onFailureArn === undefined) return;
  const notice = discardNotice(ports.mapping, records, { condition, tries });
  await ports.deliver(onFailureArn, JSON.stringify(notice)).catch((error: unknown) => ports.warn(String(error)));
}
