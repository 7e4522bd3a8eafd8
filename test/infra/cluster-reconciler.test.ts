import { readFileSync } from 'node:fs';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ClusterReconciler, type ClusterReconcilerProps } from '../../infra/cluster-reconciler.ts';
import { queueNameOf, roleNameOf, roles } from '../../infra/installation.ts';
import { examples, resource, resources, withApp } from './template.ts';

const text = readFileSync(examples['two clusters, one in another account'], 'utf8');
const create = text.replace('      endpoints: existing\n', '');
const production = { account: '444455556666', region: 'eu-west-1' };

/** The reconciler alone in a stack of somebody's own. */
const alone = (props: Partial<ClusterReconcilerProps> = {}, { env = {}, file = text } = {}): Template =>
  withApp(file, (app, deployer) => {
    const stack = new Stack(app, 'Own', { env });
    new ClusterReconciler(stack, 'Reconciler', { deployer, cluster: 'production', ...props });
    return Template.fromStack(stack);
  });

describe('a reconciler in a stack of somebody’s own', () => {
  it('brings all that it needs: queue, function, access entry, topic', () => {
    const template = alone({}, { env: production });
    for (const type of [
      'AWS::Lambda::Function',
      'AWS::EKS::AccessEntry',
      'AWS::SNS::Topic',
      'AWS::Lambda::LayerVersion',
    ])
      expect(resources(template, type), type).toHaveLength(1);
    expect(resources(template, 'AWS::SQS::Queue')).toHaveLength(2);
  });

  it('knows Plumbline by the name that it was given', () => {
    const template = alone({ name: 'second' });
    expect(resource(template, 'AWS::SQS::Queue', 'ReconcilerReconciliationsQueue').QueueName).toBe(
      'second-production.fifo',
    );
    expect(JSON.stringify(template.toJSON())).toContain(':table/second-state');
  });

  it.each([
    ['makes the endpoints of its VPC', {}, create, 2],
    ['makes none where another does', { gatewayEndpoints: false }, create, 0],
    ['makes none where they exist', {}, text, 0],
  ])('%s', (_, props, file, count) => {
    expect(resources(alone(props, { file }), 'AWS::EC2::VPCEndpoint')).toHaveLength(count);
  });

  it.each([
    ['of no cluster', { cluster: 'none' }, {}, 'deployer.yaml has no cluster "none"; it has shared, production'],
    [
      'of a cluster that Plumbline looks after itself',
      { cluster: 'shared' },
      {},
      "must be another account than home's",
    ],
    [
      'in another account than its cluster’s',
      {},
      { ...production, account: '777788889999' },
      "must be the stack's, 777788889999",
    ],
  ])('is refused %s', (_, props, env, message) => {
    expect(() => alone(props, { env })).toThrow(message);
  });
});

describe('the names that two accounts know', () => {
  const installation = { name: 'plumbline', account: '111122223333', region: 'ap-southeast-1' };
  const [one, two] = ['a', 'b'].map((end) => `${'k'.repeat(62)}${end}`) as [string, string];

  it('are as short as AWS wants them, and still differ', () => {
    const queues = [one, two].map((key) => queueNameOf(installation, key));
    const names = [one, two].map((key) => roleNameOf(installation, roles.reconciler(key)));
    expect(queues.every((name) => name.length <= 80 && name.endsWith('.fifo'))).toBe(true);
    expect(names.every((name) => name.length <= 64 && name.endsWith('-ap-southeast-1'))).toBe(true);
    expect([new Set(queues).size, new Set(names).size]).toEqual([2, 2]);
  });
});
