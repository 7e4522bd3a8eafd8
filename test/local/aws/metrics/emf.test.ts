import { expect, test } from 'vitest';
import { readEmf } from '../../../../local/aws/metrics/emf.ts';

const line = JSON.stringify({
  _aws: {
    Timestamp: 1,
    CloudWatchMetrics: [
      {
        Namespace: 'Plumbline',
        Dimensions: [['service'], ['service', 'kind']],
        Metrics: [{ Name: 'Failures', Unit: 'Count' }],
      },
    ],
  },
  service: 'source',
  kind: 'input',
  environment: 'staging',
  Failures: [1, 2],
});

test('a line in the embedded metric format is each value, once for each set of dimensions', () => {
  const one = { namespace: 'Plumbline', name: 'Failures' };
  expect(readEmf(line)).toEqual([
    { ...one, dimensions: { service: 'source' }, value: 1 },
    { ...one, dimensions: { service: 'source' }, value: 2 },
    { ...one, dimensions: { service: 'source', kind: 'input' }, value: 1 },
    { ...one, dimensions: { service: 'source', kind: 'input' }, value: 2 },
  ]);
});

test.each(['', 'START RequestId', '{"level":"INFO","message":"done"}', '{"CloudWatchMetrics"'])(
  'any other line is none: %s',
  (text) => {
    expect(readEmf(text)).toEqual([]);
  },
);
