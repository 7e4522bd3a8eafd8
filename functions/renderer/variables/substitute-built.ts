import { BadInputError } from '../../../shared/errors.ts';
import type { Reading } from '../read-objects.ts';
import { readScalars } from './read-scalars.ts';
import { substituteObject } from './substitute-objects.ts';
import type { Substitution } from './substitution.ts';
import { createSources } from './template-sources.ts';

type Built = {
  substitute: Substitution;
  /** The kustomization, what kustomize took apart, and all files that it had. */
  file: string;
  manifests: ReadonlyMap<string, string>;
  contents: ReadonlyMap<string, Uint8Array>;
};

/**
 * Puts variables into what kustomize built, as Flux does.
 *
 * @throws BadInputError with every variable that has no value: its object and field, and its line where that can be told
 */
export async function substituteBuilt(
  objects: readonly unknown[],
  { substitute, file, manifests, contents }: Built,
  reading: Reading,
): Promise<unknown[]> {
  const sources = createSources({ file, manifests, contents });
  const wanted = new Set<string>();
  const first = objects.map((object) =>
    substituteObject(object, { substitute, sources, read: (source) => void wanted.add(source) }),
  );
  const problems = first.flatMap((each) => each.problems);
  if (problems.length > 0) throw new BadInputError(problems);
  if (wanted.size === 0) return first.map(({ object }) => object);
  const scalars = await readScalars(wanted, reading);
  const read = (source: string) => scalars.get(source);
  return objects.map((object) => substituteObject(object, { substitute, sources, read }).object);
}
