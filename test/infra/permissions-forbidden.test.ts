import { describe, expect, it } from 'vitest';
import { accountOf, ofType } from '../support/iam/account.ts';
import { createGuardJudge } from '../support/iam/guard.ts';
import { type Role, rolesOf } from '../support/iam/policies.ts';
import { type Ask, simulate } from '../support/iam/simulate.ts';
import { synthesize } from './template.ts';

const account = accountOf(synthesize());
const roles = new Map(rolesOf(account).map((role) => [role.owner, role]));
const guardAllows = createGuardJudge(account);

function arnOf(id: string): string {
  const arn = account.resources[id]?.arn;
  if (arn === undefined) throw new Error(`the template has no resource ${id}`);
  return String(arn);
}

const roleOf = (owner: string): Role => roles.get(owner) ?? fail(`no role of the template is ${owner}'s`);
const fail = (message: string): never => {
  throw new Error(message);
};

const digest = 'a'.repeat(64);
const [bucket = ''] = ofType(account, 'AWS::S3::Bucket').map(({ arn }) => arn);
const [table = ''] = ofType(account, 'AWS::DynamoDB::GlobalTable').map(({ arn }) => arn);
const here = `${account.region}:${account.accountId}`;

const read = (key: string): Ask => ({ action: 's3:GetObject', resource: `${bucket}/${key}` });
const write = (key: string): Ask => ({
  action: 's3:PutObject',
  resource: `${bucket}/${key}`,
  context: { 's3:if-none-match': '*', 's3:ObjectCreationOperation': 'true' },
});
const overwrite = (key: string): Ask => ({ ...write(key), context: { 's3:ObjectCreationOperation': 'true' } });
const remove = (key: string): Ask => ({ action: 's3:DeleteObject', resource: `${bucket}/${key}` });
const secret = (name: string): Ask => ({
  action: 'secretsmanager:GetSecretValue',
  resource: `arn:aws:secretsmanager:${here}:secret:plumbline/${name}-AbCdEf`,
});
const send = (queue: string): Ask => ({ action: 'sqs:SendMessage', resource: arnOf(queue) });
const item = (action: string, partition: string): Ask => ({
  ...{ action: `dynamodb:${action}`, resource: table },
  context: { 'dynamodb:LeadingKeys': [partition] },
});
const invoke = (fn: string): Ask => ({ action: 'lambda:InvokeFunction', resource: arnOf(fn) });
const ecr = (action: string, name: string): Ask => ({
  action: `ecr:${action}`,
  resource: `arn:aws:ecr:eu-west-1:111122223333:repository/${name}`,
});

