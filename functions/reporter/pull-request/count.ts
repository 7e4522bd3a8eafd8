import type { Plan, PlannedObject } from '../../../shared/artifacts/plan.ts';

type Action = PlannedObject['action'];

/** In the order in which they are told: what must be mended first. */
const words: Record<Action, (count: number) => string> = {
  refuse: (count) => `${count} refused`,
  replace: (count) => `${count} replaced`,
  create: (count) => `${count} created`,
  change: (count) => `${count} changed`,
  prune: (count) => `${count} pruned`,
  run: (count) => `${count} ${count === 1 ? 'hook' : 'hooks'} run`,
  adopt: (count) => `${count} there already`,
  keep: (count) => `${count} kept`,
  unknown: (count) => `${count} not looked at`,
};

export const actions = Object.keys(words) as Action[];

/** `2 created, 1 changed, 1 pruned`; empty if nothing would be done. */
export function countActions(objects: readonly PlannedObject[]): string {
  const counts = actions.map((action) => [action, objects.filter((each) => each.action === action).length] as const);
  return counts
    .filter(([, count]) => count > 0)
    .map(([action, count]) => words[action](count))
    .join(', ');
}

export const objectsOf = (plans: readonly Plan[]): PlannedObject[] => plans.flatMap(({ objects }) => objects);
