import { groupOf } from '../../shared/manifests/object.ts';

type Type = { apiVersion: string; kind: string };

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Built-in kinds whose names may hold more than a DNS name: `system:node`, `example.com:signer:bundle`, an IP address. */
const freeGroups = ['rbac.authorization.k8s.io', 'certificates.k8s.io', 'networking.k8s.io/IPAddress'];

/**
 * What is wrong with an object's name, if anything. Custom and aggregated resources make rules of their own: of them only what no
 * API server takes is refused here.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
 */
export function nameFault(name: unknown, { apiVersion, kind }: Type): string | undefined {
  if (name === undefined || name === null || name === '') return 'is required';
  if (typeof name !== 'string') return `must be text; found ${typeof name}`;
  if (name.length > 253) return `must have at most 253 characters; found ${name.length}`;
  const group = groupOf(apiVersion);
  const isBuiltIn = group === '' || !group.includes('.') || group.endsWith('.k8s.io');
  if (isBuiltIn && !freeGroups.includes(group) && !freeGroups.includes(`${group}/${kind}`)) {
    return subdomain.test(name)
      ? undefined
      : `must be lower-case letters, digits, "-" and "."; found ${printable(name)}`;
  }
  const isSegment = !/[/%]/.test(name) && name !== '.' && name !== '..';
  return isSegment ? undefined : `must be usable in a URL's path, without "/" and "%"; found ${printable(name)}`;
}

export function namespaceFault(namespace: unknown): string | undefined {
  if (namespace === undefined || namespace === null || namespace === '') return undefined;
  if (typeof namespace !== 'string') return `must be text; found ${typeof namespace}`;
  return label.test(namespace) ? undefined : `must be a DNS label; found ${printable(namespace)}`;
}

const printable = (name: string) => JSON.stringify(name.replace(/[^\x20-\x7e]/g, '?').slice(0, 80));
