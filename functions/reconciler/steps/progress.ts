import type { Inventory } from '../../../shared/artifacts/inventory.ts';
import type { Discovery } from '../../../shared/kubernetes/discovery.ts';
import type { ApplyContext, ObjectResult } from '../apply-object.ts';
import { type Findings, merge, nothingFound } from '../decide-result.ts';
import type { HookRun } from '../hooks/hook-run.ts';
import type { PruneResult } from '../prune.ts';
import type { Run } from '../run.ts';

/** How far a run is, after each of its steps. */
export type Progress = {
  /** As it is true by now; what state points at may be behind. */
  inventory: Inventory;
  hooks: HookRun;
  discovery: Discovery;
  results: readonly ObjectResult[];
  pruned: readonly PruneResult[];
  findings: Findings;
  /** Whether the last step came to its end, so that the next one may begin. */
  isDone: boolean;
};

export type StepContext = { run: Run; applying: ApplyContext };

export const begin = (known: Pick<Progress, 'inventory' | 'hooks' | 'discovery'>): Progress => ({
  ...known,
  results: [],
  pruned: [],
  findings: nothingFound,
  isDone: true,
});

/** With what a step found out, and whether it came to its end. */
export const found = (progress: Progress, findings: Partial<Findings>, isDone: boolean): Progress => ({
  ...progress,
  findings: merge(progress.findings, { ...nothingFound, ...findings }),
  isDone,
});
