import type { Inventory } from '../../shared/artifacts/inventory.ts';
import type { PlannedObject } from '../../shared/artifacts/plan.ts';
import { mapConcurrently } from '../../shared/concurrency.ts';
import type { Discovery } from '../../shared/kubernetes/discovery.ts';
import type { HookEvent } from '../../shared/kubernetes/hooks.ts';
import { definitionStage, stageOf } from '../../shared/kubernetes/order.ts';
import { apiVersionOf, indexResources } from '../../shared/kubernetes/resource.ts';
import type { ApplyContext } from './apply-object.ts';
import { concurrentObjects } from './apply-stages.ts';
import type { Hook, Prepared } from './prepared.ts';
import { type Preview, placeOf, previewHook, previewObject } from './preview-object.ts';

/** `newNamespaces`: those that will be made before anything is applied. Default: none. */
type Context = ApplyContext & { discovery: Discovery; inventory: Inventory; newNamespaces?: ReadonlySet<string> };

/** A hook of Helm's, and what it is run for. */
export type PlannedHook = { hook: Hook; event: HookEvent };

export type PreviewedApply = { before: Preview[]; objects: Preview[]; after: Preview[] };

/**
 * Asks what applying these objects, and running hooks before and after it, would do. What goes into a namespace, or is of a kind, that the
 * same revision makes first, can't be asked yet.
 */
export async function previewApply(
  objects: readonly Prepared[],
  hooks: readonly PlannedHook[],
  context: Context,
): Promise<PreviewedApply> {
  const { true: definitions = [], false: others = [] } = Object.groupBy(
    objects,
    ({ identity }) => `${stageOf(identity) === definitionStage}` as const,
  );
  const begun = await each(definitions, (prepared) => previewObject(prepared, context));
  const whyUnchecked = whyUncheckedAfter(definitions, begun, context);
  const looked = await each(others, (prepared) => {
    const unchecked = whyUnchecked(prepared);
    return unchecked === undefined ? previewObject(prepared, context) : presumed(prepared, unchecked, context);
  });
  const run = (all: readonly PlannedHook[]) =>
    each(all, ({ hook, event }): Preview | Promise<Preview> => {
      const unchecked = whyUnchecked(hook);
      return unchecked === undefined
        ? previewHook(hook, event, context)
        : { ...placeOf(hook), action: 'run', event, unchecked };
    });
  const isBefore = ({ event }: PlannedHook) => event.startsWith('pre-');
  return {
    before: await run(hooks.filter(isBefore)),
    objects: [...begun, ...looked],
    after: await run(hooks.filter((hook) => !isBefore(hook))),
  };
}

const each = <Item>(items: readonly Item[], look: (item: Item) => Preview | Promise<Preview>): Promise<Preview[]> =>
  mapConcurrently(items, concurrentObjects, async (item) => look(item));

function whyUncheckedAfter(
  definitions: readonly Prepared[],
  begun: readonly Preview[],
  { discovery, newNamespaces }: Context,
) {
  const namespaces = namespacesAmong(definitions, begun);
  const served = indexResources(discovery.resources);
  return ({ identity, resource }: Prepared): string | undefined => {
    if (served.find(apiVersionOf(resource), resource.kind) === undefined) return 'its kind is new';
    const isNew = namespaces.has(identity.namespace) || newNamespaces?.has(identity.namespace);
    return isNew ? 'its namespace is new' : undefined;
  };
}

/** The inventory knows whether there was one before, perhaps at another version of its kind. */
function presumed(prepared: Prepared, unchecked: string, { inventory }: Context): PlannedObject {
  return inventory.has(prepared.key)
    ? { ...placeOf(prepared), action: 'change', differences: [], unchecked }
    : { ...placeOf(prepared), action: 'create', unchecked };
}

/** The namespaces that would be new. */
function namespacesAmong(objects: readonly Prepared[], previews: readonly Preview[]): ReadonlySet<string> {
  const isNew = ({ identity }: Prepared, index: number) =>
    identity.kind === 'Namespace' && identity.group === '' && previews[index]?.action === 'create';
  return new Set(objects.filter(isNew).map(({ identity }) => identity.name));
}
