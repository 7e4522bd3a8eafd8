import { afterEach, describe, expect, it, vi } from 'vitest';
import { createGitHubWatch } from '../../../shared/lambda/github-usage.ts';
import { createMeasure, type Measurement } from '../../../shared/lambda/metrics.ts';

/** The lines that a measurement writes to standard output, as Lambda's log gets them. */
function linesOf(measurement: Measurement): Record<string, unknown>[] {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  createMeasure('reconciler')(measurement);
  vi.restoreAllMocks();
  return lines.map((line) => JSON.parse(line));
}

afterEach(() => vi.restoreAllMocks());

describe('a measurement', () => {
  it('is one line in the embedded metric format, with units, and details that are no metrics', () => {
    const values = { ReconcileSeconds: 1.5, ObjectsChanged: 3 };
    const [line, ...others] = linesOf({ values, details: { environment: 'staging', revision: undefined } });
    expect(others).toEqual([]);
    expect(line).toMatchObject({ service: 'reconciler', environment: 'staging', ...values });
    expect(line?._aws).toEqual({
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [
        {
          Namespace: 'Plumbline',
          Dimensions: [['service']],
          Metrics: [
            { Name: 'ReconcileSeconds', Unit: 'Seconds' },
            { Name: 'ObjectsChanged', Unit: 'Count' },
          ],
        },
      ],
    });
    expect(line).not.toHaveProperty('revision');
  });

  it('has a dimension of its own only where it is asked for', () => {
    const [line] = linesOf({ values: { Failures: 1 }, dimensions: { kind: 'input' } });
    expect(line).toMatchObject({ kind: 'input', _aws: { CloudWatchMetrics: [{ Dimensions: [['service', 'kind']] }] } });
  });

  it('of nothing is no line', () => {
    expect(linesOf({ values: {} })).toEqual([]);
  });
});

describe("GitHub's limits", () => {
  const watched = (...answers: { isWrite?: boolean; limit?: number; used?: number }[]) => {
    const told: Measurement['values'][] = [];
    const watch = createGitHubWatch('source', ({ values }) => void told.push(values));
    for (const { isWrite = false, limit, used } of answers) watch({ isWrite, limit, used });
    return told;
  };

  it('count every write', () => {
    expect(watched({ isWrite: true }, {}, { isWrite: true })).toEqual([{ GitHubWrites: 1 }, { GitHubWrites: 1 }]);
  });

  it('are told from a tenth on, and only as the share grows', () => {
    const used = [10, 499, 500, 501, 549, 550, 4000];
    expect(watched(...used.map((each) => ({ limit: 5000, used: each })))).toEqual([
      { GitHubLimitUsed: 10 },
      { GitHubLimitUsed: 11 },
      { GitHubLimitUsed: 80 },
    ]);
  });
});
