import { join } from 'node:path';
import { SetupError } from '../tools/setup-error.ts';
import type { Pki } from './pki.ts';

/** What the arguments of the components depend on. */
export type Layout = {
  /** Everything of this cluster lies in here. Absolute. */
  folder: string;
  /** Of the API server, on 127.0.0.1. */
  port: number;
  pki: Pki['files'];
  /** Kubeconfig of the webhook that reviews tokens; none: tokens of service accounts only. */
  tokenWebhook?: string | undefined;
};

/** Of throwaway data, so never flushed to disk. It listens on a socket that only this user can open, and no port is lost to somebody else. */
export function etcdArguments({ folder }: Pick<Layout, 'folder'>): string[] {
  return flags({
    name: 'plumbline-local',
    'data-dir': join(folder, 'etcd'),
    'listen-client-urls': etcdUrl(folder),
    // Told to the members of an etcd cluster, of which there are none, as nobody listens for peers either (port 0).
    'advertise-client-urls': 'http://127.0.0.1:1',
    'listen-peer-urls': 'http://127.0.0.1:0',
    'unsafe-no-fsync': true,
    'log-level': 'warn',
  });
}

/** As EKS runs it where clients could tell: RBAC, the default admission plugins, its service addresses, tokens by webhook. */
export function apiServerArguments({ folder, port, pki, tokenWebhook }: Layout): string[] {
  return flags({
    'etcd-servers': etcdUrl(folder),
    'bind-address': '127.0.0.1',
    'advertise-address': '127.0.0.1',
    'secure-port': port,
    // Endpoints may not be loopback addresses, and no pod here could reach this one.
    'endpoint-reconciler-type': 'none',
    'tls-cert-file': pki.serving,
    'tls-private-key-file': pki.servingKey,
    'cert-dir': join(folder, 'apiserver'),
    'client-ca-file': pki.authority,
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': pki.accounts,
    'service-account-signing-key-file': pki.accountsKey,
    'service-cluster-ip-range': '10.100.0.0/16',
    'authorization-mode': 'RBAC',
    'allow-privileged': true,
    profiling: false,
    ...webhookFlags(tokenWebhook),
  });
}

function webhookFlags(config: string | undefined): Flags {
  if (config === undefined) return {};
  return {
    'authentication-token-webhook-config-file': config,
    'authentication-token-webhook-version': 'v1',
    // Access entries change while stories are played; a refusal is remembered as long as an approval.
    'authentication-token-webhook-cache-ttl': '1s',
  };
}

/** Every controller that Kubernetes starts by default, as one identity with all rights. */
export function controllerManagerArguments({ folder, pki }: Layout): string[] {
  return flags({
    ...controllerFlags(folder),
    'root-ca-file': pki.authority,
    'service-account-private-key-file': pki.accountsKey,
    'concurrent-deployment-syncs': 16,
    'concurrent-replicaset-syncs': 16,
    'concurrent-service-endpoint-syncs': 16,
    'concurrent-gc-syncs': 32,
  });
}

export function schedulerArguments({ folder }: Layout): string[] {
  return flags(controllerFlags(folder));
}

/** `stages`: files that say what becomes of nodes, pods and volumes. */
export function kwokArguments({ folder }: Layout, stages: readonly string[]): string[] {
  const common = {
    kubeconfig: kubeconfigIn(folder),
    'manage-all-nodes': true,
    cidr: '10.244.0.0/16',
    'node-ip': '127.0.0.1',
  };
  return [...flags({ ...common, 'node-lease-duration-seconds': 40 }), ...stages.map((stage) => `--config=${stage}`)];
}

/** The kubeconfig with all rights. */
export function kubeconfigIn(folder: string): string {
  return join(folder, 'kubeconfig');
}

function controllerFlags(folder: string): Flags {
  return {
    kubeconfig: kubeconfigIn(folder),
    // There is one of each, and nobody asks for its metrics.
    'leader-elect': false,
    'secure-port': 0,
    'kube-api-qps': 1000,
    'kube-api-burst': 2000,
  };
}

/** The address of a Unix socket is short: 104 bytes on macOS, 108 on Linux, the zero at its end included. */
function etcdUrl(folder: string): string {
  const path = join(folder, 'etcd.sock');
  if (Buffer.byteLength(path) < 104) return `unix://${path}`;
  throw new SetupError(`${path} is too long for the address of a socket: set TMPDIR to a shorter folder, such as /tmp`);
}

type Flags = Record<string, string | number | boolean>;

function flags(values: Flags): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}
