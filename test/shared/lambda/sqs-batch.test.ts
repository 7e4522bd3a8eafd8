import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BadInputError, MissingError, RefusedError, StaleError, TryAgainError } from '../../../shared/errors.ts';
import type { Measurement } from '../../../shared/lambda/metrics.ts';
import { eachMessage, processBatch } from '../../../shared/lambda/sqs-batch.ts';

const schema = z.object({ name: z.string() });
const record = (messageId: string, body: string) => ({ messageId, body }) as SQSRecord;

/** Runs a batch whose messages fail with the error of their name, and tells what became of each. */
async function run(bodies: Record<string, string>, errors: Record<string, unknown> = {}) {
  const event: SQSEvent = { Records: Object.entries(bodies).map(([id, body]) => record(id, body)) };
  const dead: { body: string; reason: string }[] = [];
  const handled: string[] = [];
  const lines: { message: string; details: unknown }[] = [];
  const measured: Measurement[] = [];
  const log = (message: string, details?: unknown) => void lines.push({ message, details });
  const { batchItemFailures } = await processBatch(event, {
    schema,
    deadLetters: { send: async (body, reason) => void dead.push({ body, reason }) },
    log: { info: log, warn: log, error: log },
    measure: (measurement) => void measured.push(measurement),
    handle: (messages) =>
      eachMessage(messages, async ({ name }) => {
        handled.push(name);
        if (errors[name] !== undefined) throw errors[name];
      }),
  });
  return { dead, handled, lines, measured, returned: batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) };
}

const good = (name: string) => JSON.stringify({ name });

describe('a batch of messages', () => {
  it('fault 7: a malformed message goes to the dead letters with the reason, and its neighbours go on', async () => {
    const { dead, handled, returned } = await run({ m1: good('a'), m2: '{', m3: '{"name":null}', m4: good('b') });
    expect(handled).toEqual(['a', 'b']);
    expect(returned).toEqual([]);
    expect(dead).toEqual([
      { body: '{', reason: 'the message is not JSON' },
      { body: '{"name":null}', reason: expect.stringContaining('name: ') },
    ]);
  });

  it('fault 55: only the ids that may succeed later go back', async () => {
    const errors = {
      b: new TryAgainError('throttled'),
      c: new Error('unforeseen'),
      d: new RefusedError('no permission'),
    };
    const { dead, returned } = await run({ m1: good('a'), m2: good('b'), m3: good('c'), m4: good('d') }, errors);
    expect(returned).toEqual(['m2', 'm3']);
    expect(dead).toEqual([{ body: good('d'), reason: 'no permission' }]);
  });

  it('names file and line in the reason where the input was a file', async () => {
    const error = new BadInputError([{ file: 'environment.yaml', line: 3, message: 'is wrong' }]);
    expect((await run({ m1: good('a') }, { a: error })).dead[0]?.reason).toBe('environment.yaml:3: is wrong');
  });

  it('does not call the handler for a batch of which nothing can be read', async () => {
    expect((await run({ m1: 'x' })).handled).toEqual([]);
  });

  it('logs a message’s id and reason, never its body', async () => {
    const { lines } = await run({ m1: '{"secret":"hunter2"}' });
    expect(JSON.stringify(lines)).toContain('m1');
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });
});

describe('failures', () => {
  it.each([
    [new BadInputError([{ message: 'no' }]), 'input'],
    [new MissingError('no'), 'input'],
    [new RefusedError('no'), 'refused'],
    [new TryAgainError('no'), 'unavailable'],
    [new StaleError('no'), 'unavailable'],
    [new TypeError('no'), 'internal'],
  ])('%s counts as one of the kind %s', async (error, kind) => {
    const { measured } = await run({ m1: good('bad'), m2: good('fine') }, { bad: error });
    expect(measured).toEqual([{ values: { Failures: 1 }, dimensions: { kind }, details: { messageId: 'm1' } }]);
  });
});

describe('a function that can reach no queue', () => {
  it('fault 7: gives a message back that it can not read, for the queue to move it, and says why', async () => {
    const lines: unknown[] = [];
    const log = (_: string, details?: unknown) => void lines.push(details);
    const result = await processBatch({ Records: [record('m1', '{')] } as SQSEvent, {
      schema,
      log: { info: log, warn: log, error: log },
      measure: () => undefined,
      handle: (messages) => eachMessage(messages, async () => {}),
    });
    expect(result.batchItemFailures).toEqual([{ itemIdentifier: 'm1' }]);
    expect(lines).toEqual([expect.objectContaining({ reason: 'the message is not JSON' })]);
  });
});
