import { posix } from 'node:path';
import type { VariableLayer } from '../../shared/artifacts/artifact.ts';
import type { ApplySettings } from '../../shared/artifacts/release.ts';
import type { DeployerEnvironment } from '../../shared/config/deployer.ts';
import type { Environment, EnvironmentApplication } from '../../shared/config/environment.ts';
import { nameSchema } from '../../shared/config/names.ts';
import { BadInputError } from '../../shared/errors.ts';
import type { Problem } from '../../shared/problem.ts';

/** One application as it is to be rendered and applied. `path` is relative to the repository's root. */
export type PlannedApplication = {
  name: string;
  path: string;
  helm: { releaseName: string; values: string[] };
  /** Folder of the kustomization over the chart, relative to the repository's root. */
  kustomize?: string | undefined;
  /** Substituted if present. `from` is relative to the repository's root. */
  variables?: VariableLayer[] | undefined;
  settings: ApplySettings;
};

type Input = {
  name: string;
  environment: DeployerEnvironment;
  /** `environment.yaml`, or its defaults where there is none, and its file name for messages. */
  config: Environment;
  configFile: string;
  /** All files of the tree. */
  paths: readonly string[];
};

const folderOfApplications = 'applications';

/**
 * Says which applications an environment has and how each is applied: what `environment.yaml` wants, within what `deployer.yaml` allows.
 *
 * @throws BadInputError with every mistake at once; never answers with no application, since that would read as "delete everything"
 */
export function planApplications(input: Input): PlannedApplication[] {
  const found = input.config.applications ?? foundApplications(input);
  const planned = Object.entries(found).map(([name, application]) => plan(name, application, input));
  const problems = [
    ...(planned.length === 0 ? [nothingFound(input)] : []),
    ...planned.flatMap((each) => check(each, input)),
  ];
  if (problems.length > 0) throw new BadInputError(problems);
  return planned;
}

/** Every folder under `applications/`, or else the whole folder as one application that bears the environment's name. */
function foundApplications({ name, environment, paths }: Input): Record<string, EnvironmentApplication> {
  const folders = childFolders(paths, posix.join(environment.path, folderOfApplications));
  if (folders.length > 0)
    return Object.fromEntries(folders.map((folder) => [folder, unset(posix.join(folderOfApplications, folder))]));
  return hasFiles(paths, environment.path) ? { [name]: unset('.') } : {};
}

const unset = (path: string): EnvironmentApplication => ({ path, values: [], dependsOn: [] });

function childFolders(paths: readonly string[], parent: string): string[] {
  const prefix = `${parent}/`;
  const below = paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
  const folders = below.filter((path) => path.includes('/')).map((path) => path.slice(0, path.indexOf('/')));
  return [...new Set(folders)].filter((folder) => !folder.startsWith('.')).sort();
}

const hasFiles = (paths: readonly string[], folder: string) =>
  folder === '.' || paths.some((path) => path.startsWith(`${folder}/`));

/** The environment's variables are taken where an application asks for variables, and are weaker than its own. */
function variablesOf(application: EnvironmentApplication, { environment, config }: Input): VariableLayer[] | undefined {
  if (application.variables === undefined) return undefined;
  const layers = [config.variables, application.variables].filter((layer) => layer !== undefined);
  return layers.map(({ values, from }) => ({ values, from: from.map((file) => posix.join(environment.path, file)) }));
}

function plan(name: string, application: EnvironmentApplication, input: Input): PlannedApplication {
  const { environment, config } = input;
  const path = posix.join(environment.path, application.path);
  const setting = <Key extends keyof EnvironmentApplication & keyof Environment>(key: Key) =>
    application[key] ?? config[key];
  return {
    name,
    path,
    helm: { releaseName: application.releaseName ?? name, values: application.values },
    kustomize: application.kustomize === undefined ? undefined : posix.join(path, application.kustomize),
    variables: variablesOf(application, input),
    settings: {
      cluster: environment.cluster,
      namespace: setting('namespace') ?? environment.namespaces[0] ?? 'default',
      allowedNamespaces: environment.namespaces,
      allowedClusterKinds: environment.clusterKinds,
      secrets: environment.secrets,
      prune: setting('prune') ?? true,
      pruneLimit: setting('pruneLimit') ?? 50,
      drift: setting('drift') ?? 'correct',
      conflicts: setting('conflicts') ?? 'fail',
      rules: [...(config.rules ?? []), ...(application.rules ?? [])],
      adopt: setting('adopt') ?? [],
      dependsOn: application.dependsOn,
      timeoutSeconds: setting('timeout') ?? 300,
      suspend: setting('suspend') ?? false,
    },
  };
}

function check({ name, path, settings }: PlannedApplication, { environment, configFile, paths }: Input): Problem[] {
  const field = `applications.${name}`;
  const problems: Problem[] = [];
  if (!nameSchema.safeParse(name).success) {
    problems.push({
      file: path,
      message: `the folder's name can't name an application: it must be lower-case letters, digits and hyphens; found "${name.slice(0, 63)}"`,
    });
  }
  if (!hasFiles(paths, path)) {
    problems.push({
      file: configFile,
      field: `${field}.path`,
      message: `must be a folder with files in this revision; found none at "${path}"`,
    });
  }
  if (!environment.namespaces.includes(settings.namespace)) {
    problems.push({
      file: configFile,
      field: `${field}.namespace`,
      message: `must be one of ${environment.namespaces.join(', ')} (deployer.yaml allows no other); found "${settings.namespace}"`,
    });
  }
  return problems;
}

function nothingFound({ environment, configFile }: Input): Problem {
  const where = environment.path === '.' ? 'the repository' : `"${environment.path}"`;
  return {
    file: configFile,
    message: `no application was found in ${where}: expected a folder under "${folderOfApplications}/", manifests, or a list in environment.yaml. Nothing was deleted.`,
  };
}
