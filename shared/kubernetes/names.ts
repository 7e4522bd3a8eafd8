import { createHash } from 'node:crypto';

/** The names that Plumbline leaves in a cluster. They are part of its contract: a change of one orphans objects. */

/** Holds the environments' ServiceAccounts and nothing else. No environment may ever write to it. */
export const systemNamespace = 'plumbline-system';

/** On every object that Plumbline applied: which application it belongs to, for LISTs. */
export const applicationLabel = 'plumbline.dev/application';

/** The Kubernetes group that a cluster's access entry gives to the reconciler's IAM role. */
export const reconcilerGroup = 'plumbline:reconciler';

export const annotations = {
  /** `keep`: never prune this object. `delete`: prune it even where data would be kept (see `planPrune`). */
  prune: 'plumbline.dev/prune',
  /** `force`, `yield` or `fail`: what to do when another field manager owns a field of this object. */
  conflict: 'plumbline.dev/conflict',
  /** `correct`, `report` or `ignore`: what to do when the live object differs. */
  drift: 'plumbline.dev/drift',
  /** `always`, `create-only` or `never`. */
  apply: 'plumbline.dev/apply',
  /** `when-immutable`: delete it and make it anew where a field changes that can't be changed. */
  replace: 'plumbline.dev/replace',
  /** A whole number: objects of a lower wave are applied, and healthy, before those of a higher one are. */
  wave: 'plumbline.dev/wave',
  /** Ours, on what hooks made: which event and attempt it was made for. */
  hookRun: 'plumbline.dev/hook-run',
} as const;

export const managerPrefix = 'plumbline:';

export type ApplicationName = { environment: string; application: string };

/** `environment.application`; where that is over the 63 characters of a label's value, it is cut and ends in a hash of the whole. */
export const labelValue = ({ environment, application }: ApplicationName) =>
  shorten(`${environment}.${application}`, 63, '.');

export const labelSelector = (name: ApplicationName) => `${applicationLabel}=${labelValue(name)}`;

/** `plumbline:environment/application`, within the API server's 128 characters. */
export const fieldManager = ({ environment, application }: ApplicationName) =>
  shorten(`${managerPrefix}${environment}/${application}`, 128, '.');

/** Whom the reconciler impersonates for everything that it does for this environment. */
export const userOf = (environment: string) => `system:serviceaccount:${systemNamespace}:${environment}`;

/** On Namespaces that an environment made itself: its name. */
export const environmentLabel = 'plumbline.dev/environment';

/** The second ServiceAccount of an environment that makes namespaces itself. No environment can be called like this: a name has no dot. */
export const namespaceMakerOf = (environment: string) => `${environment}.namespaces`;

/** The ClusterRole that says what it may do in such a namespace. */
export const namespacedRoleOf = (environment: string) => `plumbline-${environment}.namespaced`;

/** The Role (in each of its namespaces) and ClusterRole that say what an environment may do. */
export const roleOf = (environment: string) => `plumbline-${environment}`;

function shorten(text: string, length: number, separator: string): string {
  if (text.length <= length) return text;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return `${text.slice(0, length - hash.length - separator.length)}${separator}${hash}`;
}
