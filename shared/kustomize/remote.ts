/**
 * Whether kustomize would take a path for an address to fetch from. It asks no flag before it does, and the same text may also
 * be a folder's name, so it is refused even where such a folder is there.
 *
 * @see https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/internal/git/repospec.go
 * @see https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/internal/loader/fileloader.go
 */
export function isRemote(reference: string): boolean {
  return /:\/\/|^\s*(https?:|git::|[a-z][a-z0-9-]*@|github\.com[:/])/i.test(reference);
}
