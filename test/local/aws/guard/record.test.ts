import { describe, expect, it } from 'vitest';
import { judgeOne, judgeService } from '../../../../local/aws/guard/authorize.ts';
import type { Statement } from '../../../../local/aws/guard/policy/document.ts';
import { createCallRecord } from '../../../../local/aws/guard/record.ts';
import { attachPolicy, type Caller, createWorld } from '../../../../local/aws/guard/world.ts';

const queue = 'arn:aws:sqs:eu-west-1:123456789012:work';
const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:worker';
const roleArn = 'arn:aws:iam::123456789012:role/worker';

describe('the record of calls', () => {
  it('keeps apart what a function calls itself, and what Lambda calls in its name', () => {
    const record = createCallRecord();
    const permission = { action: 'sqs:ReceiveMessage', resource: queue };
    record.add({ name: 'worker', roleArn, sourceFunctionArn: functionArn }, permission, { allowed: true });
    record.add({ name: 'worker', roleArn }, permission, { allowed: true });
    record.add({ name: 'worker', roleArn }, permission, { allowed: true });
    expect(record.list()).toMatchObject([
      { caller: 'worker', roleArn, byOwnCode: true, service: 'sqs', count: 1 },
      { caller: 'worker', roleArn, byOwnCode: false, service: 'sqs', count: 2 },
    ]);
  });

  it('keeps apart calls that a condition may tell apart, and refused ones with the reason', () => {
    const record = createCallRecord();
    const permission = (key: string) => ({ action: 'x:Get', resource: 'a', context: { 'x:key': key } });
    record.add({ name: 'worker' }, permission('one'), { allowed: true });
    record.add({ name: 'worker' }, permission('two'), { allowed: false, reason: 'because' });
    expect(record.list()).toMatchObject([
      { context: { 'x:key': 'one' }, allowed: true },
      { context: { 'x:key': 'two' }, allowed: false, reason: 'because' },
    ]);
  });

  it("has what a service of AWS does by a resource's own policy", () => {
    const world = createWorld('123456789012', 'eu-west-1');
    const Statement: Statement = {
      ...{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' } },
      ...{ Action: 'sqs:SendMessage', Resource: queue },
    };
    attachPolicy(world, queue, { Statement });
    judgeService(world, 'events.amazonaws.com', { action: 'sqs:SendMessage', resource: queue });
    expect(world.record.list()).toMatchObject([
      { caller: 'events.amazonaws.com', byOwnCode: false, action: 'sqs:SendMessage', resource: queue, allowed: true },
    ]);
  });
});

describe('lambda:SourceFunctionArn', () => {
  const Statement: Statement[] = [
    { Effect: 'Allow', Action: 'ec2:DescribeSubnets', Resource: '*' },
    {
      ...{ Effect: 'Deny', Action: 'ec2:*', Resource: '*' },
      Condition: { ArnLike: { 'lambda:SourceFunctionArn': 'arn:aws:lambda:eu-west-1:123456789012:function:*' } },
    },
  ];
  const world = createWorld('123456789012', 'eu-west-1');
  world.roles.set(roleArn, {
    name: 'worker',
    arn: roleArn,
    trust: { Statement: [] },
    policies: new Map([['own', { Statement }]]),
  });
  const caller: Caller = {
    credentials: { accessKeyId: '', secretAccessKey: '' },
    principal: { kind: 'session', arn: roleArn, roleArn, accountId: '123456789012' },
    name: 'worker',
    inVpc: false,
  };
  const permission = { action: 'ec2:DescribeSubnets', resource: '*' };

  it("is in the calls of a function's own code, and not in those that Lambda makes in its name", () => {
    expect(judgeOne(world, caller, permission)).toEqual({ allowed: true });
    expect(judgeOne(world, { ...caller, sourceFunctionArn: functionArn }, permission)).toMatchObject({
      allowed: false,
      reason: 'with an explicit deny',
    });
  });
});
