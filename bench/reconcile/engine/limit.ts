import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareObject } from '../../../shared/kubernetes/prepare.ts';
import { objectPath, type Resources } from '../../../shared/kubernetes/resource.ts';
import { identityOf } from '../../../shared/manifests/object.ts';
import type { Engine } from './engine.ts';
import { startLineProcess } from './line-process.ts';

type Options = { kubeconfig: string; namespace: string; folder: string; resources: Resources };

const program = fileURLToPath(new URL('./bare-loop.ts', import.meta.url));

/** The bare HTTP loop (see `bare-loop.ts`), with the bodies that the reconciler would send. */
export async function startLimit({ kubeconfig, namespace, folder, resources }: Options): Promise<Engine> {
  const loop = startLineProcess(process.execPath, [program, kubeconfig], 'the bare HTTP loop');
  const file = join(folder, `${namespace}.json`);
  const name = { environment: 'bench', application: namespace };
  const query = new URLSearchParams({ fieldManager: 'bare-loop', fieldValidation: 'Strict', force: 'false' });
  return {
    name: 'bare HTTP loop',
    namespace,
    async prepare(objects) {
      const requests = objects.map((object) => {
        const resource = resources.find(object.apiVersion, object.kind);
        if (resource === undefined) throw new Error(`${object.kind} is not served`);
        const body = prepareObject(object, { name, namespaced: true, defaultNamespace: namespace });
        return { path: `${objectPath(resource, identityOf(body))}?${query}`, body: JSON.stringify(body) };
      });
      await writeFile(file, JSON.stringify(requests));
      return async (watch) => {
        watch(loop.pid);
        return (await loop.ask<{ seconds: number }>({ file })).seconds;
      };
    },
    close: loop.close,
  };
}
