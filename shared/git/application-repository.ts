import { matchesWildcard } from '../wildcard.ts';

const gitHub = 'https://github.com/';

/**
 * The page of the repository that an image says it was built from (its label `org.opencontainers.image.source`), if `deployer.yaml` lists it.
 * Labels are hostile text: anything else, whatever it looks like, isn't to be linked, and nothing is to be written there.
 *
 * @param source as the label has it
 * @param patterns `applicationRepositories` of the environment
 * @see https://github.com/opencontainers/image-spec/blob/main/annotations.md#pre-defined-annotation-keys
 */
export function applicationRepository(source: string, patterns: readonly string[]): string | undefined {
  const page = pageOf(source);
  if (page === undefined) return undefined;
  return patterns.some((pattern) => isMeant(page.toLowerCase(), pattern.toLowerCase())) ? page : undefined;
}

function pageOf(text: string): string | undefined {
  const url = text.length > 300 || /[()|<>`\s]/.test(text) ? null : URL.parse(text.replace(/\.git$/, ''));
  if (url === null || url.protocol !== 'https:' || url.username !== '') return undefined;
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** GitHub's names have no upper and lower case; `owner/name` is one of its repositories, and no page below it. */
function isMeant(page: string, pattern: string): boolean {
  if (pattern.startsWith('https://')) return matchesWildcard(page, pattern);
  return page.startsWith(gitHub) && page.split('/').length === 5 && matchesWildcard(page, `${gitHub}${pattern}`);
}
