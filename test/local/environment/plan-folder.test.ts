import { describe, expect, it } from 'vitest';
import { planFolder } from '../../../local/environment/plan-folder.ts';
import { ensureKubectlAndHelm } from '../../../local/tools/kubectl-and-helm.ts';
import type { FetchChart } from '../../../shared/charts/ports.ts';
import { TryAgainError } from '../../../shared/errors.ts';
import { describeProblem } from '../../../shared/problem.ts';
import { aTree } from '../../support/examples.ts';
import { aConfigMap, anArchive } from '../../support/renderer.ts';

const planned = async (files: Record<string, string>, fetchChart: FetchChart = unavailable) =>
  planFolder(aTree(files), await ensureKubectlAndHelm(), fetchChart);
const unavailable: FetchChart = () => Promise.reject(new TryAgainError('charts.example.com does not answer'));

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

  const chart = '{repository: https://charts.example.com, name: redis, version: 1.2.3}';
  const withChart = { 'environment.yaml': `applications:\n  redis: {chart: ${chart}}\n` };

  it('may take the charts that it names, and own what they hold', async () => {
    const asked: unknown[] = [];
    const role = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: redis}\n';
    const { environment, objects, problems } = await planned(withChart, (wanted) => {
      asked.push(wanted);
      return anArchive([
        { name: 'redis/Chart.yaml', content: 'apiVersion: v2\nname: redis\nversion: 1.2.3\n' },
        { name: 'redis/templates/role.yaml', content: role },
      ]);
    });
    expect(asked).toEqual([{ repository: 'https://charts.example.com', name: 'redis', version: '1.2.3' }]);
    expect(problems).toEqual([]);
    expect(objects).toHaveLength(1);
    expect(environment).toMatchObject({
      charts: ['https://charts.example.com/redis'],
      clusterKinds: ['ClusterRole.rbac.authorization.k8s.io'],
    });
  });

  it('says so of a chart that can’t be had', async () => {
    const { environment, problems } = await planned(withChart);
    expect(environment.charts).toEqual(['https://charts.example.com/redis']);
    expect(problems.map(describeProblem)).toEqual([
      'charts.example.com does not answer',
      expect.stringMatching(/^environment.yaml:2: applications.redis.chart: is in a chart repository/),
    ]);
  });
});
