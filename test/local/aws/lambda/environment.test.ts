import { expect, test } from 'vitest';
import { functionEnvironment } from '../../../../local/aws/lambda/environment.ts';

const definition = {
  name: 'renderer',
  arn: 'arn:aws:lambda:eu-west-1:123456789012:function:renderer',
  logicalId: 'Renderer',
  roleArn: 'arn:aws:iam::123456789012:role/renderer',
  codeFolder: '/code',
  handler: 'index.handler',
  timeoutSeconds: 30,
  memoryMegabytes: 1024,
  environment: {
    KUBECTL: '/opt/kubectl/kubectl',
    OPT: '/opt',
    OPTION: '/option',
    TEXT: 'see /opt/x',
    AWS_REGION: 'mars-1',
  },
  layers: [],
  inVpc: false,
};
const input = {
  definition,
  credentials: { accessKeyId: 'ASIA', secretAccessKey: 'secret', sessionToken: 'token' },
  endpoint: 'http://127.0.0.1:1',
  region: 'eu-west-1',
  layers: '/run/opt',
  temporary: '/run/tmp',
};

test('values below /opt lead to the merged layers, and others stay as they are', () => {
  expect(functionEnvironment(input)).toMatchObject({
    KUBECTL: '/run/opt/kubectl/kubectl',
    OPT: '/run/opt',
    OPTION: '/option',
    TEXT: 'see /opt/x',
  });
});

test('what Lambda sets cannot be changed by the template', () => {
  expect(functionEnvironment(input)).toMatchObject({
    AWS_REGION: 'eu-west-1',
    AWS_SESSION_TOKEN: 'token',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
    LAMBDA_TASK_ROOT: '/code',
  });
});
