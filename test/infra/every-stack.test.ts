import type { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { NodeFunction } from '../../infra/node-function.ts';
import { everyKind, type Resource, resources, statementsOf, synthesizeAll, withStacks } from './template.ts';
import { variablesRead } from './variables-read.ts';

/** What holds for whatever stands in any stack, of whatever construct it is: also for those that are made next. */
const stacks = Object.entries(everyKind).flatMap(([kind, text]) =>
  Object.entries(synthesizeAll(text)).map(([name, template]) => {
    const all = (type: string) => resources(template, type);
    return [`${kind}: ${name}`, { all, alarms: all('AWS::CloudWatch::Alarm') }] as const;
  }),
);

type Of = (typeof stacks)[number][1];

const says = (value: unknown, reference: string) => JSON.stringify(value ?? null).includes(reference);
const hasAlarm = ({ alarms }: Of, metric: string, dimension: string) =>
  alarms.some(
    ({ properties: { MetricName, Dimensions, AlarmActions } }) =>
      MetricName === metric && says(Dimensions, dimension) && says(AlarmActions, '<AlertsTopic>'),
  );

/** Where something puts what it can't deliver or settle, as it says itself. */
const endsOf = ({ all }: Of) => ({
  queues: all('AWS::SQS::Queue').map(({ properties }) => properties.RedrivePolicy),
  targets: all('AWS::Events::Rule').flatMap(({ properties }) =>
    (properties.Targets as Record<string, unknown>[]).map(({ DeadLetterConfig }) => DeadLetterConfig),
  ),
  schedules: all('AWS::Scheduler::Schedule').map(
    ({ properties }) => (properties.Target as Record<string, unknown>).DeadLetterConfig,
  ),
  streams: all('AWS::Lambda::EventSourceMapping')
    .filter(({ properties }) => properties.StartingPosition !== undefined)
    .map(({ properties }) => properties.DestinationConfig),
});

const isLast = ({ id }: Resource) => id.endsWith('DeadLettersQueue');

describe.each(stacks)('%s', (_, of) => {
  const queues = of.all('AWS::SQS::Queue');
  const ends = endsOf(of);

  it('has dead letters for every queue, target of a rule, schedule and stream', () => {
    const last = queues.filter(isLast).map(({ id }) => `<${id}.Arn>`);
    expect(ends.queues.filter((end) => end !== undefined)).toHaveLength(queues.length - last.length);
    const all = Object.values(ends).flat();
    expect(all.filter((end) => end !== undefined && !last.some((queue) => says(end, queue)))).toEqual([]);
    expect([...ends.targets, ...ends.schedules, ...ends.streams].filter((end) => end === undefined)).toEqual([]);
  });

  it('tells of dead letters, of queues that stand still, and of functions and rules that fail', () => {
    const lacking = [
      ...queues.filter(
        (queue) =>
          !hasAlarm(
            of,
            isLast(queue) ? 'ApproximateNumberOfMessagesVisible' : 'ApproximateAgeOfOldestMessage',
            `<${queue.id}.QueueName>`,
          ),
      ),
      ...of.all('AWS::Lambda::Function').filter(({ id }) => !hasAlarm(of, 'Errors', `<${id}>`)),
      ...of.all('AWS::Lambda::Function').filter(({ id }) => !hasAlarm(of, 'Throttles', `<${id}>`)),
      ...of.all('AWS::Events::Rule').filter(({ id }) => !hasAlarm(of, 'FailedInvocations', `<${id}>`)),
    ];
    expect(lacking.map(({ id }) => id)).toEqual([]);
  });

  it('takes nothing but TLS at queues, topics and buckets', () => {
    const policies = ['AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy', 'AWS::S3::BucketPolicy'].flatMap(of.all);
    const strict = policies.filter(({ properties }) =>
      statementsOf(properties.PolicyDocument).some(
        ({ Effect, Condition }) => Effect === 'Deny' && says(Condition, '"aws:SecureTransport":"false"'),
      ),
    );
    const guarded = ['AWS::SQS::Queue', 'AWS::SNS::Topic', 'AWS::S3::Bucket'].flatMap(of.all);
    const open = guarded.filter(({ id }) => !strict.some(({ properties }) => says(properties, `<${id}>`)));
    expect(open.map(({ id }) => id)).toEqual([]);
  });

  it('gives each role its rights itself, and lets only services and named roles take it', () => {
    const roles = of.all('AWS::IAM::Role');
    expect(roles.filter(({ properties }) => says(properties.ManagedPolicyArns, 'iam::aws:policy'))).toEqual([]);
    const trusts = roles.flatMap(({ properties }) => statementsOf(properties.AssumeRolePolicyDocument));
    const loose = trusts.filter((trust) => !says(trust, '"Service"') && !says(trust, 'aws:PrincipalArn'));
    expect(loose).toEqual([]);
  });
});

/** `ImageUpdater` → `image-updater`; each cluster has a reconciler of its own. */
const folderOf = (construct: string) =>
  construct.startsWith('Reconciler-')
    ? 'reconciler'
    : construct.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();

function environmentsIn(app: App): Record<string, [given: string[], read: string[]]> {
  const functions = app.node.findAll().filter((construct) => construct instanceof NodeFunction);
  return Object.fromEntries(
    functions.map(({ node, lambda }) => {
      const { environment } = lambda.node.defaultChild as unknown as { environment: unknown };
      const given = lambda.stack.resolve(environment) as { variables: object } | undefined;
      const folder = folderOf(node.scope?.node.id ?? '');
      return [node.path, [Object.keys(given?.variables ?? {}).sort(), variablesRead(folder)]];
    }),
  );
}

it.each(Object.entries(everyKind))('%s: every function is given the variables that its handler reads', (_, text) => {
  const found = Object.entries(withStacks(text, environmentsIn));
  expect(found.length).toBeGreaterThan(6);
  for (const [path, [given, read]] of found) expect(given, path).toEqual(read);
});
