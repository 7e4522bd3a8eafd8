import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine, EngineName } from './engine.ts';
import { startLineProcess } from './line-process.ts';

type Options = {
  /** Of `ensureFluxSsa`. */
  program: string;
  kubeconfig: string;
  namespace: string;
  /** For files. */
  folder: string;
  concurrency: 4 | 16;
};

/** Flux's engine, by `ApplyAll`: it does the same whatever has changed. Reading the objects is not measured. */
export async function startFlux({ program, kubeconfig, namespace, folder, concurrency }: Options): Promise<Engine> {
  const name: EngineName = `Flux, ${concurrency} at once`;
  const process = startLineProcess(program, [kubeconfig], name);
  const file = join(folder, `${namespace}.json`);
  return {
    name,
    namespace,
    async prepare(objects) {
      await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
      return async (watch) => {
        watch(process.pid);
        const { seconds } = await process.ask<{ seconds: number }>({ file, concurrency });
        return seconds;
      };
    },
    close: process.close,
  };
}
