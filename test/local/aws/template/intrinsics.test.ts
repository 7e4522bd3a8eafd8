// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the placeholders of AWS's own languages.
import { describe, expect, test } from 'vitest';
import { conditionHolds, resolve, type Scope } from '../../../../local/aws/template/intrinsics.ts';

const scope: Scope = {
  pseudo: { 'AWS::Region': 'eu-west-1', 'AWS::AccountId': '123456789012' },
  parameters: { Stage: 'production' },
  mappings: { Sizes: { production: { memory: 512 } } },
  conditions: {
    IsProduction: { 'Fn::Equals': [{ Ref: 'Stage' }, 'production'] },
    IsOther: { 'Fn::Not': [{ Condition: 'IsProduction' }] },
    Either: { 'Fn::Or': [{ Condition: 'IsOther' }, { Condition: 'IsProduction' }] },
    Both: { 'Fn::And': [{ Condition: 'IsOther' }, { Condition: 'IsProduction' }] },
  },
  resource: (id) =>
    id === 'Queue' ? { ref: 'https://queue', attributes: { Arn: 'arn:queue', 'Deep.Name': 'deep' } } : undefined,
};

describe('resolve', () => {
  test.each([
    ['plain values', { a: [1, true, null, 'x'] }, { a: [1, true, null, 'x'] }],
    ['Ref of a resource', { Ref: 'Queue' }, 'https://queue'],
    ['Ref of a parameter', { Ref: 'Stage' }, 'production'],
    ['Ref of a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-west-1'],
    ['Fn::GetAtt as a list', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:queue'],
    ['Fn::GetAtt as text, with a dot in the attribute', { 'Fn::GetAtt': 'Queue.Deep.Name' }, 'deep'],
    ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }, 1]] }, 'a-eu-west-1-1'],
    [
      'Fn::Join of a Fn::Split',
      { 'Fn::Join': ['', { 'Fn::Split': [':', { 'Fn::GetAtt': ['Queue', 'Arn'] }] }] },
      'arnqueue',
    ],
    ['Fn::Sub', { 'Fn::Sub': '${Queue.Arn}/${AWS::AccountId}/${!Kept}' }, 'arn:queue/123456789012/${Kept}'],
    ['Fn::Sub with variables', { 'Fn::Sub': ['${a}-${Stage}', { a: { Ref: 'Queue' } }] }, 'https://queue-production'],
    ['Fn::Select of a Fn::Split', { 'Fn::Select': [1, { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
    ['Fn::If', { 'Fn::If': ['IsProduction', 'yes', 'no'] }, 'yes'],
    ['Fn::FindInMap', { 'Fn::FindInMap': ['Sizes', { Ref: 'Stage' }, 'memory'] }, 512],
    ['Fn::Base64', { 'Fn::Base64': 'x' }, 'eA=='],
    [
      'AWS::NoValue in an object and in a list',
      { a: { Ref: 'AWS::NoValue' }, b: [1, { 'Fn::If': ['IsOther', 2, { Ref: 'AWS::NoValue' }] }] },
      { b: [1] },
    ],
    [
      'a property that is called Condition',
      { Condition: { StringEquals: { a: 'b' } } },
      { Condition: { StringEquals: { a: 'b' } } },
    ],
  ])('%s', (_, value, expected) => {
    expect(resolve(value, scope)).toEqual(expected);
  });

  test.each([
    ['a resource that is not there', { Ref: 'Missing' }, /refers to Missing/],
    ['an attribute that is not known', { 'Fn::GetAtt': ['Queue', 'Colour'] }, /Queue\.Colour/],
    ['a mapping that is not there', { 'Fn::FindInMap': ['Sizes', 'test', 'memory'] }, /Sizes\.test\.memory/],
    ['a function that is not played', { 'Fn::Transform': {} }, /Fn::Transform/],
    ['a condition that is not there', { 'Fn::If': ['Nothing', 1, 2] }, /no condition Nothing/],
  ])('refuses %s', (_, value, message) => {
    expect(() => resolve(value, scope)).toThrow(message);
  });
});

test.each([
  ['IsProduction', true],
  ['IsOther', false],
  ['Either', true],
  ['Both', false],
])('condition %s is %s', (name, expected) => {
  expect(conditionHolds(name, scope)).toBe(expected);
});