/** Who must not do what, why that would be bad, and who may do it (so that the name is not just misspelt). */
const forbidden: [who: string, ask: Ask, why: string, whoMay?: string][] = [
  ['Reconcilermain', read(`artifacts/trial/${digest}.json`), "another environment's artifact", 'Reconcilerlab'],
  ['Reconcilermain', read(`releases/trial/${digest}.json`), "another environment's release", 'Reconcilerlab'],
  ['Reconcilermain', read(`inventories/trial/web/${digest}.json`), "another environment's inventory", 'Reconcilerlab'],
  ['Reconcilermain', write(`inventories/trial/web/${digest}.json`), "another environment's inventory", 'Reconcilerlab'],
  ['Reconcilermain', write(`artifacts/staging/${digest}.json`), 'what it is to apply', 'Source'],
  [
    'Reconcilermain',
    item('PutItem', 'environment#trial'),
    "the state of another cluster's environment",
    'Reconcilerlab',
  ],
  [
    'Reconcilermain',
    item('GetItem', 'environment#trial'),
    "the state of another cluster's environment",
    'Reconcilerlab',
  ],
  ['Reconcilermain', item('PutItem', 'cluster#lab'), 'where another cluster is found', 'Reconcilerlab'],
  ['Reconcilermain', item('UpdateItem', 'environment#staging'), 'the sequence, which says what is newest', 'Source'],
  ['Reconcilermain', secret('read'), 'a Git credential', 'Source'],
  ['Reconcilermain', secret('write'), 'a Git credential', 'ImageUpdater'],
  ['Reconcilermain', send('ReconcilerlabReconciliationsQueue'), "another cluster's queue", 'Dispatcher'],
  ['Reconcilermain', send('ReconcilermainReconciliationsDeadLettersQueue'), 'messages that vanish'],
  ['Reconcilermain', { action: 'ec2:DescribeSubnets', resource: '*' }, 'what only Lambda needs'],
  ['Reconcilermain', { action: 'ec2:DeleteNetworkInterface', resource: '*' }, "other functions' networks"],
  ['Renderer', read(`trees/staging/${digest}.tar.gz`), 'a tree that it was not handed', 'Source'],
  ['Renderer', write('renderings/staging/web/id.json'), 'a rendering that it was not asked for', 'Source'],
  ['Renderer', item('GetItem', 'environment#staging'), 'state', 'Source'],
  ['Renderer', secret('read'), 'a Git credential', 'Source'],
  ['Renderer', { action: 'ec2:CreateNetworkInterface', resource: '*' }, 'a way out'],
  ['Source', secret('write'), 'writing Git', 'ImageUpdater'],
  ['Source', secret('report'), 'speaking for Plumbline', 'Reporter'],
  ['Source', secret('webhook'), 'forging deliveries', 'Webhook'],
  ['Source', item('DeleteItem', 'environment#staging'), 'forgetting what is owned', 'Reconcilermain'],
  ['Source', write(`inventories/staging/web/${digest}.json`), 'what is owned', 'Reconcilermain'],
  ['Source', send('ImageUpdaterImagePushesQueue'), 'commits', 'Dispatcher'],
  ['Source', send('DispatcherTicksDeadLettersQueue'), "another function's dead letters", 'Dispatcher'],
  ['Source', overwrite(`artifacts/staging/${digest}.json`), 'an artifact that was checked already'],
  ['Source', ecr('PutImage', 'charts/web'), 'the supply chain'],
  ['Source', { ...ecr('BatchGetImage', 'team/web') }, 'images', 'ImageUpdater'],
  ['ImageUpdater', secret('read'), 'another App', 'Source'],
  ['ImageUpdater', item('GetItem', 'environment#staging'), 'state', 'Source'],
  ['ImageUpdater', read(`releases/staging/${digest}.json`), 'what is deployed', 'Reporter'],
  ['ImageUpdater', ecr('PutImage', 'team/web'), 'the supply chain'],
  ['ImageUpdater', ecr('DescribeImages', 'other'), 'a repository that is not listed'],
  ['ImageUpdater', { action: 'ecr:GetAuthorizationToken', resource: '*' }, 'pulling and pushing by Docker'],
  ['Webhook', secret('read'), 'a Git credential', 'Source'],
  ['Webhook', send('ReconcilermainReconciliationsQueue'), 'skipping Git', 'Dispatcher'],
  ['Webhook', invoke('RendererFunction'), 'work for strangers', 'Source'],
  ['Dispatcher', secret('read'), 'a Git credential', 'Source'],
  ['Dispatcher', item('PutItem', 'environment#staging'), 'writing state', 'Source'],
  ['Dispatcher', item('GetItem', 'cluster#main'), 'where a cluster is found', 'Source'],
  ['Dispatcher', send('ReporterDeadLettersQueue'), "another function's dead letters"],
  ['Reporter', invoke('RendererFunction'), 'rendering', 'Source'],
  ['Reporter', secret('write'), 'writing Git', 'ImageUpdater'],
  ['Reporter', item('PutItem', 'environment#staging'), 'writing what it reports', 'Source'],
  ['Reporter', send('SourceGitChangesQueue'), 'starting anything', 'Webhook'],
  ['Reporter', { action: 'sns:Subscribe', resource: arnOf('AlertsTopic') }, 'sending alerts elsewhere'],
];

const titleOf = ([who, { action, resource }, why]: (typeof forbidden)[number]) =>
  `${who} may not ${action} on ${resource.split(':').at(-1)?.replace(digest, '…')}: ${why}`;

