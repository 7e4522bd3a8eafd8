import { BadInputError } from '../shared/errors.ts';
import { isDigest, isTag, parseReference } from '../shared/images/reference.ts';

/** What an image becomes. Without a digest, only where none is written. */
export type Version = { tag: string; digest?: string };

/**
 * Reads `repository=tag` and `repository=tag@sha256:…`.
 *
 * @throws BadInputError with one problem for each that can't be read
 */
export const parseImages = (texts: readonly string[]): Map<string, Version> =>
  parsePairs(texts, 'repository', (name) => parseReference(name)?.repository === name);

/** Reads `NAME=tag` and `NAME=tag@sha256:…`. */
export const parseMarkers = (texts: readonly string[]): Map<string, Version> =>
  parsePairs(texts, 'NAME', (name) => /^[^\s:]+(:[^\s:]+)?$/.test(name));

function parsePairs(texts: readonly string[], key: string, isName: (text: string) => boolean): Map<string, Version> {
  const pairs = texts.map((text) => {
    const [, name = '', tag = '', digest] = /^([^=]*)=([^@]*)(?:@(.*))?$/.exec(text) ?? [];
    const isFine = isName(name) && isTag(tag) && (digest === undefined || isDigest(digest));
    return { text, name, version: isFine ? { tag, ...(digest !== undefined && { digest }) } : undefined };
  });
  const wrong = pairs.filter(({ version }) => version === undefined);
  if (wrong.length > 0)
    throw new BadInputError(
      wrong.map(({ text }) => ({ message: `"${text}" must be ${key}=tag or ${key}=tag@sha256:…` })),
    );
  return new Map(pairs.flatMap(({ name, version }) => (version === undefined ? [] : [[name, version]])));
}
