import { describe, expect, it } from 'vitest';
import { planFolder } from '../../../local/environment/plan-folder.ts';
import { ensureKubectlAndHelm } from '../../../local/tools/kubectl-and-helm.ts';
import { describeProblem } from '../../../shared/problem.ts';
import { aTree } from '../../support/examples.ts';
import { aConfigMap } from '../../support/renderer.ts';

const planned = async (files: Record<string, string>) => planFolder(aTree(files), await ensureKubectlAndHelm());

describe('a folder that somebody deploys on their machine', () => {
  it('may write to the namespaces that its objects and its environment.yaml name', async () => {
    const { environment, problems } = await planned({
      'environment.yaml':
        'namespace: first\napplications:\n  web: {path: web}\n  api: {path: api, namespace: second}\n',
      'web/a.yaml': aConfigMap('a').replace('name: a', 'name: a\n  namespace: third'),
      'api/a.yaml': aConfigMap('b'),
    });
    expect(problems).toEqual([]);
    expect(environment.namespaces).toEqual(['staging', 'first', 'second', 'third']);
    expect(environment.clusterKinds).toEqual(['ConfigMap']);
  });

  it('may take the charts that it names; what they hold is not known before they are fetched', async () => {
    const chart = '{repository: https://charts.example.com, name: redis, version: 1.2.3}';
    const { environment, problems } = await planned({
      'environment.yaml': `applications:\n  redis: {chart: ${chart}}\n`,
    });
    expect(environment.charts).toEqual(['https://charts.example.com/redis']);
    expect(problems.map(describeProblem)).toEqual([
      expect.stringMatching(/^environment.yaml:2: applications.redis.chart: is in a chart repository/),
    ]);
  });
});
