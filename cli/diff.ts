import { BadInputError } from '../shared/errors.ts';
import { autoscaledBy } from '../shared/kubernetes/autoscaled.ts';
import type { Difference } from '../shared/kubernetes/difference.ts';
import { applicationLabel } from '../shared/kubernetes/names.ts';
import { offlineDifferences } from '../shared/kubernetes/offline-difference.ts';
import { describeIdentity, identityKey, identityOf, type KubernetesObject } from '../shared/manifests/object.ts';
import { matchObjects, type Pair } from './match-objects.ts';
import { readManifests } from './read-manifests.ts';
import { badInput, type Output, reportProblems } from './report-problems.ts';
import { type Paint, paintFor } from './terminal.ts';

/** Both are files, or one is `-`, standard input. */
export type DiffOptions = { live: string; desired: string };

type Verdict = {
  word: 'created' | 'changed' | 'pruned' | 'only live';
  object: KubernetesObject;
  differences: Difference[];
};

const colors = { created: 'green', changed: 'yellow', pruned: 'red', 'only live': 'yellow' } as const;

/**
 * `plumbline diff`: what applying manifests would change of live objects, field by field, Secrets masked. No cluster is asked.
 *
 * @returns the exit code: 0 if they are the same, 1 if they differ, 2 if the input can't be read
 */
export const diff = (options: DiffOptions, out: Output): Promise<number> =>
  reportProblems(out, () => compare(options, out), badInput);

async function compare({ live, desired }: DiffOptions, { stdout }: Output): Promise<number> {
  if (live === '-' && desired === '-')
    throw new BadInputError([{ message: 'only one of --live and --desired can be standard input' }]);
  const [are, shouldBe] = [await readManifests(live, { mayBeEmpty: true }), await readManifests(desired)];
  const { pairs, problems } = matchObjects(are, shouldBe);
  if (problems.length > 0) throw new BadInputError(problems);
  const autoscaled = autoscaledBy([...are, ...shouldBe].map(({ object }) => object));
  const verdicts = pairs.flatMap((pair) => judge(pair, autoscaled));
  for (const verdict of verdicts) stdout.write(print(verdict, paintFor(stdout)));
  return verdicts.length === 0 ? 0 : 1;
}

function judge({ live, desired }: Pair, autoscaled: ReadonlySet<string>): Verdict[] {
  if (live !== undefined && desired !== undefined) {
    const isAutoscaled = autoscaled.has(identityKey(identityOf(live)));
    const differences = offlineDifferences(live, desired, { isAutoscaled });
    return differences.length === 0 ? [] : [{ word: 'changed', object: live, differences }];
  }
  if (desired !== undefined) return [{ word: 'created', object: desired, differences: [] }];
  if (live === undefined) return [];
  const isOurs = live.metadata.labels?.[applicationLabel] !== undefined;
  return [{ word: isOurs ? 'pruned' : 'only live', object: live, differences: [] }];
}

function print({ word, object, differences }: Verdict, paint: Paint): string {
  const lines = differences.map(({ field, from, to }) => `  ${field}: ${from} → ${to}\n`);
  return `${paint(colors[word], word)} ${describeIdentity(identityOf(object))}\n${lines.join('')}`;
}
