import type { PodSecurityLevel } from '../../shared/kubernetes/pod-security/level.ts';

/** A pod, the strictest level that lets it through, and the first field that the next stricter one names. */
export type PodSecurityCase = {
  title: string;
  /** Put into a pod that `restricted` lets through. */
  pod?: object;
  /** Put into its only container. */
  container?: object;
  annotations?: Record<string, string>;
  strictest: PodSecurityLevel;
  field?: string;
};

const context = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
const own = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
const [inPod, inContainer] = ['spec.securityContext', 'spec.containers[0].securityContext'];

/** A pod that every level lets through, with what a case says. */
export const podOf = ({ pod, container, annotations }: PodSecurityCase) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'example', ...(annotations && { annotations }) },
  spec: {
    securityContext: context,
    containers: [{ name: 'web', image: 'example.com/web:1', securityContext: own, ...container }],
    ...pod,
  },
});

const withContext = (more: object) => ({ securityContext: { ...context, ...more } });
const withOwn = (more: object) => ({ securityContext: { ...own, ...more } });
const volume = (source: object) => ({ volumes: [{ name: 'v', ...source }] });
const adding = (...add: string[]) => withOwn({ capabilities: { drop: ['ALL'], add } });
const http = (host?: string) => ({ httpGet: { port: 80, ...(host !== undefined && { host }) } });

