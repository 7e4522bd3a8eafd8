import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import type { Admin } from '../admin.ts';
import { kinds, manyObjects, nameOf } from '../objects.ts';
import type { Engine, Work } from './engine.ts';

/** One thing that is measured, with what makes it possible and what must hold afterwards. */
export type Task = {
  name: string;
  work: Work;
  /** Only what a bare loop can do, too. */
  forLimit: boolean;
  objects(namespace: string): KubernetesObject[];
  /** Before it is measured. */
  arrange(engine: Engine, admin: Admin): Promise<unknown>;
};

const newTag = '1.5.0';
const editedTag = 'by-hand';
const deployments = { apiVersion: 'apps/v1', kind: 'Deployment' };
const imagePath = '/spec/template/spec/containers/0/image';

export const taskNames = {
  first: 'First apply',
  change: 'One changed field',
  nothing: 'Nothing to do',
  repair: (count: number) => `Repair of ${count} drifted`,
};

/** All tasks over a set of objects, in an order in which each leaves what the next one needs. */
export function tasksFor(size: number, { isSmallest, hasFirst }: { isSmallest: boolean; hasFirst: boolean }): Task[] {
  const before = { work: 'check' as const, forLimit: false, arrange: async () => {} };
  const original = (namespace: string) => manyObjects(size, { namespace });
  const changed = (namespace: string) => manyObjects(size, { namespace, tags: { 0: newTag } });
  const first: Task = { ...before, name: taskNames.first, work: 'first', forLimit: true, objects: original };
  const nothing = { ...before, name: taskNames.nothing, objects: isSmallest ? changed : original };
  const change: Task = { ...before, name: taskNames.change, work: 'revision', objects: changed };
  const repairs = [1, 100].map((count) => repairOf(Math.min(count, Math.floor(size / kinds.length)), changed));
  return [...(hasFirst ? [first] : []), ...(isSmallest ? [change] : []), nothing, ...(isSmallest ? repairs : [])];
}

function repairOf(count: number, objects: Task['objects']): Task {
  return {
    name: taskNames.repair(count),
    work: 'check',
    forLimit: false,
    objects,
    arrange: ({ namespace }, admin) =>
      Promise.all(
        Array.from({ length: count }, (_, index) => {
          const name = nameOf(index);
          return admin.edit(
            { ...deployments, namespace, name },
            imagePath,
            `registry.example.com/${name}:${editedTag}`,
          );
        }),
      ),
  };
}

/** @throws Error if the cluster doesn't have exactly these objects, with the images that they name */
export async function verify(task: Task, { name, namespace }: Engine, admin: Admin): Promise<void> {
  const wanted = task.objects(namespace);
  for (const kind of kinds) {
    const expected = wanted
      .filter((object) => object.kind === kind.kind)
      .map(describe)
      .sort();
    const found = (await admin.list(kind, namespace)).filter(({ metadata }) => metadata.name !== 'default');
    const live = found.map(describe).sort();
    const wrong = live.filter((each, index) => each !== expected[index]);
    if (wrong.length > 0 || live.length !== expected.length)
      throw new Error(
        `after "${task.name}" by ${name} the cluster has ${live.length} of ${expected.length} ${kind.kind}s, and ${wrong.length} are wrong, such as ${wrong[0]}`,
      );
  }
}

function describe({ kind, metadata, spec }: KubernetesObject): string {
  const pods = (spec as { template?: { spec?: { containers?: { image?: string }[] } } } | undefined)?.template?.spec;
  return `${kind} ${metadata.name} ${pods?.containers?.[0]?.image ?? ''}`;
}
