import type { KubernetesObject } from '../manifests/object.ts';

/** The rendered objects of one application. Immutable, named by the digest of its bytes; the revision is not part of it. */
export type Artifact = { objects: ArtifactObject[] };

/** An object as the Go tools read it, and where it came from, for messages (`file` is relative to the repository's root). */
export type ArtifactObject = { source?: { file: string; line?: number }; object: KubernetesObject };

/** Variables by name; `from` are files in the tree with ConfigMaps, in order, over which `values` win. */
export type VariableLayer = { values: Record<string, string>; from: string[] };

/** What `source` asks of `renderer`. The two URLs are all the rights that it gets. */
export type RenderRequest = {
  /** Presigned GET of the tree (tar.gz) and presigned PUT of the rendering. */
  treeUrl: string;
  artifactUrl: string;
  application: string;
  /** Folder in the tree. */
  path: string;
  /** The application's: Helm's release namespace, and where objects without one will go. The renderer never sets it on an object. */
  namespace: string;
  /** `values` are files relative to `path`, in order; they may lie anywhere in the tree. */
  helm: { releaseName: string; values: string[] };
  /** Folder in the tree whose kustomization is built over what the chart gives. */
  kustomize?: string | undefined;
  /** What `${NAME}` stands for, a later layer winning. Absent: nothing is substituted. */
  variables?: VariableLayer[] | undefined;
  /**
   * A chart from a chart repository, instead of what `path` holds: presigned GET of its archive (.tgz, one folder with `Chart.yaml`) and the
   * archive's digest. `path` is then only where `helm.values` are found. Name and version are for messages.
   */
  chart?: { url: string; digest: string; name: string; version: string } | undefined;
  cluster: { version?: string | undefined; apiVersions?: string[] | undefined };
};
