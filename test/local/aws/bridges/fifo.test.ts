import { expect, test } from 'vitest';
import { deduplicateFifo } from '../../../../local/aws/bridges/fifo.ts';
import { jsonAnswer } from '../../../../local/aws/guard/answers.ts';
import type { Call } from '../../../../local/aws/guard/guard.ts';

const QueueUrl = 'http://127.0.0.1/1/jobs.fifo';

function createQueue(contentBased: boolean) {
  let time = 0;
  const taken: string[] = [];
  const intercept = deduplicateFifo({ isContentBased: () => contentBased, now: () => time });
  const send = async (parameters: Record<string, unknown>): Promise<unknown> => {
    const operation = {
      service: 'sqs',
      name: 'SendMessage',
      protocol: 'json' as const,
      parameters: { QueueUrl, ...parameters },
      permissions: [],
      judgedByEmulator: true,
    };
    const answer = await intercept({ operation } as unknown as Call, async () => {
      taken.push(String(parameters.MessageBody));
      return jsonAnswer(200, { MessageId: `m${taken.length}` });
    });
    return (JSON.parse(Buffer.from(answer.body).toString()) as { MessageId: string }).MessageId;
  };
  return {
    send,
    taken,
    wait: (milliseconds: number) => {
      time += milliseconds;
    },
  };
}

test('an equal body is swallowed for five minutes, with the answer of the first', async () => {
  const { send, taken, wait } = createQueue(true);
  const ids = [await send({ MessageBody: 'a' }), await send({ MessageBody: 'a' }), await send({ MessageBody: 'b' })];
  wait(300_000);
  await send({ MessageBody: 'a' });
  expect(ids).toEqual(['m1', 'm1', 'm2']);
  expect(taken).toEqual(['a', 'b', 'a']);
});

test('an id of its own makes equal bodies different, and different bodies equal', async () => {
  const { send, taken } = createQueue(true);
  await send({ MessageBody: 'a', MessageDeduplicationId: '1' });
  await send({ MessageBody: 'a', MessageDeduplicationId: '2' });
  await send({ MessageBody: 'b', MessageDeduplicationId: '2' });
  expect(taken).toEqual(['a', 'a']);
});

test('a queue that is not content based leaves messages without an id to the emulator, which refuses them', async () => {
  const { send, taken } = createQueue(false);
  await send({ MessageBody: 'a' });
  await send({ MessageBody: 'a' });
  expect(taken).toEqual(['a', 'a']);
});
