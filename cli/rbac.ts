import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Writable } from 'node:stream';
import { printYaml } from '../functions/renderer/print-yaml.ts';
import { type RenderedEnvironment, renderEnvironment } from '../local/environment/render-environment.ts';
import { ensureKubectlAndHelm, type KubectlAndHelm } from '../local/tools/kubectl-and-helm.ts';
import { type DeployerEnvironment, deployerSchema } from '../shared/config/deployer.ts';
import { parseConfiguration } from '../shared/config/parse.ts';
import { BadInputError, PlumblineError, problemsOf } from '../shared/errors.ts';
import { type BootstrapEnvironment, bootstrapObjects } from '../shared/kubernetes/bootstrap.ts';
import {
  kindName,
  type PolicyRule,
  parseKindName,
  readLogs,
  readPods,
  rulesFor,
  rulesForKinds,
} from '../shared/kubernetes/rules.ts';
import { groupOf } from '../shared/manifests/object.ts';
import { describeProblem } from '../shared/problem.ts';
import { readFolderTree } from './folder-tree.ts';

export type RbacOptions = {
  /** Path of `deployer.yaml`. */
  deployer: string;
  /** A checkout of the environment repository: the rights are what its manifests need. Default: rights for the usual kinds. */
  from?: string;
  /** Only these environments. Default: all of the cluster. */
  environments?: string[];
  /** A key of `clusters`: each has rights of its own. Default: the only one. */
  cluster?: string;
};

/** What most applications consist of. Secrets, Roles and custom resources are an explicit choice: `--from` finds them. */
const usualKinds = [
  'ConfigMap',
  'PersistentVolumeClaim',
  'Service',
  'ServiceAccount',
  'DaemonSet.apps',
  'Deployment.apps',
  'StatefulSet.apps',
  'HorizontalPodAutoscaler.autoscaling',
  'CronJob.batch',
  'Job.batch',
  'Ingress.networking.k8s.io',
  'NetworkPolicy.networking.k8s.io',
  'PodDisruptionBudget.policy',
];

/**
 * `plumbline rbac`: what a cluster's administrator applies once, as YAML on stdout: namespaces, one ServiceAccount per environment with
 * its rights, and the reconciler's right to act as these ServiceAccounts by name.
 *
 * @returns the exit code: 0, or 1 if there was a problem
 */
export async function rbac(options: RbacOptions, out: { stdout: Writable; stderr: Writable }): Promise<number> {
  try {
    const tools = await ensureKubectlAndHelm();
    const { wanted, others } = await choose(options);
    const environments = await Promise.all(
      wanted.map(([name, environment]) => grantsOf(name, environment, { from: options.from, tools })),
    );
    out.stdout.write(await printYaml(bootstrapObjects({ environments, others }), tools));
    return 0;
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    for (const problem of problemsOf(error)) out.stderr.write(`error: ${describeProblem(problem)}\n`);
    return 1;
  }
}

type Named = [name: string, environment: DeployerEnvironment];

/** `others`: on the same cluster, and not asked for. */
async function choose({ deployer, environments, cluster }: RbacOptions) {
  const all = Object.entries(await readEnvironments(deployer));
  const unknown = (environments ?? []).filter((name) => !all.some(([known]) => known === name));
  if (unknown.length > 0)
    throw refused(deployer, `has no environment ${unknown.join(', ')}; it has ${all.map(([name]) => name).join(', ')}`);
  const asked = all.filter(([name]) => environments?.includes(name) ?? true);
  const key = clusterOf(deployer, environments === undefined ? all : asked, cluster);
  const inCluster = ([, environment]: Named) => environment.cluster === key;
  const wanted = asked.filter(inCluster);
  const others = all.filter((each) => inCluster(each) && !wanted.includes(each)).map(([, environment]) => environment);
  return { wanted, others };
}

/** Rights are granted in one cluster at a time. */
function clusterOf(deployer: string, environments: readonly Named[], asked: string | undefined): string | undefined {
  const known = [...new Set(environments.map(([, environment]) => environment.cluster))];
  const names = known.join(', ');
  if (asked !== undefined && !known.includes(asked))
    throw refused(deployer, `deploys none of these environments to a cluster "${asked}"; they are on ${names}`);
  if (asked === undefined && known.length > 1)
    throw refused(deployer, `has environments on several clusters: name one with --cluster (${names})`);
  return asked ?? known[0];
}

const refused = (file: string, message: string) => new BadInputError([{ file, message }]);

async function readEnvironments(deployer: string): Promise<Record<string, DeployerEnvironment>> {
  const text = await readFile(deployer, 'utf8').catch(() => {
    throw refused(deployer, 'cannot be read; name another file with --deployer');
  });
  return parseConfiguration(text, deployer, deployerSchema).environments;
}

type Source = { from: string | undefined; tools: KubectlAndHelm };

async function grantsOf(
  name: string,
  environment: DeployerEnvironment,
  { from, tools }: Source,
): Promise<BootstrapEnvironment> {
  const { namespaces, clusterKinds, podLogs, podSecurity, newNamespaces } = environment;
  const place = { name, namespaces, clusterKinds, podSecurity, newNamespaces };
  const logs = podLogs === 'show' ? [readLogs] : [];
  if (from === undefined) {
    const rules = [...rulesForKinds(usualKinds.map(parseKindName)), readPods, ...logs];
    return { ...place, rules };
  }
  const { tree, path } = await readFolderTree(from);
  const inTree = { ...environment, path: posix.join(path, environment.path) };
  const rendered = await renderEnvironment(tree, { name, environment: inTree, tools });
  if (rendered.problems.length > 0) throw new BadInputError(rendered.problems);
  return { ...place, rules: [...namespacedRules(rendered, clusterKinds), ...logs] };
}

/** Kinds outside namespaces are granted by `clusterKinds` alone: what stands in Git must not widen that. */
function namespacedRules({ objects }: RenderedEnvironment, clusterKinds: string[]): PolicyRule[] {
  const isNamespaced = ({ apiVersion, kind }: { apiVersion: string; kind: string }) =>
    !clusterKinds.includes(kindName({ group: groupOf(apiVersion), kind }));
  return rulesFor(objects.filter(isNamespaced), []).rules;
}
