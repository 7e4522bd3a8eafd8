import { anonymousPrincipal, runSimulation } from '@cloud-copilot/iam-simulate';
import { describe, expect, it } from 'vitest';
import { many, type Statement } from '../../local/aws/guard/policy/document.ts';
import { accountOf, ofType } from '../support/iam/account.ts';
import { policyOn, resourcePoliciesOf, rolesOf } from '../support/iam/policies.ts';
import { simulateOther } from '../support/iam/simulate.ts';
import { synthesize } from './template.ts';

const account = accountOf(synthesize());
const attached = resourcePoliciesOf(account).flatMap(({ id, on, document }) =>
  many(document.Statement).map((statement) => ({ id, on, statement })),
);
const arnOf = (id: string) => String(account.resources[id]?.arn);
const keysOf = ({ Condition = {} }: Statement) => Object.values(Condition).flatMap((block) => Object.keys(block));
const allows = attached.filter(({ statement }) => statement.Effect === 'Allow');

/** Where a name for all of something is meant, and why. */
const everybody: Readonly<Record<string, string>> = {
  WebhookFunction: 'GitHub signs what it delivers, not the request to AWS; only the function can tell',
};

describe('what stands at the resources themselves', () => {
  it('lets a service of AWS in only from a resource, or at least an account, that is named', () => {
    const services = allows.filter(
      ({ statement: { Principal } }) => typeof Principal === 'object' && Principal.Service,
    );
    for (const { id, statement } of services) {
      const named = keysOf(statement).filter((key) => /^aws:Source(Arn|Account|OrgID)$/i.test(key));
      expect(named, `${id}: a service acts for anybody; add a condition on aws:SourceArn`).not.toEqual([]);
    }
    expect(services.length).toBeGreaterThan(1);
  });

  it('lets everybody in nowhere but at the webhook, and there only through its URL', () => {
    const open = allows.filter(({ statement: { Principal } }) =>
      [Principal].flat().some((each) => each === '*' || (typeof each === 'object' && many(each.AWS).includes('*'))),
    );
    const unnamed = open.filter(
      ({ statement }) => !keysOf(statement).some((key) => /^aws:(Principal|Source)/.test(key)),
    );
    const places = unnamed.map(({ on }) =>
      on
        .split(':')
        .at(-1)
        ?.replace(/\.Arn$/, ''),
    );
    expect(new Set(places)).toEqual(new Set(Object.keys(everybody)));
    for (const { id, statement } of unnamed)
      expect(keysOf(statement).join(), id).toMatch(/lambda:(FunctionUrlAuthType|InvokedViaFunctionUrl)/);
  });

  it('names actions and resources one by one, and says for nobody "all but"', () => {
    for (const { id, statement } of allows.filter(({ on }) => !on.includes(':kms:'))) {
      expect(
        many(statement.Action).filter((action) => action.includes('*')),
        `${id}: actions`,
      ).toEqual([]);
      expect(
        many(statement.Resource).filter((resource) => resource === '*'),
        `${id}: resources`,
      ).toEqual([]);
    }
    const inverted = attached.filter(
      ({ statement }) => statement.NotAction ?? statement.NotPrincipal ?? statement.NotResource,
    );
    expect(inverted.filter(({ statement }) => statement.Effect === 'Allow')).toEqual([]);
  });

  it.each(['AWS::SQS::Queue', 'AWS::S3::Bucket', 'AWS::SNS::Topic'])(
    'refuses %s everything that is not TLS',
    (type) => {
      for (const { id, arn } of ofType(account, type)) {
        const statements = many(policyOn(account, arn)?.Statement);
        const refusal = statements.find(
          ({ Effect, Condition }) =>
            Effect === 'Deny' && JSON.stringify(Condition).includes('"aws:SecureTransport":"false"'),
        );
        expect(refusal, `${id}: give it enforceSSL: true`).toBeDefined();
        expect(['*', { AWS: '*' }], `${id}: of whom`).toContainEqual(refusal?.Principal);
      }
    },
  );
});

