import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnGuarded, tailOf } from '../../../local/tools/guarded-process.ts';
import { type Engine, inSeconds } from './engine.ts';

type Options = { kubectl: string; kubeconfig: string; namespace: string; folder: string };

/** `kubectl apply --server-side`, started anew for each pass, as it is used. */
export async function startKubectl({ kubectl, kubeconfig, namespace, folder }: Options): Promise<Engine> {
  const [file, output] = [join(folder, `${namespace}.json`), join(folder, `${namespace}.log`)];
  const args = ['--kubeconfig', kubeconfig, 'apply', '--server-side', '--force-conflicts', '--filename', file];
  const env = { ...process.env, KUBECACHEDIR: join(folder, `${namespace}-cache`) };
  return {
    name: 'kubectl',
    namespace,
    async prepare(objects) {
      await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
      return (watch) =>
        inSeconds(async () => {
          const { pid, exited } = spawnGuarded(kubectl, args, { name: 'kubectl', env, output: { file: output } });
          watch(pid);
          const { code } = await exited;
          if (code !== 0) throw new Error(`kubectl failed:\n${await tailOf(output)}`);
        });
    },
    close: async () => {},
  };
}
