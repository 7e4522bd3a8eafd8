import type { HookEvent } from '../../../shared/kubernetes/hooks.ts';
import { stageOf } from '../../../shared/kubernetes/order.ts';
import type { ApplicationState } from '../../../shared/state/types.ts';
import type { Hook } from '../prepared.ts';

/** Which event of an application's life its hooks are for, and how far they are. */
export type HookRun = NonNullable<ApplicationState['hooks']>;

type Begin = {
  state: Pick<ApplicationState, 'hooks' | 'applied'>;
  /** Of the artifact that is to be applied. */
  digest: string;
  sequence: number;
  /** Another tool had installed it. */
  isAdopted?: boolean;
};

/**
 * The event that applying an artifact is: what was begun for it goes on; until an application was applied whole it is installed, unless it was taken over; what
 * was done for that is not done again for a newer artifact; after that every other artifact is an upgrade.
 */
export function beginHooks({ state, digest, sequence, isAdopted = false }: Begin): HookRun {
  const { hooks, applied } = state;
  if (hooks?.artifact === digest && hooks.event !== 'delete') return hooks;
  const begun = { artifact: digest, sequence, attempt: 1 };
  const isInstalled = applied !== undefined || isAdopted || hooks?.event === 'upgrade';
  if (isInstalled) return { ...begun, event: 'upgrade', done: [] };
  return { ...begun, event: 'install', done: hooks?.event === 'install' ? hooks.done : [] };
}

/** The deletion of an application, for the hooks of the artifact that was last applied whole, if any was. */
export const beginRemoval = ({ hooks, applied }: Begin['state'], sequence: number): HookRun =>
  hooks?.event === 'delete' ? hooks : { event: 'delete', artifact: applied ?? '', sequence, attempt: 1, done: [] };

/** Of the hooks, those of one event, in the order in which they are run: by weight, then by the order of kinds, then by name. */
export function hooksOf(hooks: readonly Hook[], event: HookEvent): Hook[] {
  return hooks.filter(({ hook, policy }) => hook.events.includes(event) && policy.apply !== 'never').sort(byWeight);
}

const byWeight = (one: Hook, other: Hook) =>
  one.hook.weight - other.hook.weight ||
  stageOf(one.identity) - stageOf(other.identity) ||
  compare(one.identity.kind, other.identity.kind) ||
  compare(one.identity.name, other.identity.name);

const compare = (one: string, other: string) => (one < other ? -1 : Number(one > other));

const nameOf = (event: HookEvent, { key }: Pick<Hook, 'key'>) => `${event} ${key}`;

export const isDone = ({ done }: HookRun, event: HookEvent, hook: Hook) => done.includes(nameOf(event, hook));

export const withDone = (run: HookRun, event: HookEvent, hook: Hook): HookRun => ({
  ...run,
  done: [...run.done, nameOf(event, hook)],
});

/** What was made for an attempt that failed is known by it, and is not taken for the next one's. */
export const withFailure = (run: HookRun): HookRun => ({ ...run, attempt: run.attempt + 1 });

/** Stands on everything that a hook makes, so that a run which is killed doesn't make it a second time. */
export const markOf = ({ sequence, attempt }: HookRun, event: HookEvent) => `${event}.${sequence}.${attempt}`;
