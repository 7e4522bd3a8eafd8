import { valueAt } from '../../health/read.ts';
import type { PodFault } from './level.ts';
import {
  below,
  containersOf,
  contextsOf,
  fault,
  hasOwnUsers,
  itemsOf,
  type Part,
  type PodTemplate,
} from './pod-part.ts';

/**
 * What the level `baseline` doesn't allow: the known ways out of a container onto its node.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
 * @see https://github.com/kubernetes/pod-security-admission/tree/v0.36.3/policy
 */
export function baselineFaults({ metadata, spec }: PodTemplate): PodFault[] {
  const containers = containersOf(spec);
  const contexts = contextsOf(spec);
  return [
    ...['hostNetwork', 'hostPID', 'hostIPC'].flatMap((field) => unlessNot(below(spec, field))),
    ...itemsOf(spec, 'volumes').flatMap(hostPath),
    ...itemsOf(below(spec, 'securityContext'), 'sysctls').flatMap(sysctl),
    ...contexts.flatMap((context) => [
      ...confinement(context),
      ...unlessNot(below(context, 'windowsOptions.hostProcess')),
    ]),
    ...containers.flatMap((container) => [
      ...unlessNot(below(container, 'securityContext.privileged')),
      ...capabilities(container),
      ...hostPorts(container),
      ...hosts(container),
      ...(hasOwnUsers(spec) ? [] : procMount(container)),
    ]),
    ...appArmorAnnotations(metadata),
  ];
}

const unlessNot = (part: Part) => (part.value === true ? [fault(part, 'false, or nothing')] : []);

const hostPath = (volume: Part) => {
  const path = below(volume, 'hostPath');
  return path.value == null ? [] : [fault(path, 'any other kind of volume')];
};

const allowedCapabilities = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);

function capabilities(container: Part): PodFault[] {
  return itemsOf(below(container, 'securityContext.capabilities'), 'add')
    .filter(({ value }) => !allowedCapabilities.has(String(value)))
    .map((each) => fault(each, [...allowedCapabilities].join(', ')));
}

const hostPorts = (container: Part): PodFault[] =>
  itemsOf(container, 'ports')
    .map((port) => below(port, 'hostPort'))
    .filter(({ value }) => value !== undefined && value !== null && Number(value) !== 0)
    .map((port) => fault(port, 'nothing: a Service reaches the pod without it'));

const handlers = ['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle.postStart', 'lifecycle.preStop'];

/** A probe of another host makes requests in the node's name. */
const hosts = (container: Part): PodFault[] =>
  handlers
    .flatMap((handler) => [below(container, `${handler}.httpGet.host`), below(container, `${handler}.tcpSocket.host`)])
    .filter(({ value }) => value != null && value !== '')
    .map((host) => fault(host, 'nothing: the pod itself is asked'));

export const procMount = (container: Part): PodFault[] =>
  unlessAmong(below(container, 'securityContext.procMount'), ['Default']);

const profiles = ['RuntimeDefault', 'Localhost'];
const seLinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];

/** What the node's kernel keeps a container from, taken away. */
function confinement(context: Part): PodFault[] {
  return [
    ...unlessAmong(below(context, 'seccompProfile.type'), profiles),
    ...unlessAmong(below(context, 'appArmorProfile.type'), profiles),
    ...unlessAmong(below(context, 'seLinuxOptions.type'), seLinuxTypes),
    ...unlessAmong(below(context, 'seLinuxOptions.user'), ['']),
    ...unlessAmong(below(context, 'seLinuxOptions.role'), ['']),
  ];
}

function unlessAmong(part: Part, values: readonly string[]): PodFault[] {
  if (part.value == null || values.includes(String(part.value))) return [];
  const named = values.filter((value) => value !== '');
  return [fault(part, [...named, 'nothing'].join(', '))];
}

const allowedSysctls = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
]);

const sysctl = (setting: Part): PodFault[] =>
  allowedSysctls.has(String(valueAt(setting.value, 'name')))
    ? []
    : [fault(below(setting, 'name'), [...allowedSysctls].join(', '))];

const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/';

/** As it was said before there was a field. */
function appArmorAnnotations({ path, value }: Part): PodFault[] {
  const annotations = valueAt(value, 'annotations');
  return Object.entries(annotations ?? {})
    .filter(([key, profile]) => key.startsWith(appArmorPrefix) && !/^($|runtime\/default$|localhost\/)/.test(profile))
    .map(([key, profile]) =>
      fault({ path: `${path}.annotations["${key}"]`, value: profile }, 'runtime/default, localhost/…'),
    );
}
