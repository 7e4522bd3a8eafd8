import { BadInputError } from '../shared/errors.ts';
import { isDigest, isTag, parseReference } from '../shared/images/reference.ts';

/** What an image becomes. Without a digest, only where none is written. */
export type Version = { tag: string; digest?: string };

/**
 * Reads `repository=tag` and `repository=tag@sha256:…`.
 *
 * @throws BadInputError with one problem for each that can't be read, or is given twice
 */
export const parseImages = (texts: readonly string[]): Map<string, Version> =>
  parsePairs(texts, 'repository', (name) => parseReference(name)?.repository === name);

/** Reads `NAME=tag` and `NAME=tag@sha256:…`. What behind the marker is written, its `:tag` or `:digest` says. */
export const parseMarkers = (texts: readonly string[]): Map<string, Version> =>
  parsePairs(texts, 'NAME', (name) => /^[^\s:]+(:(?!(?:tag|name|digest)$)[^\s:]+)?$/.test(name));

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
  const twice = pairs.filter(({ name }, index) => pairs.findIndex((pair) => pair.name === name) < index);
  if (twice.length > 0) throw new BadInputError(twice.map(({ name }) => ({ message: `${name} is given twice` })));
  return new Map(pairs.flatMap(({ name, version }) => (version === undefined ? [] : [[name, version]])));
}
