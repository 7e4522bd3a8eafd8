import { describe, expect, it } from 'vitest';
import { listApplications } from '../../../../functions/source/list-applications.ts';
import { planApplications } from '../../../../functions/source/plan-applications.ts';
import { strictestPolicy, underBasePolicy } from '../../../../functions/source/pull-requests/base-policy.ts';
import { readConfig } from '../../../../functions/source/read-config.ts';
import type { Tree } from '../../../../shared/tree/tree.ts';
import { aDeployerEnvironment } from '../../../support/examples.ts';

const treeOf = (configuration: string): Tree => {
  const files = { 'environment.yaml': configuration, 'web/a.yaml': 'a', 'api/a.yaml': 'a' };
  const entries = Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)] as const);
  return { files: new Map(entries), refused: new Map() };
};

const applicationsOf = (configuration: string) =>
  planApplications({ name: 'staging', environment: aDeployerEnvironment(), tree: treeOf(configuration) });

function baseOf(configuration: string) {
  const tree = treeOf(configuration);
  const { config } = readConfig(tree, '.');
  const { listed } = listApplications({ name: 'staging', path: '.', config, tree });
  return { config, applications: new Map(listed.map(({ name, application }) => [name, application])) };
}

const under = (proposed: string, base: string) =>
  underBasePolicy(applicationsOf(proposed), baseOf(base), 'environment.yaml');

describe("the branch's policy over a pull request's applications", () => {
  it('holds for what may be forced, taken over, pruned, ignored and begun again', () => {
    const proposed = `applications:
  web: {path: web, conflicts: force, adopt: [flux], prune: true, pruneLimit: 100, suspend: false, drift: ignore}
`;
    const base = 'prune: false\npruneLimit: 10\napplications:\n  web: {path: web, suspend: true}\n';
    const { applications, notes } = under(proposed, base);
    expect(applications[0]?.settings).toMatchObject({
      conflicts: 'fail',
      adopt: [],
      prune: false,
      pruneLimit: 10,
      suspend: true,
      drift: 'correct',
    });
    expect(notes.map(({ field }) => field).sort()).toEqual(
      ['adopt', 'conflicts', 'drift', 'prune', 'pruneLimit', 'suspend'].map((key) => `web: ${key}`),
    );
    expect(notes.find(({ field }) => field === 'web: pruneLimit')?.message).toBe(
      'becomes 100 once this is merged; the plan is made with what holds today, 10',
    );
  });

  it("gives a new application the environment's settings, whatever it says of itself", () => {
    const proposed = 'applications:\n  web: {path: web}\n  api: {path: api, conflicts: force}\n';
    const { applications, notes } = under(proposed, 'conflicts: yield\napplications:\n  web: {path: web}\n');
    expect(applications.map(({ name, settings }) => [name, settings.conflicts])).toEqual([
      ['web', 'yield'],
      ['api', 'yield'],
    ]);
    expect(notes).toHaveLength(2);
  });

  it('leaves content to the pull request', () => {
    const proposed =
      'applications:\n  web: {path: api, dependsOn: [], variables: {values: {COLOUR: green}}, timeout: 1 minute}\n';
    const { applications, notes } = under(proposed, 'applications:\n  web: {path: web}\n');
    expect(applications[0]).toMatchObject({
      path: 'api',
      variables: [{ values: { COLOUR: 'green' } }],
      settings: { timeoutSeconds: 60 },
    });
    expect(notes).toEqual([]);
  });

  it('is the strictest one where the branch has none that could be read', () => {
    const { applications } = underBasePolicy(
      applicationsOf('conflicts: force\napplications:\n  web: {path: web}\n'),
      strictestPolicy,
      'environment.yaml',
    );
    expect(applications[0]?.settings).toMatchObject({ conflicts: 'fail', adopt: [], pruneLimit: 50, rules: [] });
  });
});
