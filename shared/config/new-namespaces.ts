import type { z } from 'zod';
import type { NewNamespaces } from '../kubernetes/new-namespaces.ts';

type Environments = {
  environments: Record<string, { cluster: string; namespaces: string[]; newNamespaces?: NewNamespaces | undefined }>;
};

/** What an environment makes by a prefix must be nobody else's, nor be there anyway. */
export function checkNewNamespaces({ environments }: Environments, context: z.RefinementCtx): void {
  for (const [name, { cluster, newNamespaces }] of Object.entries(environments)) {
    if (newNamespaces === undefined) continue;
    const { prefix } = newNamespaces;
    const neighbours = Object.entries(environments).filter(([, other]) => other.cluster === cluster);
    for (const [other, { namespaces, newNamespaces: theirs }] of neighbours) {
      const taken = namespaces.filter((namespace) => namespace.startsWith(prefix));
      if (other !== name && theirs !== undefined && overlap(prefix, theirs.prefix)) taken.push(`${theirs.prefix}*`);
      if (taken.length === 0) continue;
      const message = `must not begin namespaces of the environment ${other} on the same cluster: ${taken.join(', ')}`;
      context.addIssue({ code: 'custom', path: ['environments', name, 'newNamespaces', 'prefix'], message });
    }
  }
}

const overlap = (one: string, other: string) => one.startsWith(other) || other.startsWith(one);
