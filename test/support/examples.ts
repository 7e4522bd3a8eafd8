import type { ApplySettings, Release } from '../../shared/artifacts/release.ts';
import type { DeployerEnvironment } from '../../shared/config/deployer.ts';
import type { ApplicationState, Attempt, ClusterState, Desired } from '../../shared/state/types.ts';
import type { Tree } from '../../shared/tree/tree.ts';

/** Valid values to vary in tests: each function takes what matters to the test and fills in the rest. */
const at = '2026-01-02T03:00:00.000Z';

export const aDeployerEnvironment = (part: Partial<DeployerEnvironment> = {}): DeployerEnvironment => ({
  repository: 'example-org/example-environment',
  branch: 'staging',
  path: '.',
  cluster: 'example',
  namespaces: ['staging'],
  images: [],
  applicationRepositories: [],
  charts: [],
  verify: [],
  write: 'commit',
  secrets: 'refuse',
  podLogs: 'hide',
  clusterKinds: [],
  podSecurity: 'baseline',
  ...part,
});

export const someSettings = (part: Partial<ApplySettings> = {}): ApplySettings => ({
  cluster: 'example',
  namespace: 'staging',
  allowedNamespaces: ['staging'],
  allowedClusterKinds: [],
  secrets: 'refuse',
  prune: true,
  drift: 'correct',
  conflicts: 'fail',
  rules: [],
  adopt: [],
  dependsOn: [],
  timeoutSeconds: 300,
  suspend: false,
  ...part,
});

export const anApplicationState = (part: Partial<ApplicationState> = {}): ApplicationState => ({
  environment: 'staging',
  application: 'web',
  version: 1,
  sequence: 1,
  revision: 'a'.repeat(40),
  phase: 'healthy',
  problems: [],
  counts: { objects: 1, changed: 1, pruned: 0 },
  at,
  ...part,
});

/** A release of applications by the digest of their artifact. */
export const aRelease = (artifacts: Record<string, string | undefined>, revision = 'a'.repeat(40)): Release => ({
  environment: 'staging',
  revision,
  applications: Object.fromEntries(
    Object.entries(artifacts).map(([name, digest]) => [
      name,
      {
        path: `applications/${name}`,
        inputs: `sha256:${name}`,
        artifact: digest === undefined ? undefined : { digest, objects: 1, revision },
        problems: [],
        warnings: [],
        settings: someSettings(),
      },
    ]),
  ),
});

export const aDesired = (part: Partial<Desired> = {}): Desired => ({
  environment: 'staging',
  repository: 'example-org/example-environment',
  branch: 'staging',
  sequence: 1,
  revision: 'a'.repeat(40),
  release: 'releases/staging/1.json',
  at,
  ...part,
});

export const anAttempt = (part: Partial<Attempt> = {}): Attempt => ({
  environment: 'staging',
  repository: 'example-org/example-environment',
  sequence: 1,
  revision: 'a'.repeat(40),
  basis: 'sha256:0',
  outcome: 'rendered',
  problems: [],
  at,
  ...part,
});

export const aCluster = (part: Partial<ClusterState> = {}): ClusterState => ({
  cluster: 'example',
  endpoint: 'https://0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com',
  certificateAuthority: 'Y2E=',
  describedAt: at,
  ...part,
});

/** A tree of files by path, and what was refused by path. */
export const aTree = (files: Record<string, string | Uint8Array>, refused: Record<string, string> = {}): Tree => ({
  files: new Map(Object.entries(files).map(([path, content]) => [path, Buffer.from(content)])),
  refused: new Map(Object.entries(refused)),
});
