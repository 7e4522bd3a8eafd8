// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the placeholders of AWS's own languages.
import { describe, expect, test } from 'vitest';
import { conditionsHold } from '../../../../local/aws/guard/policy/conditions.ts';
import { decide, type Principal } from '../../../../local/aws/guard/policy/decide.ts';
import type { PolicyDocument, Statement } from '../../../../local/aws/guard/policy/document.ts';

const accountId = '123456789012';
const roleArn = `arn:aws:iam::${accountId}:role/Worker`;
const session: Principal = {
  kind: 'session',
  arn: `arn:aws:sts::${accountId}:assumed-role/Worker/fn`,
  roleArn,
  accountId,
};
const queue = `arn:aws:sqs:eu-west-1:${accountId}:jobs`;

const policy = (...Statement: Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });
const allow = (more: Partial<Statement> = {}): PolicyDocument =>
  policy({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: queue, ...more });
const deny = (more: Partial<Statement> = {}): PolicyDocument =>
  policy({ Effect: 'Deny', Action: '*', Resource: '*', ...more });

type Case = {
  identity?: PolicyDocument[];
  resource?: PolicyDocument[];
  endpoint?: PolicyDocument[];
  resourceMustDelegate?: boolean;
  principal?: Principal;
};
const isAllowed = (
  { identity = [], resource = [], principal = session, ...more }: Case,
  action = 'sqs:SendMessage',
  target = queue,
): boolean =>
  decide(
    { principal, action, resource: target, context: { 'aws:sourcearn': 'arn:rule' } },
    { identity, resource, ...more },
  ).allowed;

describe('decide', () => {
  test.each<[string, boolean, Case]>([
    ['nothing speaks for it', false, {}],
    ['an identity policy allows', true, { identity: [allow()] }],
    ['another resource is allowed', false, { identity: [allow({ Resource: `${queue}2` })] }],
    ['the resource matches a pattern', true, { identity: [allow({ Resource: 'arn:aws:sqs:*:*:job?' })] }],
    ['the action matches without regard to case', true, { identity: [allow({ Action: ['SQS:send*'] })] }],
    [
      'NotAction leaves the action',
      true,
      { identity: [allow({ Action: undefined, NotAction: 'sqs:Delete*' } as Partial<Statement>)] },
    ],
    [
      'NotResource excludes the resource',
      false,
      { identity: [allow({ Resource: undefined, NotResource: queue } as Partial<Statement>)] },
    ],
    ['an explicit deny wins over an allow', false, { identity: [allow(), deny()] }],
    [
      'a deny of the resource wins over an allow of the identity',
      false,
      { identity: [allow()], resource: [deny({ Principal: '*' })] },
    ],
    ['the resource names the role', true, { resource: [allow({ Principal: { AWS: roleArn } })] }],
    ['the resource names another role', false, { resource: [allow({ Principal: { AWS: `${roleArn}2` } })] }],
    ['the resource names only the account', false, { resource: [allow({ Principal: { AWS: accountId } })] }],
    [
      'a key that names the account, and an identity that allows',
      true,
      {
        resourceMustDelegate: true,
        identity: [allow()],
        resource: [allow({ Principal: { AWS: `arn:aws:iam::${accountId}:root` } })],
      },
    ],
    ['a key that does not name the account', false, { resourceMustDelegate: true, identity: [allow()] }],
    [
      'a service that the resource lets in',
      true,
      {
        principal: { kind: 'service', service: 'events.amazonaws.com' },
        resource: [allow({ Principal: { Service: 'events.amazonaws.com' } })],
      },
    ],
    [
      'a service whose source does not match',
      false,
      {
        principal: { kind: 'service', service: 'events.amazonaws.com' },
        resource: [
          allow({
            Principal: { Service: 'events.amazonaws.com' },
            Condition: { ArnEquals: { 'aws:SourceArn': 'arn:other' } },
          }),
        ],
      },
    ],
    ['an endpoint that lets nothing through', false, { identity: [allow()], endpoint: [] }],
    ['an endpoint that lets it through', true, { identity: [allow()], endpoint: [allow({ Principal: '*' })] }],
  ])('%s: %s', (_, expected, policies) => {
    expect(isAllowed(policies)).toBe(expected);
  });
});

describe('conditionsHold', () => {
  const context = {
    'aws:principaltag/team': 'blue',
    's3:prefix': 'open/a',
    'aws:sourceip': '10.0.0.7',
    n: '5',
    keys: ['a1', 'a2'],
    now: '2026-11-21T12:00:00Z',
    arn: 'arn:aws:sqs:eu-west-1:1:jobs',
  };
  test.each([
    [{ StringEquals: { 's3:prefix': ['x', 'open/a'] } }, true],
    [{ StringEquals: { 'S3:Prefix': 'open/b' } }, false],
    [{ StringNotEquals: { 's3:prefix': ['x', 'open/a'] } }, false],
    [{ StringNotEquals: { missing: 'x' } }, true],
    [{ StringEquals: { missing: 'x' } }, false],
    [{ StringEqualsIfExists: { missing: 'x' } }, true],
    [{ StringLike: { 's3:prefix': 'open/*' } }, true],
    [{ StringLike: { 's3:prefix': '${aws:PrincipalTag/team}/*' } }, false],
    [{ StringLike: { 's3:prefix': 'open/?' } }, true],
    [{ StringEqualsIgnoreCase: { 's3:prefix': 'OPEN/A' } }, true],
    [{ 'ForAllValues:StringLike': { keys: 'a*' } }, true],
    [{ 'ForAllValues:StringEquals': { keys: 'a1' } }, false],
    [{ 'ForAnyValue:StringEquals': { keys: 'a1' } }, true],
    [{ 'ForAllValues:StringEquals': { missing: 'a' } }, true],
    [{ 'ForAnyValue:StringEquals': { missing: 'a' } }, false],
    [{ Null: { missing: 'true', n: 'false' } }, true],
    [{ NumericLessThan: { n: '6' }, NumericGreaterThanEquals: { n: 5 } }, true],
    [{ DateGreaterThan: { now: '2026-11-21T12:00:01Z' } }, false],
    [{ IpAddress: { 'aws:SourceIp': '10.0.0.0/24' } }, true],
    [{ NotIpAddress: { 'aws:SourceIp': ['10.0.0.0/24'] } }, false],
    [{ ArnLike: { arn: 'arn:aws:sqs:*:*:jobs' } }, true],
    [{ ArnLike: { arn: 'arn:aws:*:jobs' } }, false],
    [{ Bool: { n: 'true' } }, false],
  ])('%j: %s', (block, expected) => {
    expect(conditionsHold(block, context)).toBe(expected);
  });

  test('refuses to guess what an unknown operator means', () => {
    expect(() => conditionsHold({ StringEqualz: { n: '5' } }, context)).toThrow('StringEqualz');
  });
});