/** What nobody at all may do. */
const nobody: [what: string, ask: Ask][] = [
  ['deletes an artifact', remove(`artifacts/staging/${digest}.json`)],
  ['deletes an inventory', remove(`inventories/staging/web/${digest}.json`)],
  ['lists the bucket', { action: 's3:ListBucket', resource: bucket }],
  ['changes the policy of the bucket', { action: 's3:PutBucketPolicy', resource: bucket }],
  ['reads the whole table', { action: 'dynamodb:Scan', resource: table }],
  ['deletes the table', { action: 'dynamodb:DeleteTable', resource: table }],
  ['empties a queue', { action: 'sqs:PurgeQueue', resource: arnOf('SourceGitChangesQueue') }],
  ['changes a queue', { action: 'sqs:SetQueueAttributes', resource: arnOf('SourceGitChangesQueue') }],
  ['changes a secret', { ...secret('write'), action: 'secretsmanager:PutSecretValue' }],
  [
    'changes the code of a function',
    { action: 'lambda:UpdateFunctionCode', resource: arnOf('ReconcilermainFunction') },
  ],
  ['invokes the reconciler', invoke('ReconcilermainFunction')],
  ['takes another role', { action: 'sts:AssumeRole', resource: arnOf('ReconcilermainFunctionRole') }],
  ['passes a role on', { action: 'iam:PassRole', resource: arnOf('ReconcilermainFunctionRole') }],
  ['gives itself rights', { action: 'iam:PutRolePolicy', resource: arnOf('ReconcilermainFunctionRole') }],
  ['makes a user', { action: 'iam:CreateUser', resource: `arn:aws:iam::${account.accountId}:user/x` }],
  ['opens a cluster', { action: 'eks:CreateAccessEntry', resource: `arn:aws:eks:${here}:cluster/main-cluster` }],
  ['decrypts by a key', { action: 'kms:Decrypt', resource: `arn:aws:kms:${here}:key/1` }],
  ['reads a log', { action: 'logs:GetLogEvents', resource: `arn:aws:logs:${here}:log-group:x:log-stream:x` }],
  [
    'forges an event of ECR',
    {
      ...{ action: 'events:PutEvents', resource: `arn:aws:events:${here}:event-bus/default` },
      context: { 'events:source': 'aws.ecr', 'events:detail-type': 'ECR Image Action' },
    },
  ],
];

/** By both judges, who have to agree. */
async function isAllowed(owner: string, ask: Ask): Promise<boolean> {
  const simulated = await simulate(account, roleOf(owner), ask);
  expect(guardAllows(roleOf(owner), ask), 'local/aws/guard and the simulator disagree').toBe(simulated);
  return simulated;
}

/** Each asks two judges, on a machine that may be busy. */
const patience = { timeout: 3 * 60_000 };

describe('what must not be', patience, () => {
  it.each(forbidden.map((row) => [titleOf(row), ...row] as const))('%s', async (_, owner, ask, __, whoMay) => {
    expect(await isAllowed(owner, ask)).toBe(false);
    if (whoMay !== undefined) expect(await isAllowed(whoMay, ask), `${whoMay} may, or the name is wrong`).toBe(true);
  });

  it.each(nobody)('nobody %s', async (_, ask) => {
    for (const owner of roles.keys()) expect(await isAllowed(owner, ask), owner).toBe(false);
  });

  it('nobody does anything over an unencrypted connection to the bucket, a queue or the topic', async () => {
    const open = { 'aws:SecureTransport': 'false' };
    const asks: [string, Ask][] = [
      ['Source', read(`trees/staging/${digest}.tar.gz`)],
      ['Webhook', send('SourceGitChangesQueue')],
      ['Reporter', { action: 'sns:Publish', resource: arnOf('AlertsTopic') }],
    ];
    for (const [owner, ask] of asks) {
      expect(await isAllowed(owner, ask), ask.action).toBe(true);
      expect(await isAllowed(owner, { ...ask, context: { ...ask.context, ...open } }), ask.action).toBe(false);
    }
  });

  it('Lambda may make interfaces for the functions in a VPC, whose own code may not', async () => {
    const ask = { action: 'ec2:CreateNetworkInterface', resource: '*' };
    for (const role of roles.values()) {
      const isInVpc = ['Renderer', 'Reconcilermain', 'Reconcilerlab'].includes(role.owner);
      expect(await simulate(account, role, { ...ask, byOwnCode: false }), role.owner).toBe(isInVpc);
      expect(await simulate({ ...account }, { ...role, endpoints: {} }, ask), role.owner).toBe(false);
    }
  });
});
