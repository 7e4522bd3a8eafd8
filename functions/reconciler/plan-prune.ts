import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import {
  type ApplicationName,
  annotations,
  applicationLabel,
  fieldManager,
  labelValue,
} from '../../shared/kubernetes/names.ts';
import { policyOf } from '../../shared/kubernetes/object-policy.ts';
import { isAppliedBy } from '../../shared/kubernetes/ownership.ts';
import { groupOf } from '../../shared/manifests/object.ts';

/** `forget`: it is no longer ours, or is to stay, so the inventory drops it and the object is left alone. */
export type PruneDecision = { do: 'delete'; uid: string } | { do: 'forget'; because: string };

type Input = {
  live: LiveObject;
  /** Of the inventory. */
  uid: string | undefined;
  name: ApplicationName;
  /** The application itself was taken out of Git. */
  isRemoval: boolean;
};

/** Whether an object of the inventory that Git no longer has may be deleted. */
export function decidePrune({ live, uid, name, isRemoval }: Input): PruneDecision {
  if (live.metadata.labels?.[applicationLabel] !== labelValue(name))
    return forget('it no longer carries the label of this application');
  if (live.metadata.uid !== uid && !isAppliedBy(live, fieldManager(name)))
    return forget('somebody else has made it anew');
  const wish = policyOf(live, unsaid);
  if (wish.prune === 'keep' || wish.apply === 'never') return forget('its annotations say that it stays');
  if (isRemoval && wish.prune !== 'delete' && holdsData(live))
    return forget(
      `deleting it would delete data; it goes with its application only if annotated with ${annotations.prune}: delete`,
    );
  return { do: 'delete', uid: live.metadata.uid };
}

/** Only its annotations matter to how an object goes. */
const unsaid = { conflicts: 'fail', drift: 'correct', rules: [] } as const;

const forget = (because: string): PruneDecision => ({ do: 'forget', because });

/** Kinds that take data with them that Git doesn't have. */
const dataKinds = new Set([
  '/Namespace',
  '/PersistentVolumeClaim',
  '/PersistentVolume',
  'apiextensions.k8s.io/CustomResourceDefinition',
]);

export const holdsData = ({ apiVersion, kind }: LiveObject) => dataKinds.has(`${groupOf(apiVersion)}/${kind}`);
