import { type Inventory, type InventoryEntry, keyOfEntry } from '../../../shared/artifacts/inventory.ts';
import type { HookEvent } from '../../../shared/kubernetes/hooks.ts';
import type { ApplicationState } from '../../../shared/state/types.ts';
import { beginRemoval, type HookRun, hooksOf, isDone } from '../hooks/hook-run.ts';
import type { Hook } from '../prepared.ts';
import { hookEntry, withLeaving } from '../settle-inventory.ts';
import type { Step } from './plan-steps.ts';

type Input = {
  state: Pick<ApplicationState, 'hooks' | 'applied'>;
  /** Of the desired state that no longer has the application. */
  sequence: number;
  inventory: Inventory;
  /** Of the artifact that was last applied. */
  hooks: readonly Hook[];
};

/** All that deleting an application takes. No steps: there is nothing left of it. */
export type Removal = { hooks: HookRun; steps: Step[]; announced: Inventory };

/** Hooks, then everything, then hooks again, and at last what these hooks have made. */
export function planRemoval({ state, sequence, inventory, hooks }: Input): Removal {
  const run = beginRemoval(state, sequence);
  const pending = (event: HookEvent) => hooksOf(hooks, event).filter((hook) => !isDone(run, event, hook));
  const [pre, post] = [pending('pre-delete'), pending('post-delete')];
  const announced = new Map(withLeaving(inventory, [...inventory.values()]));
  for (const hook of [...pre, ...post]) announced.set(hook.key, hookEntry(hook, inventory.get(hook.key)?.uid));
  const entries = [...announced.values()];
  const made = new Set(hooks.map(({ key }) => key));
  const isMade = (entry: InventoryEntry) => made.has(keyOfEntry(entry));
  return {
    hooks: run,
    announced,
    steps: [
      ...hookStep('pre-delete', pre),
      ...pruneStep(entries.filter((entry) => !isMade(entry))),
      ...hookStep('post-delete', post),
      ...pruneStep(entries.filter(isMade)),
    ],
  };
}

const hookStep = (event: HookEvent, hooks: Hook[]): Step[] =>
  hooks.length === 0 ? [] : [{ do: 'hooks', event, hooks }];

const pruneStep = (entries: InventoryEntry[]): Step[] =>
  entries.length === 0 ? [] : [{ do: 'prune', entries, isRemoval: true }];
