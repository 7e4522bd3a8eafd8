import { parseReference } from '../reference.ts';
import { isKustomization } from './kustomization.ts';
import { type Tracked, wordsOf } from './tracked.ts';

/** What a reference is made of. */
const reference = /[A-Za-z0-9._:@/-]*/y;

/**
 * The files in which tracked images stand, and nowhere as anything else than the pins that are wanted: there is nothing to do in them, so they
 * needn't be parsed. Most manifests of a large repository are like that.
 *
 * @param pins as `repository:tag@sha256:…`
 * @returns by file, the repositories that stand there
 */
export function settledFiles(
  files: ReadonlyMap<string, Uint8Array>,
  tracked: Tracked,
  pins: ReadonlySet<string>,
): Map<string, Set<string>> {
  const hosts = new Set([...tracked.repositories].map((name) => name.slice(0, name.indexOf('/') + 1)));
  const markers = wordsOf(tracked);
  const values = new Set(tracked.values.map(({ file }) => file));
  const repositoriesIn = (text: string): Set<string> => {
    const references = [...hosts].flatMap((host) => referencesIn(text, host));
    const ours = references.filter((found) => tracked.repositories.has(repositoryOf(found)));
    const isSettled = ours.every((found) => pins.has(found)) && !markers.some((word) => text.includes(word));
    return new Set(isSettled ? ours.map(repositoryOf) : []);
  };
  const plain = [...files].filter(([file]) => !isKustomization(file) && !values.has(file));
  return new Map(
    plain
      .map(([file, bytes]) => [file, repositoriesIn(asText(bytes))] as const)
      .filter(([, repositories]) => repositories.size > 0),
  );
}

const repositoryOf = (text: string) => parseReference(text)?.repository ?? text;

/** References are ASCII; whatever else stands there only has to keep its length. */
const asText = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

function referencesIn(text: string, host: string): string[] {
  const found: string[] = [];
  for (let at = text.indexOf(host); at >= 0; at = text.indexOf(host, at + host.length)) {
    reference.lastIndex = at;
    found.push(reference.exec(text)?.[0] ?? '');
  }
  return found;
}