describe('EventBridge', () => {
  const queue = arnOf('ImageUpdaterImagePushesQueue');
  const send = (rule: string) =>
    simulateOther(account, 'events.amazonaws.com', {
      ...{ action: 'sqs:SendMessage', resource: queue },
      context: { 'aws:SourceArn': rule },
    });

  it('brings image pushes by our rules, and by nobody else’s', async () => {
    const rules = ofType(account, 'AWS::Events::Rule').map(({ arn }) => arn);
    expect(await Promise.all(rules.map(send))).toEqual(rules.map(() => true));
    expect(await send(`arn:aws:events:${account.region}:${account.accountId}:rule/another`)).toBe(false);
    expect(await send(`arn:aws:events:${account.region}:999999999999:rule/ImageUpdaterPushes`)).toBe(false);
  });

  it('has no way to any other queue', async () => {
    const [rule = ''] = ofType(account, 'AWS::Events::Rule').map(({ arn }) => arn);
    const open: string[] = [];
    for (const { id, arn } of ofType(account, 'AWS::SQS::Queue')) {
      const ask = { action: 'sqs:SendMessage', resource: arn, context: { 'aws:SourceArn': rule } };
      if (await simulateOther(account, 'events.amazonaws.com', ask)) open.push(id);
    }
    expect(open.sort()).toEqual(['ImageUpdaterImagePushesDeadLettersQueue', 'ImageUpdaterImagePushesQueue']);
  });
});

describe('CloudWatch', () => {
  const publish = (accountId: string) =>
    simulateOther(account, 'cloudwatch.amazonaws.com', {
      ...{ action: 'sns:Publish', resource: arnOf('AlertsTopic') },
      context: {
        'aws:SourceArn': `arn:aws:cloudwatch:${account.region}:${accountId}:alarm:x`,
        'aws:SourceAccount': accountId,
      },
    });

  it('tells of alarms of this account, and of no other', async () => {
    expect(await publish(account.accountId)).toBe(true);
    expect(await publish('999999999999')).toBe(false);
  });
});

describe('strangers', () => {
  it.each([
    ['read an artifact', 's3:GetObject', `${arnOf('ArtifactsBucket')}/artifacts/staging/${'a'.repeat(64)}.json`],
    ['send to a queue', 'sqs:SendMessage', arnOf('SourceGitChangesQueue')],
    ['publish alerts', 'sns:Publish', arnOf('AlertsTopic')],
    ['invoke the renderer', 'lambda:InvokeFunction', arnOf('RendererFunction')],
  ])('of another account can not %s', async (_, action, resource) => {
    expect(await simulateOther(account, 'arn:aws:iam::999999999999:role/stranger', { action, resource })).toBe(false);
  });

  it('reach the webhook by its URL without credentials, and cannot invoke it otherwise', async () => {
    const ask = async (action: string, contextVariables: Record<string, string>) => {
      const result = await runSimulation(
        {
          request: {
            ...{ principal: anonymousPrincipal, action, contextVariables },
            resource: { resource: arnOf('WebhookFunction'), accountId: account.accountId },
          },
          ...{ identityPolicies: [], serviceControlPolicies: [], resourceControlPolicies: [] },
          resourcePolicy: policyOn(account, arnOf('WebhookFunction')),
        },
        {},
      );
      return result.resultType !== 'error' && result.overallResult === 'Allowed';
    };
    expect(await ask('lambda:InvokeFunctionUrl', { 'lambda:FunctionUrlAuthType': 'NONE' })).toBe(true);
    expect(await ask('lambda:InvokeFunction', {})).toBe(false);
  });
});

describe('the ways into a VPC', () => {
  const endpoints = ofType(account, 'AWS::EC2::VPCEndpoint').map(({ id, properties }) => {
    const { Statement: statements } = properties.PolicyDocument as { Statement: Statement[] };
    return { id, statements };
  });

  it('let nothing through but what is ours, whoever asks', () => {
    const ours = [arnOf('ArtifactsBucket'), arnOf('StateTable')];
    for (const { id, statements } of endpoints)
      for (const { Principal, Resource, Action } of statements) {
        expect(Principal, `${id}: a gateway endpoint takes no other principal than "*"`).toBe('*');
        for (const resource of many(Resource))
          expect(
            ours.some((arn) => resource.startsWith(arn)),
            resource,
          ).toBe(true);
        expect(
          many(Action).filter((action) => action.includes('*')),
          id,
        ).toEqual([]);
      }
    expect(endpoints.length).toBeGreaterThan(1);
  });
});

describe('who may take a role', () => {
  it('is the one service that it is for, and Scheduler only for our schedules', () => {
    for (const { owner, trust } of rolesOf(account)) {
      const [statement, ...more] = many(trust.Statement);
      expect(more, owner).toEqual([]);
      expect(statement, owner).toMatchObject({ Effect: 'Allow', Action: 'sts:AssumeRole' });
      const service = owner === 'DispatcherSchedulerRole' ? 'scheduler.amazonaws.com' : 'lambda.amazonaws.com';
      expect(statement?.Principal, owner).toEqual({ Service: service });
      if (service.startsWith('scheduler'))
        expect(keysOf(statement as Statement), owner).toEqual(
          expect.arrayContaining(['aws:SourceArn', 'aws:SourceAccount']),
        );
    }
  });
});
