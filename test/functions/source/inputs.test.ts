import { describe, expect, it } from 'vitest';
import { createInputs } from '../../../functions/source/inputs.ts';
import type { PlannedApplication } from '../../../functions/source/plan-applications.ts';
import type { ClusterState } from '../../../shared/state/types.ts';
import type { Tree } from '../../../shared/tree/tree.ts';
import { aCluster, aTree, someSettings } from '../../support/examples.ts';

const inputsOf = (application: PlannedApplication, tree: Tree, cluster: ClusterState) =>
  createInputs(tree, cluster)(application);

const web: PlannedApplication = {
  name: 'web',
  path: 'applications/web',
  helm: { releaseName: 'web', values: [] },
  settings: someSettings(),
};
const files = { 'applications/web/a.yaml': 'a: 1', 'applications/other/a.yaml': 'a: 1', 'base/b.yaml': 'b: 1' };
const overlay = {
  ...files,
  'applications/web/kustomization.yaml': 'resources: [../../base]',
  'base/kustomization.yaml': 'resources: [b.yaml]',
};
const before = inputsOf(web, aTree(files), aCluster());

describe('the inputs of a rendering', () => {
  it('stay the same when another application changes, in whatever order the files come', () => {
    const reversed = Object.fromEntries(Object.entries({ ...files, 'applications/other/a.yaml': 'a: 2' }).reverse());
    expect(inputsOf(web, aTree(reversed), aCluster())).toBe(before);
  });

  it.each<[string, string]>([
    ['a file changes', inputsOf(web, aTree({ ...files, 'applications/web/a.yaml': 'a: 2' }), aCluster())],
    ['a file is added', inputsOf(web, aTree({ ...files, 'applications/web/b.yaml': '' }), aCluster())],
    [
      'bytes move from one file to the next',
      inputsOf(web, aTree({ 'applications/web/a.yaml': 'a: ', 'applications/web/b.yaml': '1' }), aCluster()),
    ],
    [
      'the namespace changes',
      inputsOf({ ...web, settings: someSettings({ namespace: 'other' }) }, aTree(files), aCluster()),
    ],
    [
      'a Helm value file is named',
      inputsOf({ ...web, helm: { releaseName: 'web', values: ['v.yaml'] } }, aTree(files), aCluster()),
    ],
    [
      'a variable has another value',
      inputsOf({ ...web, variables: [{ values: { a: '1' }, from: [] }] }, aTree(files), aCluster()),
    ],
    ['a kustomization is built over it', inputsOf({ ...web, kustomize: 'base' }, aTree(files), aCluster())],
  ])('change when %s', (_name, after) => {
    expect(after).not.toBe(before);
  });

  it.each([{ version: '1.37' }, { apiVersions: ['example.com/v1/Widget'] }])(
    'change with what the cluster serves for charts only: %o',
    (part) => {
      const chart = aTree({ ...files, 'applications/web/Chart.yaml': '' });
      const pin = { repository: 'https://charts.example.com', name: 'a', version: '1.0.0' };
      const remote = { ...web, chart: { pin, place: {} } };
      expect(inputsOf(web, chart, aCluster(part))).not.toBe(inputsOf(web, chart, aCluster()));
      expect(inputsOf(remote, aTree(files), aCluster(part))).not.toBe(inputsOf(remote, aTree(files), aCluster()));
      expect(inputsOf(web, aTree(files), aCluster(part))).toBe(before);
    },
  );

  it.each<[string, Partial<PlannedApplication>]>([
    ['a Helm value file', { helm: { releaseName: 'web', values: ['../../base/b.yaml'] } }],
    ['a file with variables', { variables: [{ values: {}, from: ['base/b.yaml'] }] }],
    ['the kustomization over a chart', { kustomize: 'base' }],
  ])('include %s, wherever it lies', (_name, part) => {
    const inputs = (content: string, other = '') =>
      inputsOf({ ...web, ...part }, aTree({ ...files, 'base/b.yaml': content, 'other.yaml': other }), aCluster());
    expect(inputs('b: 2')).not.toBe(inputs('b: 1'));
    expect(inputs('b: 1', 'x')).toBe(inputs('b: 1'));
  });

  it('include what a kustomization refers to outside its folder', () => {
    const inputs = (content: string, other = '') =>
      inputsOf(web, aTree({ ...overlay, 'base/b.yaml': content, 'base/unused.yaml': other }), aCluster());
    expect(inputs('b: 2')).not.toBe(inputs('b: 1'));
    expect(inputs('b: 1', 'x')).toBe(inputs('b: 1'));
  });

  it('include a chart on which it depends, outside its folder', () => {
    const chart = {
      ...files,
      'applications/web/Chart.yaml': 'dependencies: [{name: base, repository: "file://../../base"}]',
    };
    const changedBase = aTree({ ...chart, 'base/b.yaml': 'b: 2' });
    expect(inputsOf(web, changedBase, aCluster())).not.toBe(inputsOf(web, aTree(chart), aCluster()));
  });

  it('change when a file that was missing comes, or why it was refused', () => {
    const inputs = (more: Record<string, string>, refused: Record<string, string> = {}) =>
      inputsOf(web, aTree({ ...overlay, ...more }, refused), aCluster());
    const missing = inputs({ 'base/kustomization.yaml': 'resources: [c.yaml]' });
    expect(inputs({ 'base/kustomization.yaml': 'resources: [c.yaml]', 'base/c.yaml': 'c: 1' })).not.toBe(missing);
    expect(inputs({}, { 'base/c.yaml': 'is a link' })).not.toBe(inputs({}));
    expect(inputs({}, { 'other/c.yaml': 'is a link' })).toBe(inputs({}));
  });
});
