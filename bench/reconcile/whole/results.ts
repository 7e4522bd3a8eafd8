import { type Summary, summarize } from '../sample.ts';
import type { Health, Measured, WholeTask } from './subject.ts';

export type Gathered = { count: number; name: string; measured: Measured };

/** What one task cost one subject. */
export type WholeResult = { task: WholeTask; applications: number; health: Health; subject: string } & Omit<
  Summary,
  'requests'
>;

const healths: Health[] = ['off', 'on'];

/** Brings the samples of the same thing together, in the order in which they were first measured. */
export function gather(gathered: readonly Gathered[]): WholeResult[] {
  const single = gathered.flatMap(({ count, name, measured }) =>
    healths.flatMap((health) => {
      const seconds = measured.seconds[health];
      return seconds === undefined ? [] : [{ count, name, health, measured: { ...measured, seconds } }];
    }),
  );
  const groups = Map.groupBy(single, ({ count, name, health, measured }) =>
    [count, measured.task, health, name].join('\n'),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { requests: _, ...summary } = summarize(group.map(({ measured }) => ({ ...measured, requests: 0 })));
    const { count: applications, name: subject, health } = first;
    return [{ task: first.measured.task, applications, health, subject, ...summary }];
  });
}
