import { digestOf } from '../../shared/artifacts/digest.ts';
import type { Notice } from '../../shared/notices/notice.ts';
import type { Problem } from '../../shared/problem.ts';
import { type Breakage, named, type Report, wholeEnvironment } from '../../shared/state/report.ts';
import type { Standing } from './standing.ts';

/** What can break beside an application. */
export const whole = wholeEnvironment;
export const telling = named('github');
const recipientPrefix = named('to ');
export const recipientKey = (name: string) => `${recipientPrefix}${name}`;
export const recipientOf = (what: string) =>
  what.startsWith(recipientPrefix) ? what.slice(recipientPrefix.length) : undefined;

/** One thing that is worth telling. Its kinds are explained in `shared/notices/notice.ts`. */
export type News = {
  kind: Notice['kind'];
  /** An application's name, `whole`, `telling`, or a recipient who can't be told. */
  what: string;
  since?: string;
  problems: readonly Problem[];
};

export type Context = { now: Date; revision: string; reminderSeconds: number };

/** What is wrong today, by what is broken, and what is known to work. Of everything else nothing is known at the moment. */
export type Findings = { broken: ReadonlyMap<string, readonly Problem[]>; isWorking(what: string): boolean };

/** @param refusals what GitHub refused to be told; undefined if there was nothing to tell it */
export function findingsOf(
  { isCurrent, problems, applications }: Standing,
  refusals: readonly Problem[] | undefined,
): Findings {
  const failing = [...applications].map(([name, outcome]) => [name, outcome.problems] as const);
  const all = [...failing, [whole, problems] as const, [telling, refusals ?? []] as const];
  return {
    broken: new Map(all.filter(([, found]) => found.length > 0)),
    isWorking: (what) => {
      if (recipientOf(what) !== undefined) return false;
      if (what === telling) return refusals?.length === 0;
      if (what === whole) return isCurrent && problems.length === 0;
      return isCurrent && (applications.get(what)?.state ?? 'success') === 'success';
    },
  };
}

/** What to tell, what is broken from now on if it could be told, and when to be reminded of it. */
export type Decision = { news: News[]; broken: Report['broken']; remindAt: Date | undefined };

/** Folds what is wrong into what is worth telling: once when it breaks, once when it is mended, and now and then a reminder. */
export function decideNews({ broken, isWorking }: Findings, known: Report['broken'], context: Context): Decision {
  const news: News[] = [];
  const next: Report['broken'] = {};
  for (const [what, problems] of broken) {
    const before = known[what];
    const kind = kindOf(before, problems, context);
    const since = before?.since ?? context.now.toISOString();
    if (kind !== undefined) news.push({ kind, what, since, problems });
    next[what] = kind === undefined && before !== undefined ? before : breakage(since, problems, context);
  }
  for (const [what, before] of Object.entries(known).filter(([what]) => !broken.has(what)))
    if (isWorking(what)) news.push({ kind: 'mended', what, since: before.since, problems: [] });
    else next[what] = before;
  return {
    news,
    broken: next,
    remindAt: firstReminder(
      [...broken.keys()].map((what) => next[what]),
      context,
    ),
  };
}

function kindOf(
  known: Breakage | undefined,
  problems: readonly Problem[],
  { now, revision, reminderSeconds }: Context,
) {
  if (known === undefined) return 'broken';
  if (known.revision !== revision && known.problems !== digestOfProblems(problems)) return 'changed';
  return now.getTime() >= dueAt(known, reminderSeconds) ? 'reminder' : undefined;
}

const breakage = (since: string, problems: readonly Problem[], { now, revision }: Context): Breakage => ({
  since,
  told: now.toISOString(),
  revision,
  problems: digestOfProblems(problems),
});

const digestOfProblems = (problems: readonly Problem[]) => digestOf(JSON.stringify(problems));

const dueAt = ({ told }: Breakage, reminderSeconds: number) => new Date(told).getTime() + reminderSeconds * 1000;

function firstReminder(broken: readonly (Breakage | undefined)[], { reminderSeconds }: Context): Date | undefined {
  const times = broken.filter((each) => each !== undefined).map((each) => dueAt(each, reminderSeconds));
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}
