import { expect, test } from 'vitest';
import { jsonServices } from '../../../../local/aws/guard/operations/json-services.ts';
import { createWorld } from '../../../../local/aws/guard/world.ts';

const world = createWorld('123456789012', 'eu-west-1');
const resource = 'arn:aws:ecr:eu-west-1:123456789012:repository/team/app';

test.each([
  ['ListImageReferrers', 'ecr:BatchGetImage'],
  ['BatchGetImage', 'ecr:BatchGetImage'],
  ['GetDownloadUrlForLayer', 'ecr:GetDownloadUrlForLayer'],
])('%s of ECR needs %s on the repository, as in AWS', (operation, action) => {
  expect(jsonServices.ecr?.(operation, { repositoryName: 'team/app' }, world)).toEqual([{ action, resource }]);
});

test('each event is authorised by its own source and type, on its own bus', () => {
  const other = 'arn:aws:events:eu-west-1:210987654321:event-bus/default';
  const Entries = [
    { Source: 'plumbline', DetailType: 'plumbline.reconciliation' },
    { Source: 'aws.ecr', DetailType: 'ECR Image Action', EventBusName: other },
  ];
  const context = (source: string, type: string) => ({ 'events:source': source, 'events:detail-type': type });
  expect(jsonServices.events?.('PutEvents', { Entries }, world)).toEqual([
    {
      action: 'events:PutEvents',
      resource: 'arn:aws:events:eu-west-1:123456789012:event-bus/default',
      context: context('plumbline', 'plumbline.reconciliation'),
    },
    { action: 'events:PutEvents', resource: other, context: context('aws.ecr', 'ECR Image Action') },
  ]);
});
