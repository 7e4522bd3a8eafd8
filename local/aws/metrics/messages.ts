import type { Interceptor } from '../guard/guard.ts';
import { records, text } from '../guard/operations/operation.ts';

/** The messages of the account's queues that were sent and not deleted, with when each was sent. */
export type Messages = {
  /** By the queue's ARN, oldest first. */
  waiting(queueArn: string): Date[];
  intercept: Interceptor;
};

type Known = { sent: Map<string, Date>; handles: Map<string, string> };
type Sent = { MessageId?: string; Successful?: { MessageId: string }[] };
type Received = { Messages?: { MessageId: string; ReceiptHandle: string }[] };

/**
 * Follows what is sent, received and deleted: the emulator tells nobody how old a message is.
 *
 * @param onSent told of each message that a queue has taken
 */
export function followMessages(onSent: (queueArn: string) => void): Messages {
  const queues = new Map<string, Known>();
  const knownOf = (arn: string): Known => {
    const known = queues.get(arn) ?? { sent: new Map(), handles: new Map() };
    queues.set(arn, known);
    return known;
  };
  const intercept: Interceptor = async (call, next) => {
    const answer = await next();
    const { service, name, parameters, permissions } = call.operation;
    if (service !== 'sqs' || answer.status >= 300) return answer;
    const arn = permissions[0]?.resource ?? '';
    const { sent, handles } = knownOf(arn);
    const read = () => JSON.parse(Buffer.from(answer.body).toString('utf8') || '{}') as Sent & Received;
    if (name.startsWith('SendMessage')) {
      const { MessageId, Successful = [] } = read();
      for (const id of [MessageId, ...Successful.map((each) => each.MessageId)].filter((id) => id !== undefined)) {
        sent.set(id, new Date());
        onSent(arn);
      }
    }
    if (name === 'ReceiveMessage')
      for (const { MessageId, ReceiptHandle } of read().Messages ?? []) handles.set(ReceiptHandle, MessageId);
    const deleted = name === 'DeleteMessage' ? [parameters] : name === 'DeleteMessageBatch' ? parameters.Entries : [];
    for (const { ReceiptHandle } of records(deleted) as { ReceiptHandle?: unknown }[]) {
      sent.delete(handles.get(text(ReceiptHandle)) ?? '');
      handles.delete(text(ReceiptHandle));
    }
    return answer;
  };
  return { intercept, waiting: (arn) => [...knownOf(arn).sent.values()] };
}
