import { describe, expect, it } from 'vitest';
import { decideDeployment } from '../../../functions/reporter/deployments.ts';
import { linksOf } from '../../../functions/reporter/links.ts';
import type { Standing } from '../../../functions/reporter/standing.ts';
import { tellDeployment } from '../../../functions/reporter/tell-deployment.ts';
import { RefusedError, TryAgainError } from '../../../shared/errors.ts';
import type { DeploymentVoice } from '../../../shared/git/ports.ts';
import { aDeployerEnvironment, anAttempt } from '../../support/examples.ts';

const revision = 'a'.repeat(40);
const view = {
  ...{ environment: 'staging', attempt: anAttempt(), desired: undefined, release: undefined, applications: [] },
};
const standing = (state: Standing['whole']['state'], isCurrent = true): Standing => ({
  whole: { state, summary: 'how it is', problems: [] },
  ...{ problems: [], isCurrent, applications: new Map() },
});
const known = { id: 7, revision, state: 'in_progress', description: 'how it is', superseded: [] as number[] };
const set = (state: string) => ({ do: 'set', state, description: 'how it is' });

describe('a Deployment', () => {
  it.each([
    [
      'is made with what is known of the revision',
      'pending',
      undefined,
      [{ do: 'create', revision }, set('in_progress')],
    ],
    ['is not told the same twice', 'pending', known, []],
    ['succeeds', 'success', known, [set('success')]],
    ['fails', 'failure', known, [set('failure')]],
    ['errs', 'error', known, [set('error')]],
    [
      'ends the one before',
      'pending',
      { ...known, revision: 'b'.repeat(40) },
      [{ do: 'create', revision }, set('in_progress'), { do: 'end', id: 7 }],
    ],
  ] as const)('%s', (_name, state, before, expected) => {
    expect(decideDeployment(view, standing(state), before)).toEqual(expected);
  });

  it('waits until the revision is the desired one', () => {
    expect(decideDeployment(view, standing('pending', false), known)).toEqual([]);
  });

  it('has links to what is deployed and to the log, where they are known', () => {
    const environment = aDeployerEnvironment({ url: 'https://staging.example.com' });
    expect(linksOf(environment, { example: 'https://log' })).toEqual({
      environmentUrl: 'https://staging.example.com',
      logUrl: 'https://log',
    });
    expect(linksOf(aDeployerEnvironment(), {})).toEqual({});
  });
});

describe('telling it', () => {
  const steps = decideDeployment(view, standing('success'), { ...known, revision: 'b'.repeat(40) });
  const place = { repository: 'o/r', environment: 'staging', links: {} };
  const log = { info() {}, warn() {}, error() {} };
  const tell = (fail: (call: string) => void) => {
    const calls: string[] = [];
    const note = (call: string) => {
      calls.push(call);
      fail(call);
    };
    const git: DeploymentVoice = {
      deployment: async () => {
        note('create');
        return 8;
      },
      setDeployment: async (_repository, id, { state }) => note(`${id} ${state}`),
    };
    return { calls, told: tellDeployment(steps, { ...known, revision: 'b'.repeat(40) }, place, { git, log }) };
  };
  const failing = (at: string, error: Error) => (call: string) => {
    if (call === at) throw error;
  };

  it('remembers what was said', async () => {
    const { calls, told } = tell(() => undefined);
    const deployment = { id: 8, revision, state: 'success', description: 'how it is', superseded: [] };
    expect(await told).toEqual({ deployment, refusals: [], isWhole: true });
    expect(calls).toEqual(['create', '8 success', '7 inactive']);
  });

  it('goes on later where it could not go on', async () => {
    const { told } = tell(failing('8 success', new TryAgainError('throttled')));
    const { deployment, isWhole } = await told;
    expect(isWhole).toBe(false);
    expect(decideDeployment(view, standing('success'), deployment)).toEqual([set('success'), { do: 'end', id: 7 }]);
  });

  it('ends later the one before that could not be ended', async () => {
    const { deployment, isWhole } = await tell(failing('7 inactive', new TryAgainError('throttled'))).told;
    expect(isWhole).toBe(false);
    expect(decideDeployment(view, standing('success'), deployment)).toEqual([{ do: 'end', id: 7 }]);
  });

  it('asks no more for what is refused', async () => {
    const { told } = tell(failing('create', new RefusedError('the App lacks "Deployments: write"')));
    const { deployment, refusals, isWhole } = await told;
    expect([refusals, isWhole]).toEqual([[{ message: 'the App lacks "Deployments: write"' }], true]);
    expect(decideDeployment(view, standing('success'), deployment)).toEqual([]);
    expect(decideDeployment(view, standing('failure'), deployment)).toEqual([
      { do: 'create', revision },
      set('failure'),
    ]);
  });
});
