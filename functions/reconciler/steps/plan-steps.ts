import type { Inventory, InventoryEntry } from '../../../shared/artifacts/inventory.ts';
import type { HookEvent } from '../../../shared/kubernetes/hooks.ts';
import { inStages, waveOf } from '../../../shared/kubernetes/order.ts';
import { type HookRun, hooksOf, isDone } from '../hooks/hook-run.ts';
import type { ApplyPlan } from '../plan-apply.ts';
import type { Hook, Prepared } from '../prepared.ts';

/**
 * One step of bringing a cluster to an artifact. No step begins before the one before it has come to its end. `await`: these objects
 * must be healthy before anything further is done.
 */
export type Step =
  | { do: 'apply'; wave: number; objects: Prepared[] }
  | { do: 'await'; keys: string[] }
  | { do: 'hooks'; event: HookEvent; hooks: Hook[] }
  /** `isRemoval`: the whole application goes. What holds data stays then, and what comes next needs the rest gone. */
  | { do: 'prune'; entries: InventoryEntry[]; isRemoval: boolean };

type Input = {
  plan: ApplyPlan;
  /** All that the artifact has, whatever their event. */
  hooks: readonly Hook[];
  run: HookRun;
  inventory: Inventory;
  /** `prune` of the application. */
  isPruned: boolean;
};

/**
 * The steps from what is to what should be: definitions, hooks, wave after wave, pruning, hooks. A step that has nothing to do is left out,
 * so a revision that only changes objects of one wave is one step.
 */
export function planSteps({ plan, hooks, run, inventory, isPruned }: Input): Step[] {
  const { send, unchanged, gone } = plan;
  const [definitions = [], ...waves] = withDefinitions(inStages([...send, ...unchanged], waveOfPrepared));
  const isSent = new Set(send);
  const leaving = [...gone, ...abandoned(inventory, hooks, plan)];
  const post = hookSteps(`post-${run.event}`, hooks, run, inventory);
  return [
    ...applySteps(definitions, isSent),
    ...hookSteps(`pre-${run.event}`, hooks, run, inventory),
    ...waves.flatMap((wave, index) => waveSteps(wave, waves.slice(0, index).flat(), isSent)),
    ...(isPruned && leaving.length > 0 ? [{ do: 'prune' as const, entries: leaving, isRemoval: false }] : []),
    ...(post.length > 0 ? awaitSteps([...send, ...unchanged]) : []),
    ...post,
  ];
}

const waveOfPrepared = ({ identity, policy }: Prepared) => waveOf({ ...identity, wave: policy.wave });

/** The definitions that stand before all waves, if any, come first. */
function withDefinitions(waves: Prepared[][]): Prepared[][] {
  const [first] = waves[0] ?? [];
  return first !== undefined && waveOfPrepared(first) === Number.NEGATIVE_INFINITY ? waves : [[], ...waves];
}

function waveSteps(wave: readonly Prepared[], lower: readonly Prepared[], isSent: ReadonlySet<Prepared>): Step[] {
  const steps = applySteps(wave, isSent);
  return steps.length === 0 ? [] : [...awaitSteps(lower), ...steps];
}

function applySteps(wave: readonly Prepared[], isSent: ReadonlySet<Prepared>): Step[] {
  const objects = wave.filter((each) => isSent.has(each));
  const [first] = objects;
  return first === undefined ? [] : [{ do: 'apply', wave: first.policy.wave, objects }];
}

function awaitSteps(objects: readonly Prepared[]): Step[] {
  const keys = objects.filter((each) => !mayWaitForOthers(each)).map(({ key }) => key);
  return keys.length === 0 ? [] : [{ do: 'await', keys }];
}

/** Most classes bind a claim only when the first pod wants it, which may be what waits for it here. */
const mayWaitForOthers = ({ identity: { group, kind } }: Prepared) => group === '' && kind === 'PersistentVolumeClaim';

/** The hooks of an event, while there is one to run, or something of theirs to clear away. */
function hookSteps(event: HookEvent, all: readonly Hook[], run: HookRun, inventory: Inventory): Step[] {
  const hooks = hooksOf(all, event);
  const isOpen = (hook: Hook) => !isDone(run, event, hook) || isLeftOver(hook, inventory);
  return hooks.some(isOpen) ? [{ do: 'hooks', event, hooks }] : [];
}

/** It was to be deleted when it had succeeded. */
export const isLeftOver = ({ key, hook }: Hook, inventory: Inventory) =>
  hook.deletion.includes('hook-succeeded') && inventory.get(key)?.hook === true;

/** What hooks made that the artifact doesn't have in any form any more, or that made it for a deletion that was taken back. */
function abandoned(inventory: Inventory, hooks: readonly Hook[], { send, unchanged }: ApplyPlan): InventoryEntry[] {
  const living = hooks.filter(({ hook }) => hook.events.some((event) => !event.endsWith('-delete')));
  const known = new Set([...living, ...send, ...unchanged].map(({ key }) => key));
  return [...inventory].filter(([key, { hook }]) => hook && !known.has(key)).map(([, entry]) => entry);
}
