import { type Inventory, keyOfEntry } from '../../../shared/artifacts/inventory.ts';
import type { ApplicationState } from '../../../shared/state/types.ts';
import { beginHooks, type HookRun, hooksOf, isDone } from '../hooks/hook-run.ts';
import { type ApplyPlan, announce, planApply } from '../plan-apply.ts';
import type { Hook, Prepared } from '../prepared.ts';
import { hookEntry } from '../settle-inventory.ts';
import { planSteps, type Step } from './plan-steps.ts';

type Input = {
  /** The artifact's objects, without its hooks, and its hooks. */
  prepared: readonly Prepared[];
  hooks: readonly Hook[];
  inventory: Inventory;
  state: Pick<ApplicationState, 'hooks' | 'applied'>;
  /** Of the artifact. */
  digest: string;
  /** Of the desired state. */
  sequence: number;
  /** `prune` of the application. */
  isPruned: boolean;
  /** Another tool had installed it, and something of that is about to be taken over. */
  isAdopted: boolean;
};

/** All that bringing a cluster to an artifact takes, before any of it is done. */
export type Work = {
  plan: ApplyPlan;
  hooks: HookRun;
  steps: Step[];
  /** The inventory as it must stand before the first write. */
  announced: Inventory;
};

export function planWork({ prepared, hooks, inventory, state, digest, sequence, isPruned, isAdopted }: Input): Work {
  const run = beginHooks({ state, digest, sequence, isAdopted });
  const pending = pendingHooks(hooks, run);
  const plan = withoutHooks(planApply(prepared, inventory), pending);
  const announced = new Map(announce(plan, inventory));
  for (const hook of pending) announced.set(hook.key, hookEntry(hook, inventory.get(hook.key)?.uid));
  return { plan, hooks: run, steps: planSteps({ plan, hooks, run, inventory, isPruned }), announced };
}

function pendingHooks(hooks: readonly Hook[], run: HookRun): Hook[] {
  const events = [`pre-${run.event}`, `post-${run.event}`] as const;
  return events.flatMap((event) => hooksOf(hooks, event).filter((hook) => !isDone(run, event, hook)));
}

/** What was an object and is a hook now is the hook's to replace. */
function withoutHooks(plan: ApplyPlan, hooks: readonly Hook[]): ApplyPlan {
  const taken = new Set(hooks.map(({ key }) => key));
  return { ...plan, gone: plan.gone.filter((entry) => !taken.has(keyOfEntry(entry))) };
}