/** Each is asked of our own check and of the real API server. */
export const podSecurityCases: PodSecurityCase[] = [
  { title: 'a pod that asks for nothing', strictest: 'restricted' },

  { title: 'hostNetwork', pod: { hostNetwork: true }, strictest: 'privileged', field: 'spec.hostNetwork' },
  { title: 'hostNetwork: false', pod: { hostNetwork: false }, strictest: 'restricted' },
  { title: 'hostPID', pod: { hostPID: true }, strictest: 'privileged', field: 'spec.hostPID' },
  { title: 'hostIPC', pod: { hostIPC: true }, strictest: 'privileged', field: 'spec.hostIPC' },
  {
    title: 'a hostPath volume',
    pod: volume({ hostPath: { path: '/' } }),
    strictest: 'privileged',
    field: 'spec.volumes[0].hostPath',
  },
  {
    title: 'a privileged container',
    container: { securityContext: { privileged: true } },
    strictest: 'privileged',
    field: `${inContainer}.privileged`,
  },
  {
    title: 'a privileged init container',
    pod: {
      initContainers: [{ name: 'i', image: 'example.com/i:1', securityContext: { privileged: true } }],
    },
    strictest: 'privileged',
    field: 'spec.initContainers[0].securityContext.privileged',
  },
  {
    title: 'a capability beyond the default ones',
    container: adding('NET_BIND_SERVICE', 'SYS_ADMIN'),
    strictest: 'privileged',
    field: `${inContainer}.capabilities.add[1]`,
  },
  {
    title: 'ALL capabilities',
    container: adding('ALL'),
    strictest: 'privileged',
    field: `${inContainer}.capabilities.add[0]`,
  },
  {
    title: 'a default capability',
    container: adding('CHOWN'),
    strictest: 'baseline',
    field: `${inContainer}.capabilities.add[0]`,
  },
  { title: 'a port below 1024', container: adding('NET_BIND_SERVICE'), strictest: 'restricted' },
  {
    title: 'a port of the host',
    container: { ports: [{ containerPort: 80 }, { containerPort: 81, hostPort: 81 }], securityContext: own },
    strictest: 'privileged',
    field: 'spec.containers[0].ports[1].hostPort',
  },
  {
    title: 'a probe of another host',
    container: { livenessProbe: http('10.0.0.1'), securityContext: own },
    strictest: 'privileged',
    field: 'spec.containers[0].livenessProbe.httpGet.host',
  },
  {
    title: 'a hook that speaks to another host',
    container: { lifecycle: { preStop: { tcpSocket: { port: 80, host: '169.254.169.254' } } }, securityContext: own },
    strictest: 'privileged',
    field: 'spec.containers[0].lifecycle.preStop.tcpSocket.host',
  },
  { title: 'a probe', container: { readinessProbe: http(), securityContext: own }, strictest: 'restricted' },
  {
    title: 'an unmasked /proc',
    container: withOwn({ procMount: 'Unmasked' }),
    pod: { hostUsers: false },
    strictest: 'baseline',
    field: `${inContainer}.procMount`,
  },
  {
    title: 'no seccomp profile at all',
    pod: withContext({ seccompProfile: { type: 'Unconfined' } }),
    strictest: 'privileged',
    field: `${inPod}.seccompProfile.type`,
  },
  {
    title: 'a container without a seccomp profile',
    container: withOwn({ seccompProfile: { type: 'Unconfined' } }),
    strictest: 'privileged',
    field: `${inContainer}.seccompProfile.type`,
  },
  {
    title: 'no word of seccomp',
    pod: { securityContext: { runAsNonRoot: true } },
    strictest: 'baseline',
    field: `${inContainer}.seccompProfile.type`,
  },
  {
    title: 'seccomp said by the container',
    pod: { securityContext: { runAsNonRoot: true } },
    container: withOwn({ seccompProfile: { type: 'RuntimeDefault' } }),
    strictest: 'restricted',
  },
  {
    title: 'no AppArmor profile',
    pod: withContext({ appArmorProfile: { type: 'Unconfined' } }),
    strictest: 'privileged',
    field: `${inPod}.appArmorProfile.type`,
  },
  {
    title: 'no AppArmor profile, by an annotation',
    annotations: { 'container.apparmor.security.beta.kubernetes.io/web': 'unconfined' },
    strictest: 'privileged',
    field: 'metadata.annotations["container.apparmor.security.beta.kubernetes.io/web"]',
  },
  {
    title: 'a type of SELinux',
    pod: withContext({ seLinuxOptions: { type: 'spc_t' } }),
    strictest: 'privileged',
    field: `${inPod}.seLinuxOptions.type`,
  },
  {
    title: 'a user of SELinux',
    container: withOwn({ seLinuxOptions: { user: 'system_u' } }),
    strictest: 'privileged',
    field: `${inContainer}.seLinuxOptions.user`,
  },
  {
    title: "a container's type of SELinux",
    pod: withContext({ seLinuxOptions: { type: 'container_t' } }),
    strictest: 'restricted',
  },
  {
    title: 'an unsafe sysctl',
    pod: withContext({ sysctls: [{ name: 'kernel.msgmax', value: '1' }] }),
    strictest: 'privileged',
    field: `${inPod}.sysctls[0].name`,
  },
  {
    title: 'a safe sysctl',
    pod: withContext({ sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '4096 87380 16777216' }] }),
    strictest: 'restricted',
  },
  {
    title: 'a host process of Windows',
    pod: {
      os: { name: 'windows' },
      hostNetwork: true,
      securityContext: {
        runAsNonRoot: true,
        windowsOptions: { hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM' },
      },
    },
    container: { securityContext: {} },
    strictest: 'privileged',
    field: 'spec.hostNetwork',
  },
  {
    title: 'a pod of Windows, which knows nothing of Linux’s means',
    pod: { os: { name: 'windows' }, securityContext: { runAsNonRoot: true } },
    container: { securityContext: {} },
    strictest: 'restricted',
  },

  {
    title: 'a volume of NFS',
    pod: volume({ nfs: { server: 'example.com', path: '/' } }),
    strictest: 'baseline',
    field: 'spec.volumes[0]',
  },
  { title: 'an empty volume', pod: volume({ emptyDir: {} }), strictest: 'restricted' },
  {
    title: 'a container that may escalate',
    container: { securityContext: { capabilities: { drop: ['ALL'] } } },
    strictest: 'baseline',
    field: `${inContainer}.allowPrivilegeEscalation`,
  },
  {
    title: 'a container that keeps its capabilities',
    container: { securityContext: { allowPrivilegeEscalation: false } },
    strictest: 'baseline',
    field: `${inContainer}.capabilities.drop`,
  },
  {
    title: 'a pod that may run as root',
    pod: { securityContext: { seccompProfile: { type: 'RuntimeDefault' } } },
    strictest: 'baseline',
    field: `${inContainer}.runAsNonRoot`,
  },
  {
    title: 'a container that gainsays its pod',
    container: withOwn({ runAsNonRoot: false }),
    strictest: 'baseline',
    field: `${inContainer}.runAsNonRoot`,
  },
  {
    title: 'a pod that runs as root',
    pod: withContext({ runAsUser: 0 }),
    strictest: 'baseline',
    field: `${inPod}.runAsUser`,
  },
  {
    title: 'root that is nobody on the node',
    pod: { hostUsers: false, ...withContext({ runAsUser: 0, runAsNonRoot: false }) },
    strictest: 'restricted',
  },
];
