/**
 * The folders of Git submodules. GitHub's archives have them as empty folders, so only `.gitmodules` tells that something is missing.
 *
 * @see https://git-scm.com/docs/gitmodules
 */
export function submodulesOf(files: ReadonlyMap<string, Uint8Array>): [path: string, fault: string][] {
  const bytes = files.get('.gitmodules');
  if (bytes === undefined) return [];
  const paths = new TextDecoder().decode(bytes).matchAll(/^\s*path\s*=\s*"?([^"\r\n]+?)"?\s*$/gm);
  return [...paths].map(([, path = '']) => [
    path.replace(/\/+$/, ''),
    "is a Git submodule, and a repository's archive leaves its content out: put the files themselves here",
  ]);
}
