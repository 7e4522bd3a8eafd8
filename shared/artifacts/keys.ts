/**
 * Where objects stand in the artifact bucket. Each prefix has one writer: `trees/`, `charts/`, `rendered/`, `releases/` and `artifacts/` belong to `source`,
 * `renderings/` to the renderer's presigned URLs (kept for a day), `inventories/` and `plans/` to `reconciler`.
 */
export const keys = {
  tree: (environment: string, revision: string) => `trees/${environment}/${revision}.tar.gz`,
  rendering: (environment: string, application: string, id: string) =>
    `renderings/${environment}/${application}/${id}.json`,
  artifact: (environment: string, digest: string) => `artifacts/${environment}/${hex(digest)}.json`,
  /** By the digest of what was rendered. */
  rendered: (environment: string, inputs: string) => `rendered/${environment}/${hex(inputs)}.json`,
  /** An archive from a chart repository. Whoever pins the digest has the same. */
  chart: (digest: string) => `charts/${hex(digest)}.tgz`,
  release: (environment: string, digest: string) => `releases/${environment}/${hex(digest)}.json`,
  inventory: (environment: string, application: string, digest: string) =>
    `inventories/${environment}/${application}/${hex(digest)}.json`,
  plan: (environment: string, application: string, id: string) => `plans/${environment}/${application}/${id}.json`,
} as const;

const hex = (digest: string) => digest.replace(/^sha256:/, '');
