import { parseAllDocuments } from 'yaml';
import { findReferences, type Reference } from '../../shared/kustomize/references.ts';
import { isPlainObject } from '../../shared/manifests/canonical.ts';

/** What a file of YAML refers to can't be told, so it may be anything. */
export class UncertainError extends Error {}

const maximumBytes = 1024 * 1024;

/**
 * All that a kustomization, or the configuration of one of its plugins, refers to. The text is anybody's.
 *
 * @throws UncertainError if it can't be read, or has what looks like a path to elsewhere where none is known to be
 */
export function referencesIn(text: string): Reference[] {
  return documentsOf(text).flatMap((document) => {
    const references = findReferences(document);
    const known = new Set(references.map(({ value }) => value));
    if (textsIn(document).some((each) => leadsElsewhere.test(each) && !known.has(each))) throw new UncertainError();
    return references;
  });
}

const leadsElsewhere = /^[^\n]*(?<![^/=:,\s"'])\.\.(?:\/|$)[^\n]*$/;

/** The `file://` folders that a `Chart.yaml` says its dependencies are in, relative to it. @throws UncertainError if it can't be read */
export function localDependenciesIn(text: string): string[] {
  const [chart] = documentsOf(text);
  const dependencies = isPlainObject(chart) && Array.isArray(chart.dependencies) ? chart.dependencies : [];
  return dependencies.flatMap((dependency: unknown) => {
    const repository = isPlainObject(dependency) ? dependency.repository : undefined;
    return (typeof repository === 'string' && /^file:\/\/(.+)$/.exec(repository)?.[1]) || [];
  });
}

function documentsOf(text: string): unknown[] {
  if (text.length > maximumBytes) throw new UncertainError();
  try {
    return parseAllDocuments(text, { version: '1.1', merge: true, logLevel: 'error' }).map((document) => {
      if (document.errors.length > 0) throw new UncertainError();
      return document.toJS({ maxAliasCount: 1000 });
    });
  } catch (cause) {
    throw new UncertainError('it is nested too deeply, or expands without end', { cause });
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
