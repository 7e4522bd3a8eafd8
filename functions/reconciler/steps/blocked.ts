import { describeIdentity } from '../../../shared/manifests/object.ts';
import type { Problem } from '../../../shared/problem.ts';
import type { Findings } from '../decide-result.ts';
import type { Prepared } from '../prepared.ts';
import type { Step } from './plan-steps.ts';

/** Says of the steps that could not begin what they wait for. */
export function describeBlocked(steps: readonly Step[], { failures, unhealthy, waiting }: Findings): Problem[] {
  const [cause] = [...failures.map(({ problem }) => problem), ...unhealthy, ...waiting];
  if (cause === undefined) return [];
  const reason = cause.object ?? 'what is said above';
  return steps.flatMap((step): Problem[] => {
    if (step.do === 'apply') return [{ message: `${waveName(step)}${list(step.objects)} waits for ${reason}` }];
    if (step.do === 'hooks') return [{ message: `the ${step.event} hooks: ${list(step.hooks)} waits for ${reason}` }];
    return [];
  });
}

const waveName = ({ wave }: { wave: number }) => (wave === 0 ? '' : `wave ${wave}: `);

function list(objects: readonly Prepared[]): string {
  const [first] = objects;
  const more = objects.length - 1;
  const name = first === undefined ? '' : describeIdentity(first.identity);
  return more > 0 ? `${name} (and ${more} more)` : name;
}
