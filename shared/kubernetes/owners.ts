import type { LiveObject } from './live-object.ts';
import { managerPrefix } from './names.ts';

/** Whose an object is that isn't ours, for people: `staging/api`, or `"helm" and "kubectl-edit"`. */
export type Owners = { applications: string } | { managers: string };

export function ownersOf({ metadata }: LiveObject): Owners {
  const entries = (metadata.managedFields ?? []).filter(({ subresource }) => subresource !== 'status');
  const managers = [...new Set(entries.map(({ manager = '' }) => manager))];
  const applications = managers.filter((manager) => manager.startsWith(managerPrefix));
  if (applications.length > 0)
    return { applications: applications.map((manager) => manager.slice(managerPrefix.length)).join(' and ') };
  return { managers: managers.map((manager) => `"${manager}"`).join(' and ') || 'nobody that is known' };
}
