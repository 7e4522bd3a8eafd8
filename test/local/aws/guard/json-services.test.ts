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
