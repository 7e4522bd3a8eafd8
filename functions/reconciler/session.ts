import type { Inventory } from '../../shared/artifacts/inventory.ts';
import { parseInventory, putInventory } from '../../shared/artifacts/inventory.ts';
import { keys } from '../../shared/artifacts/keys.ts';
import { StaleError } from '../../shared/errors.ts';
import type { ApplicationName } from '../../shared/kubernetes/names.ts';
import { workOf } from '../../shared/state/standing.ts';
import type { ApplicationState, Desired } from '../../shared/state/types.ts';
import type { ReconcilerPorts } from './ports.ts';

/**
 * One application's state during one pass. Every write names the version that was read, so that of two runs on one application the
 * later writer is refused.
 */
export type Session = {
  name: ApplicationName;
  /** Of the desired state that this pass is about. */
  sequence: number;
  /** As it was last read or written. */
  state(): ApplicationState;
  inventory(): Promise<Inventory>;
  /** Writes state, with an inventory or the present one. @throws StaleError if somebody else wrote in between */
  save(change: Partial<ApplicationState>, inventory?: Inventory): Promise<void>;
  /** @throws StaleError if somebody else wrote in between */
  forget(): Promise<void>;
  /** @throws StaleError if Git wants something else of this application by now, or somebody else wrote its state */
  ensureCurrent(): Promise<void>;
};

type Begin = { name: ApplicationName; state: ApplicationState | undefined; desired: Desired; work: string };

export function createSession({ name, state: initial, desired, work }: Begin, ports: ReconcilerPorts): Session {
  let state = initial ?? blankState(name, ports.clock.now());

  async function isStillWanted(): Promise<boolean> {
    const now = await ports.state.readDesired(name.environment);
    if (now === undefined || now.sequence === desired.sequence) return now !== undefined;
    const { applications } = await ports.readRelease(now.release);
    return workOf(applications[name.application]) === work;
  }

  async function isStillOurs(): Promise<boolean> {
    const now = await ports.state.readApplication(name.environment, name.application);
    return (now?.version ?? 0) === state.version;
  }

  return {
    name,
    sequence: desired.sequence,
    state: () => state,
    inventory: () => readInventory(state.inventory, ports),
    async save(change, inventory) {
      const key = inventory && (await putInventory(inventory, (digest) => inventoryKey(name, digest), ports.objects));
      const at = ports.clock.now().toISOString();
      const { sequence, revision } = desired;
      const next = { ...state, sequence, revision, ...change, at, ...(key !== undefined && { inventory: key }) };
      const written = await ports.state.writeApplication(next);
      if (written === 'superseded') throw stale();
      state = written;
    },
    async forget() {
      if (state.version === 0) return;
      if ((await ports.state.deleteApplication(state)) === 'superseded') throw stale();
    },
    async ensureCurrent() {
      const [wanted, ours] = await Promise.all([isStillWanted(), isStillOurs()]);
      if (!wanted || !ours) throw stale();
    },
  };
}

const stale = () => new StaleError('a newer revision or another run has taken over');

const inventoryKey = ({ environment, application }: ApplicationName, digest: string) =>
  keys.inventory(environment, application, digest);

/** @param key as state has it. Default: none, which is empty */
export async function readInventory(
  key: string | undefined,
  { objects }: Pick<ReconcilerPorts, 'objects'>,
): Promise<Inventory> {
  return key === undefined ? new Map() : parseInventory(new TextDecoder().decode(await objects.get(key)));
}

function blankState({ environment, application }: ApplicationName, now: Date): ApplicationState {
  return {
    environment,
    application,
    version: 0,
    sequence: 0,
    revision: '',
    phase: 'applying',
    problems: [],
    counts: { objects: 0, changed: 0, pruned: 0 },
    at: now.toISOString(),
  };
}
