// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the placeholders of AWS's own languages.
import { expect, test } from 'vitest';
import { dependenciesOf, refuseCircles } from '../../../../local/aws/template/references.ts';

const type = 'AWS::SQS::Queue';

test('a resource depends on what it mentions, and on what it says it depends on', () => {
  const resources = {
    A: {
      Type: type,
      DependsOn: ['E'],
      Properties: {
        one: { Ref: 'B' },
        two: [{ 'Fn::GetAtt': ['C', 'Arn'] }],
        three: { 'Fn::Sub': 'x ${D.Arn} ${!NotThis} ${AWS::Region}' },
        four: { 'Fn::Join': ['', [{ Ref: 'AWS::Partition' }, { 'Fn::GetAtt': 'B.Arn' }]] },
      },
    },
    ...{ B: { Type: type }, C: { Type: type }, D: { Type: type }, E: { Type: type } },
  };
  expect(dependenciesOf(resources.A, resources).sort()).toEqual(['B', 'C', 'D', 'E']);
});

test('resources that wait for each other are named', () => {
  const resources = {
    A: { Type: type, Properties: { x: { Ref: 'B' } } },
    B: { Type: type, DependsOn: 'C' },
    C: { Type: type, Properties: { x: { Ref: 'A' } } },
  };
  expect(() => refuseCircles(resources)).toThrow('A → B → C → A');
});
