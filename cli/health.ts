import type { Health } from '../shared/health/health.ts';
import { judge } from '../shared/health/judge.ts';
import { explainPods, podsOf } from '../shared/health/pods.ts';
import { describeIdentity, identityOf, type KubernetesObject } from '../shared/manifests/object.ts';
import { oneLine } from '../shared/text/one-line.ts';
import { readManifests } from './read-manifests.ts';
import { badInput, type Output, reportProblems } from './report-problems.ts';
import { type Paint, paintFor } from './terminal.ts';

const words: Record<Health['status'], string> = {
  current: 'healthy',
  progressing: 'progressing',
  failed: 'failed',
  terminating: 'terminating',
};
const colors = { current: 'green', progressing: 'yellow', failed: 'red', terminating: 'yellow' } as const;

/**
 * `plumbline health`: what the reconciler's rules say of live objects, one line each. Pods among them say why a rollout doesn't go on.
 *
 * @param source a file, or `-` for standard input
 * @returns the exit code: 0 if all are healthy, 1 if one isn't (yet), 2 if the input can't be read
 */
export const health = (source: string, out: Output): Promise<number> =>
  reportProblems(
    out,
    async () => {
      const objects = (await readManifests(source)).map(({ object }) => object);
      const judged = objects.map((object) => ({
        name: describeIdentity(identityOf(object)),
        ...judgeAmong(object, objects),
      }));
      const width = Math.max(...judged.map(({ name }) => name.length));
      for (const each of judged) out.stdout.write(`${lineOf(each, width, paintFor(out.stdout))}\n`);
      return judged.every(({ status }) => status === 'current') ? 0 : 1;
    },
    badInput,
  );

function judgeAmong(object: KubernetesObject, objects: readonly KubernetesObject[]): Health {
  const verdict = judge(object);
  if (verdict.status === 'current' || object.kind === 'Pod') return verdict;
  const reason = explainPods(podsOf(object, objects));
  return reason === '' ? verdict : { ...verdict, message: `${verdict.message}; ${reason}` };
}

/** In characters. Controllers put whole logs into their conditions. */
const longestMessage = 1_000;

const longestWord = Math.max(...Object.values(words).map(({ length }) => length));

function lineOf({ name, status, message }: Health & { name: string }, width: number, paint: Paint): string {
  const word = paint(colors[status], words[status].padEnd(longestWord));
  return message === '' ? `${word}  ${name}` : `${word}  ${name.padEnd(width)}  ${oneLine(message, longestMessage)}`;
}
