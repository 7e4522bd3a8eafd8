import { posix } from 'node:path';
import type { VariableLayer } from '../../shared/artifacts/artifact.ts';
import type { ApplySettings } from '../../shared/artifacts/release.ts';
import { addressOf } from '../../shared/charts/describe.ts';
import type { Chart } from '../../shared/config/chart.ts';
import type { DeployerEnvironment } from '../../shared/config/deployer.ts';
import type { Environment, EnvironmentApplication } from '../../shared/config/environment.ts';
import { nameSchema } from '../../shared/config/names.ts';
import { BadInputError } from '../../shared/errors.ts';
import type { Problem } from '../../shared/problem.ts';
import { hasFolder, type Tree } from '../../shared/tree/tree.ts';
import { matchesWildcard } from '../../shared/wildcard.ts';
import { checkDependencies } from './check-dependencies.ts';
import { type Listed, listApplications, type Mistake, nothingFound } from './list-applications.ts';
import { type EnvironmentConfig, readConfig } from './read-config.ts';

/** One application as it is to be rendered and applied. `path` is relative to the repository's root. */
export type PlannedApplication = {
  name: string;
  path: string;
  helm: { releaseName: string; values: string[] };
  /** Rendered instead of what `path` holds, which is then only where value files are relative to. */
  chart?: PlannedChart | undefined;
  /** Folder of the kustomization over the chart, relative to the repository's root. */
  kustomize?: string | undefined;
  /** Substituted if present. `from` is relative to the repository's root. */
  variables?: VariableLayer[] | undefined;
  settings: ApplySettings;
};

/** A chart of a chart repository, and where that is said, for messages. */
export type PlannedChart = { pin: Chart; place: Pick<Problem, 'file' | 'line' | 'field'> };

type Input = {
  name: string;
  environment: DeployerEnvironment;
  tree: Tree;
};

/**
 * Says which applications an environment has and how each is applied: what its `environment.yaml` wants, within what `deployer.yaml` allows.
 *
 * @throws BadInputError with every mistake at once; never answers with no application, since that would read as "delete everything"
 */
export function planApplications({ name, environment, tree }: Input): PlannedApplication[] {
  const { config, file, problemAt } = readConfig(tree, environment.path);
  const { path } = environment;
  const { listed, mistakes } = listApplications({ name, path, config, tree });
  const dependents = listed.map(({ name, application: { dependsOn } }) => ({ name, dependsOn }));
  const planned = listed.map((each) => plan(each, { environment, config, problemAt }));
  const problems = [
    ...(listed.length + mistakes.length === 0 ? [{ file, message: nothingFound({ path }) }] : []),
    ...[...mistakes, ...checkDependencies(dependents)].map(problemAt),
    ...planned.flatMap((each) => unnameable(each)),
    ...planned.flatMap((each) => check(each, { environment, tree })).map(problemAt),
  ];
  if (problems.length > 0) throw new BadInputError(problems);
  return planned;
}

type Context = { environment: DeployerEnvironment } & Pick<EnvironmentConfig, 'config' | 'problemAt'>;

/** The environment's variables are taken where an application asks for variables, and are weaker than its own. */
function variablesOf(
  application: EnvironmentApplication,
  { environment, config }: Context,
): VariableLayer[] | undefined {
  if (application.variables === undefined) return undefined;
  const layers = [config.variables, application.variables].filter((layer) => layer !== undefined);
  return layers.map(({ values, from }) => ({ values, from: from.map((file) => posix.join(environment.path, file)) }));
}

function plan({ name, application }: Listed, context: Context): PlannedApplication {
  const { environment, config, problemAt } = context;
  const path = posix.join(environment.path, application.path ?? '.');
  return {
    name,
    path,
    helm: { releaseName: application.releaseName ?? name, values: application.values },
    chart: application.chart && { pin: application.chart, place: placeOf(name, problemAt) },
    kustomize: application.kustomize === undefined ? undefined : posix.join(path, application.kustomize),
    variables: variablesOf(application, context),
    settings: {
      cluster: environment.cluster,
      namespace: application.namespace ?? config.namespace ?? environment.namespaces[0] ?? 'default',
      allowedNamespaces: environment.namespaces,
      allowedClusterKinds: environment.clusterKinds,
      secrets: environment.secrets,
      podLogs: environment.podLogs,
      podSecurity: environment.podSecurity,
      ...(environment.newNamespaces && { newNamespaces: environment.newNamespaces }),
      dependsOn: application.dependsOn,
      timeoutSeconds: application.timeout ?? config.timeout ?? 300,
      ...policyOf(application, config),
    },
  };
}

/** What may be done with live objects. A pull request doesn't decide that for its own plan. */
export type Policy = Pick<
  ApplySettings,
  'prune' | 'pruneLimit' | 'drift' | 'conflicts' | 'rules' | 'adopt' | 'suspend'
>;

/** What holds for one application: its own setting, else the environment's, else the default, which is the strictest. */
export function policyOf(application: EnvironmentApplication | undefined, config: Partial<Environment>): Policy {
  const setting = <Key extends keyof EnvironmentApplication & keyof Environment>(key: Key) =>
    application?.[key] ?? config[key];
  return {
    prune: setting('prune') ?? true,
    pruneLimit: setting('pruneLimit') ?? 50,
    drift: setting('drift') ?? 'correct',
    conflicts: setting('conflicts') ?? 'fail',
    rules: [...(config.rules ?? []), ...(application?.rules ?? [])],
    adopt: setting('adopt') ?? [],
    suspend: setting('suspend') ?? false,
  };
}

function check(
  { name, path, chart, settings }: PlannedApplication,
  { environment, tree }: Omit<Input, 'name'>,
): Mistake[] {
  const mistakes: Mistake[] = [];
  if (!hasFolder(tree, path))
    mistakes.push({
      path: ['applications', name, 'path'],
      message: `must be a folder with files in this revision; found none at "${path}"`,
    });
  const prefix = environment.newNamespaces?.prefix;
  const isNew = prefix !== undefined && settings.namespace.startsWith(prefix);
  if (!environment.namespaces.includes(settings.namespace) && !isNew) {
    const allowed = [...environment.namespaces, ...(prefix === undefined ? [] : [`${prefix}*`])].join(', ');
    mistakes.push({
      path: ['applications', name, 'namespace'],
      message: `must be one of ${allowed} (deployer.yaml allows no other); found "${settings.namespace}"`,
    });
  }
  if (chart !== undefined && !environment.charts.some((pattern) => matchesWildcard(addressOf(chart.pin), pattern)))
    mistakes.push({
      path: ['applications', name, 'chart'],
      message: `must be one of the charts that deployer.yaml allows this environment (${environment.charts.join(', ') || 'none'}); found "${addressOf(chart.pin)}"`,
    });
  return mistakes;
}

function placeOf(name: string, problemAt: EnvironmentConfig['problemAt']): PlannedChart['place'] {
  const { message: _, ...place } = problemAt({ path: ['applications', name, 'chart'], message: '' });
  return place;
}

/** Of a listed application the schema says so. */
function unnameable({ name, path }: PlannedApplication): Problem[] {
  if (nameSchema.safeParse(name).success) return [];
  const found = name.slice(0, 63);
  const message = `the folder's name can't name an application: it must be lower-case letters, digits and hyphens; found "${found}"`;
  return [{ file: path, message }];
}
