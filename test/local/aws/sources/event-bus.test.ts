import { describe, expect, test } from 'vitest';
import { attachPolicy, createWorld } from '../../../../local/aws/guard/world.ts';
import { type BusEvent, createEventBus, inputOf } from '../../../../local/aws/sources/event-bus.ts';
import { createParts, type Target } from '../../../../local/aws/template/parts.ts';

const queue = 'arn:aws:sqs:eu-west-1:123456789012:pushes';
const dead = 'arn:aws:sqs:eu-west-1:123456789012:dead';
const rule = 'arn:aws:events:eu-west-1:123456789012:rule/push';
const entry = { Source: 'aws.ecr', DetailType: 'ECR Image Action', Detail: '{"image-tag":"1.0.0"}' };

function createBus(allowedSource: string | undefined, target: Partial<Target> = {}) {
  const world = createWorld('123456789012', 'eu-west-1');
  const parts = createParts();
  const sent: { arn: string; body: string }[] = [];
  const warnings: string[] = [];
  if (allowedSource) {
    const Condition = { ArnEquals: { 'aws:SourceArn': allowedSource } };
    const statement = {
      Effect: 'Allow' as const,
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: queue,
      Condition,
    };
    attachPolicy(world, queue, { Statement: [statement] });
  }
  const targets = [{ id: '1', arn: queue, ...target }];
  parts.rules.push({
    arn: rule,
    name: 'push',
    bus: 'default',
    enabled: true,
    pattern: '{"source":["aws.ecr"]}',
    targets,
  });
  const deliver = async (arn: string, body: string) => void sent.push({ arn, body });
  const countFailure = () => undefined;
  const bus = createEventBus({ world, parts, deliver, countFailure, warn: (message) => warnings.push(message) });
  return { bus, sent, warnings };
}

test('an event that matches reaches the target whose policy lets the rule in', async () => {
  const { bus, sent } = createBus(rule);
  expect(await bus.put(entry)).toEqual({ EventId: expect.any(String) });
  expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({
    version: '0',
    source: 'aws.ecr',
    account: '123456789012',
    detail: { 'image-tag': '1.0.0' },
  });
});

test('an event goes to the dead letter queue, and is not silent, when the policy lets another rule in only', async () => {
  const { bus, sent, warnings } = createBus(`${rule}2`, { deadLetterArn: dead });
  await bus.put(entry);
  expect(sent.map(({ arn }) => arn)).toEqual([dead]);
  expect(warnings[0]).toContain('events.amazonaws.com is not authorized to perform sqs:SendMessage');
});

test('an event that does not match goes nowhere', async () => {
  const { bus, sent } = createBus(rule);
  await bus.put({ ...entry, Source: 'aws.s3' });
  await bus.put({ ...entry, EventBusName: 'another' });
  expect(sent).toEqual([]);
});

test.each([
  [{ ...entry, Detail: 'no JSON' }, 'MalformedDetail'],
  [{ ...entry, Detail: '[]' }, 'MalformedDetail'],
  [{ Detail: '{}', Source: 'x' }, 'InvalidArgument'],
])('%j is refused with %s', async (bad, code) => {
  expect(await createBus(rule).bus.put(bad)).toMatchObject({ ErrorCode: code });
});

describe('inputOf', () => {
  const event = { source: 'aws.ecr', detail: { tag: 'a"b', list: [1], count: 2 } } as unknown as BusEvent;
  const transformed = (template: string) =>
    inputOf(
      {
        id: '1',
        arn: queue,
        inputTransformer: {
          paths: { tag: '$.detail.tag', list: '$.detail.list', first: '$.detail.list[0]' },
          template,
        },
      },
      event,
    );
  test.each([
    ['{"tag":<tag>,"list":<list>}', '{"tag":"a\\"b","list":[1]}'],
    ['"tag <tag> and <first>"', '"tag a\\"b and 1"'],
    ['{"text":"list <list>"}', '{"text":"list [1]"}'],
    ['{"gone":<gone>}', '{"gone":null}'],
  ])('fills the template %s', (template, expected) => {
    expect(transformed(template)).toBe(expected);
  });

  test('takes a constant or a part', () => {
    expect(inputOf({ id: '1', arn: queue, input: '{"a":1}' }, event)).toBe('{"a":1}');
    expect(inputOf({ id: '1', arn: queue, inputPath: '$.detail.list' }, event)).toBe('[1]');
  });
});
