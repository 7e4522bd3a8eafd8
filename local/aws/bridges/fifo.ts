import { createHash } from 'node:crypto';
import { type Answer, jsonAnswer } from '../guard/answers.ts';
import type { Call, Interceptor } from '../guard/guard.ts';
import { records, text } from '../guard/operations/operation.ts';

/** SQS swallows a second message with the same deduplication id for so long, in milliseconds. */
const window = 5 * 60_000;

type Accepted = { at: number; messageId: string; sequenceNumber: string; md5: string };
type Entry = Readonly<Record<string, unknown>>;

export type FifoPorts = {
  /** Whether the queue makes the id of the body when a message has none. */
  isContentBased(queueUrl: string): boolean;
  now?(): number;
};

/**
 * Deduplicates what is sent to FIFO queues as SQS does: for five minutes, even when the first message was long
 * received and deleted. moto forgets a message with its deletion, and would hide the trap that equal bodies are.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
 */
export function deduplicateFifo({ isContentBased, now = Date.now }: FifoPorts): Interceptor {
  const accepted = new Map<string, Accepted>();
  const known = (key: string): Accepted | undefined => {
    const entry = accepted.get(key);
    return entry && now() - entry.at < window ? entry : undefined;
  };
  const keyOf = (queueUrl: string, entry: Entry): string | undefined => {
    const id = text(entry.MessageDeduplicationId);
    if (id) return `${queueUrl} ${id}`;
    return isContentBased(queueUrl) ? `${queueUrl} ${hash('sha256', text(entry.MessageBody))}` : undefined;
  };
  const remember = (key: string | undefined, result: Entry): void => {
    if (key === undefined || !text(result.MessageId)) return;
    const [messageId, sequenceNumber, md5] = [
      text(result.MessageId),
      text(result.SequenceNumber),
      text(result.MD5OfMessageBody),
    ];
    accepted.set(key, { at: now(), messageId, sequenceNumber, md5 });
  };
  return async (call, next) => {
    const queueUrl = text(call.operation.parameters.QueueUrl);
    if (call.operation.service !== 'sqs' || !queueUrl.endsWith('.fifo')) return next();
    const { name, parameters } = call.operation;
    if (name === 'SendMessageBatch') return sendBatch(call, next, { keyOf, known, remember });
    if (name !== 'SendMessage') return next();
    const key = keyOf(queueUrl, parameters);
    const first = key && known(key);
    if (first) return jsonAnswer(200, resultOf(first));
    const answer = await next();
    if (answer.status === 200) remember(key, JSON.parse(Buffer.from(answer.body).toString()) as Entry);
    return answer;
  };
}

type Memory = {
  keyOf(queueUrl: string, entry: Entry): string | undefined;
  known(key: string): Accepted | undefined;
  remember(key: string | undefined, result: Entry): void;
};

/** The emulator would take a duplicate of a deleted message, so a batch that has one is answered in two parts. */
async function sendBatch({ operation, request }: Call, next: () => Promise<Answer>, memory: Memory): Promise<Answer> {
  const queueUrl = text(operation.parameters.QueueUrl);
  const entries = records(operation.parameters.Entries);
  const keys = new Map(entries.map((entry) => [text(entry.Id), memory.keyOf(queueUrl, entry)]));
  const duplicates = entries.flatMap((entry) => {
    const key = keys.get(text(entry.Id));
    const first = key && memory.known(key);
    return first ? [{ Id: entry.Id, ...resultOf(first) }] : [];
  });
  const fresh = entries.filter((entry) => !duplicates.some(({ Id }) => Id === entry.Id));
  if (fresh.length === 0) return jsonAnswer(200, { Successful: duplicates });
  // The call is handed on under the administrator's signature, which is made of the body as it is then.
  request.body = Buffer.from(JSON.stringify({ ...operation.parameters, Entries: fresh }));
  const answer = await next();
  if (answer.status !== 200) return answer;
  const body = JSON.parse(Buffer.from(answer.body).toString()) as { Successful?: Entry[] };
  for (const result of body.Successful ?? []) memory.remember(keys.get(text(result.Id)), result);
  return jsonAnswer(200, { ...body, Successful: [...(body.Successful ?? []), ...duplicates] });
}

function resultOf({ messageId, sequenceNumber, md5 }: Accepted): object {
  return { MessageId: messageId, SequenceNumber: sequenceNumber, MD5OfMessageBody: md5 };
}

function hash(algorithm: string, value: string): string {
  return createHash(algorithm).update(value).digest('hex');
}
