import { listAt, valueAt } from '../../health/read.ts';
import { procMount } from './baseline.ts';
import type { PodFault } from './level.ts';
import {
  below,
  containersOf,
  contextsOf,
  fault,
  hasOwnUsers,
  isWindows,
  itemsOf,
  type Part,
  type PodTemplate,
} from './pod-part.ts';

/**
 * What the level `restricted` asks for beyond `baseline`.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export function restrictedFaults({ spec }: PodTemplate): PodFault[] {
  const containers = containersOf(spec);
  const forLinux = isWindows(spec)
    ? []
    : [
        ...containers.flatMap(mayEscalate),
        ...containers.flatMap(keepsCapabilities),
        ...mustSay(spec, 'seccompProfile.type', ['RuntimeDefault', 'Localhost']),
      ];
  const asRoot = hasOwnUsers(spec)
    ? containers.flatMap(procMount)
    : [...mustSay(spec, 'runAsNonRoot', [true]), ...contextsOf(spec).flatMap(isRoot)];
  return [...itemsOf(spec, 'volumes').flatMap(volume), ...forLinux, ...asRoot];
}

const volumes = 'configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret'.split(' ');

const volume = (part: Part): PodFault[] =>
  volumes.some((kind) => valueAt(part.value, kind) != null) || valueAt(part.value, 'hostPath') != null
    ? []
    : [fault(part, volumes.join(', '))];

const mayEscalate = (container: Part): PodFault[] => {
  const part = below(container, 'securityContext.allowPrivilegeEscalation');
  return part.value === false ? [] : [fault(part, 'false')];
};

function keepsCapabilities(container: Part): PodFault[] {
  const part = below(container, 'securityContext.capabilities');
  const drop = below(part, 'drop');
  const added = itemsOf(part, 'add').filter(({ value }) => value !== 'NET_BIND_SERVICE');
  return [
    ...(listAt(part.value, 'drop').includes('ALL') ? [] : [fault(drop, '["ALL"]')]),
    ...added.map((each) => fault(each, 'NET_BIND_SERVICE')),
  ];
}

/** Said of the pod, or of each of its containers, and nowhere gainsaid. */
function mustSay(spec: Part, field: string, values: readonly unknown[]): PodFault[] {
  const [pod, ...containers] = contextsOf(spec).map((context) => below(context, field));
  const accepted = values.join(', ');
  const isSaid = (part: Part | undefined) => values.includes(part?.value);
  const missing = isSaid(pod) ? [] : containers.filter(({ value }) => value == null);
  const gainsaid = [pod, ...containers].filter((part) => part?.value != null && !isSaid(part));
  return [...gainsaid, ...missing].flatMap((part) => (part === undefined ? [] : [fault(part, accepted)]));
}

const isRoot = (context: Part): PodFault[] => {
  const user = below(context, 'runAsUser');
  return user.value != null && Number(user.value) === 0 ? [fault(user, 'any other user, or nothing')] : [];
};
