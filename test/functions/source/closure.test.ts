import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { printYaml } from '../../../functions/renderer/print-yaml.ts';
import { renderFolder } from '../../../functions/renderer/render.ts';
import { createClosure } from '../../../functions/source/closure.ts';
import type { PlannedApplication } from '../../../functions/source/plan-applications.ts';
import { ensureKubectlAndHelm } from '../../../local/tools/kubectl-and-helm.ts';
import type { Tree } from '../../../shared/tree/tree.ts';
import { aTree, someSettings } from '../../support/examples.ts';
import { golden, goldenCases, requestOf, treeOf } from '../../support/golden-render.ts';
import { problemsWith } from '../../support/renderer.ts';

const anApplication = (part: Partial<PlannedApplication> = {}): PlannedApplication => ({
  name: 'web',
  path: 'apps/web',
  helm: { releaseName: 'web', values: [] },
  settings: someSettings(),
  ...part,
});

const filesOf = (files: Record<string, string>, part: Partial<PlannedApplication> = {}) =>
  [...createClosure(aTree(files))(anApplication(part)).files].sort();

const monorepo = {
  'apps/web/kustomization.yaml': 'resources: [../../bases/web]\ncomponents: [../../components/metrics]\n',
  'apps/web/notes.txt': '',
  'apps/api/kustomization.yaml': 'resources: [../../bases/api]\n',
  'bases/web/kustomization.yaml': 'resources: [../common, deployment.yaml]\n',
  'bases/web/deployment.yaml': 'kind: Deployment\n',
  'bases/web/README.md': '',
  'bases/common/kustomization.yaml': 'configMapGenerator: [{ name: c, files: [settings.ini] }]\n',
  'bases/common/settings.ini': 'a=1\n',
  'bases/api/kustomization.yaml': 'resources: []\n',
  'components/metrics/kustomization.yaml': 'patches: [{ path: patch.yaml }]\n',
  'components/metrics/patch.yaml': 'kind: Deployment\n',
  'components/tracing/kustomization.yaml': '',
};

const everything = Object.keys(monorepo).sort();

describe('what an application is made of', () => {
  it('is its folder, and the files that its kustomization reads elsewhere', () => {
    expect(filesOf(monorepo)).toEqual([
      'apps/web/kustomization.yaml',
      'apps/web/notes.txt',
      'bases/common/kustomization.yaml',
      'bases/common/settings.ini',
      'bases/web/deployment.yaml',
      'bases/web/kustomization.yaml',
      'components/metrics/kustomization.yaml',
      'components/metrics/patch.yaml',
    ]);
  });

  it('is what the configuration of a generator names, from the folder that lists it', () => {
    const files = {
      'apps/web/kustomization.yaml': 'generators: [../../generators]\n',
      'generators/kustomization.yaml': 'resources: [secret.yaml]\n',
      'generators/secret.yaml': 'apiVersion: builtin\nkind: SecretGenerator\nmetadata: { name: s }\nfiles: [key.txt]\n',
      'apps/web/key.txt': 'x',
      'key.txt': 'y',
    };
    expect(filesOf(files)).toEqual([
      'apps/web/key.txt',
      'apps/web/kustomization.yaml',
      'generators/kustomization.yaml',
      'generators/secret.yaml',
    ]);
  });

  it('is the charts that a chart takes from beside it, and theirs', () => {
    const files = {
      'apps/web/Chart.yaml': 'dependencies: [{ name: db, repository: "file://../../charts/db" }]\n',
      'charts/db/Chart.yaml': 'dependencies: [{ name: base, repository: "file:\\/\\/../base" }]\n',
      'charts/db/templates/db.yaml': '',
      'charts/base/Chart.yaml': 'dependencies: [{ name: db, repository: file://../db }]\n',
      'charts/other/Chart.yaml': '',
      'shared/values.yaml': '',
    };
    const helm = { releaseName: 'web', values: ['../../shared/values.yaml', 'missing.yaml'] };
    expect(filesOf(files, { helm })).toEqual(
      Object.keys(files)
        .filter((file) => !file.includes('other'))
        .sort(),
    );
  });

  it('has no end where bases refer to each other, as long as they are walked', () => {
    const files = {
      'apps/web/kustomization.yaml': 'resources: [../../base]\n',
      'base/kustomization.yaml': 'resources: [../apps/web]\n',
    };
    expect(filesOf(files)).toEqual(Object.keys(files));
  });

  it.each<[string, string]>([
    ['is no YAML', 'resources: ['],
    [
      'has what looks like a path in a field that nobody knows',
      'resources: []\nfutureField: { file: ../../bases/web }\n',
    ],
    [
      'expands without end',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefg'].map((key, index) => `${key}: &${key} [${Array(9).fill(`*${'abcdef'[index]}`).join(',')}]\n`).join('')}`,
    ],
    ['is nested too deeply', `resources: ${'['.repeat(100_000)}`],
  ])('is the whole tree where a kustomization %s', (_name, kustomization) => {
    expect(filesOf({ ...monorepo, 'apps/web/kustomization.yaml': kustomization })).toEqual(everything);
  });

  it('is where something was looked for, too: what is missing or was refused there may come', () => {
    const files = { 'apps/web/kustomization.yaml': 'resources: [../../bases/gone, link.yaml]\n' };
    const { places } = createClosure(aTree(files))(anApplication({ helm: { releaseName: 'w', values: ['v.yaml'] } }));
    expect([...places]).toEqual(
      expect.arrayContaining(['apps/web', 'bases/gone', 'apps/web/link.yaml', 'apps/web/v.yaml']),
    );
  });
});

/** What the closure leaves out isn't there. */
function restricted(name: string, tree: Tree): Tree {
  const { path, helm, kustomize, variables } = requestOf(name);
  const { files } = createClosure(tree)(anApplication({ path, helm, kustomize, variables }));
  return { ...tree, files: new Map([...tree.files].filter(([file]) => files.has(file))) };
}

/** The renderer is the judge: from these files alone it makes the same. */
describe('a golden folder, with nothing but what the closure has', () => {
  it.each(goldenCases.filter((name) => !name.startsWith('broken-')))('%s renders to the same', async (name) => {
    const tools = await ensureKubectlAndHelm();
    const { objects } = await renderFolder(restricted(name, await treeOf(name)), requestOf(name), { tools });
    const text = await printYaml(
      objects.map(({ object }) => object),
      tools,
    );
    expect(text).toBe(readFileSync(join(golden, name, 'expected.yaml'), 'utf8'));
  });

  it.each(goldenCases.filter((name) => name.startsWith('broken-')))('%s fails for the same reasons', async (name) => {
    const problems = await problemsWith(restricted(name, await treeOf(name)), { request: requestOf(name) });
    expect(`${problems.join('\n')}\n`).toBe(readFileSync(join(golden, name, 'expected-errors.txt'), 'utf8'));
  });
});
