import type { Plan, PlannedObject } from '../../../shared/artifacts/plan.ts';
import type { Annotation } from '../../../shared/git/pull-request-ports.ts';
import { describeProblem, type Problem } from '../../../shared/problem.ts';
import { oneLine } from '../../../shared/text/one-line.ts';
import type { View } from './view.ts';

/** GitHub takes no more in one request. */
const most = 50;
const longestMessage = 4000;

/** What must be mended, and then what should be known, at the line of the manifest. Problems without a file are told elsewhere. */
export function annotationsFor({ state, plans }: View): Annotation[] {
  const failures = [
    ...state.problems.map((problem) => annotate(problem, 'failure')),
    ...plans.flatMap((plan) => plan.problems.map((problem) => annotate(problem, levelOf(plan)))),
    ...plans.flatMap((plan) => plan.objects.map(refusalOf)),
  ];
  const warnings = plans.flatMap((plan) => plan.warnings.map((problem) => annotate(problem, 'warning')));
  const notes = state.notes.map((note) => annotate(note, 'warning'));
  return [...failures, ...warnings, ...notes].filter((each) => each !== undefined).slice(0, most);
}

const levelOf = ({ outcome }: Plan): Annotation['level'] => (outcome === 'held' ? 'warning' : 'failure');

const refusalOf = (planned: PlannedObject) =>
  planned.action === 'refuse' ? annotate({ ...planned, message: planned.message }, 'failure') : undefined;

function annotate({ file, line, ...problem }: Problem, level: Annotation['level']): Annotation | undefined {
  if (file === undefined || file === '') return undefined;
  const title = oneLine(problem.object ?? problem.field ?? 'Plumbline', 200);
  const message = oneLine(describeProblem({ message: problem.message, ...fieldOf(problem) }), longestMessage);
  return { path: file, line: Math.max(1, line ?? 1), level, title, message };
}

const fieldOf = ({ object, field }: Problem) => (object !== undefined && field !== undefined ? { field } : {});
