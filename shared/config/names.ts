import { z } from 'zod';

/** A DNS label (RFC 1123): the names of environments, applications and namespaces become Kubernetes names and S3 keys. */
export const nameSchema = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'must be lower-case letters, digits and hyphens (at most 63, beginning and ending with a letter or digit)',
  );

/** `owner/name` of a GitHub repository. */
export const repositorySchema = z
  .string()
  .regex(/^[A-Za-z0-9-]+\/(?!\.{1,2}$)[A-Za-z0-9._-]+$/, 'must be a GitHub repository as "owner/name"');

/**
 * Repositories of applications: `owner/name` on github.com, or a whole address. `*` stands for any part of the name, or of the path: owner
 * and host are fixed, since a wildcard there would match more than anybody means.
 */
export const sourceRepositorySchema = z
  .string()
  .regex(
    /^(?:[A-Za-z0-9-]+\/[A-Za-z0-9._*-]+|https:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?\/[A-Za-z0-9._~*/-]+)$/,
    'must be "owner/name" of GitHub or "https://HOST/PATH", in which "*" may stand behind the owner or the host',
  );

/** A folder inside a repository: relative, with `/`, without `..`. Default of most fields: `.`, the root. */
export const pathSchema = z
  .string()
  .refine((path) => isInside(path), 'must be a relative folder inside the repository, without ".." or a leading "/"')
  .transform((path) => path.replace(/^\.\/|\/+$/g, '') || '.');

/** Folders inside a repository: `*` stands for any part of one folder's name, never for several folders. */
export const folderPatternSchema = pathSchema.refine(
  (pattern) =>
    pattern !== '.' && !pattern.includes('**') && !pattern.split('/').some((part) => part === '' || part === '.'),
  'must be a folder pattern such as "apps/*", one "*" for one level',
);

/** A file or folder of the repository, relative; unlike `pathSchema` it may begin with `..`. Whether it stays inside is checked where its start is known. */
export const referenceSchema = z
  .string()
  .refine(
    (path) => path !== '' && !path.startsWith('/') && !path.includes('\\'),
    'must be a relative path with "/", such as "../shared/values.yaml"',
  )
  .transform((path) => path.replace(/^\.\/|\/+$/g, '') || '.');

function isInside(path: string): boolean {
  return path !== '' && !path.startsWith('/') && !path.includes('\\') && !path.split('/').includes('..');
}
