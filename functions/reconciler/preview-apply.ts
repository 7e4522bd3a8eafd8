import type { Inventory } from '../../shared/artifacts/inventory.ts';
import type { PlannedObject } from '../../shared/artifacts/plan.ts';
import { mapConcurrently } from '../../shared/concurrency.ts';
import type { Discovery } from '../../shared/kubernetes/discovery.ts';
import { definitionStage, stageOf } from '../../shared/kubernetes/order.ts';
import { apiVersionOf, indexResources } from '../../shared/kubernetes/resource.ts';
import type { ApplyContext } from './apply-object.ts';
import { concurrentObjects } from './apply-stages.ts';
import type { Prepared } from './prepared.ts';
import { type Preview, placeOf, previewObject } from './preview-object.ts';

type Context = ApplyContext & { discovery: Discovery; inventory: Inventory };

/**
 * Asks what applying these objects would do. What goes into a namespace, or is of a kind, that the same revision makes first, can't be
 * asked yet.
 */
export async function previewApply(objects: readonly Prepared[], context: Context): Promise<Preview[]> {
  const { true: definitions = [], false: others = [] } = Object.groupBy(
    objects,
    ({ identity }) => `${stageOf(identity) === definitionStage}` as const,
  );
  const begun = await previewEach(definitions, () => undefined, context);
  const namespaces = namespacesAmong(definitions, begun);
  const { resources } = context.discovery;
  const served = indexResources(resources);
  const whyUnchecked = ({ identity, resource }: Prepared) => {
    if (served.find(apiVersionOf(resource), resource.kind) === undefined) return 'its kind is new';
    return namespaces.has(identity.namespace) ? 'its namespace is new' : undefined;
  };
  return [...begun, ...(await previewEach(others, whyUnchecked, context))];
}

type WhyUnchecked = (prepared: Prepared) => string | undefined;

function previewEach(objects: readonly Prepared[], whyUnchecked: WhyUnchecked, context: Context): Promise<Preview[]> {
  return mapConcurrently(objects, concurrentObjects, async (prepared): Promise<Preview> => {
    const unchecked = whyUnchecked(prepared);
    return unchecked === undefined ? previewObject(prepared, context) : presumed(prepared, unchecked, context);
  });
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
