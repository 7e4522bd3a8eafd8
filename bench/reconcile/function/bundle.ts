import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readAssembly } from '../../../local/aws/template/assembly.ts';
import { localDeployer } from '../../../local/stack/deployer.ts';
import type { LocalEnvironment } from '../../../local/stack/settings.ts';
import { synthesize } from '../../../local/stack/synthesize.ts';
import { createTemporaryFolder } from '../../../local/tools/guardian.ts';
import type { Progress } from '../../../local/tools/progress.ts';
import { deployerSchema } from '../../../shared/config/deployer.ts';
import { variables } from '../../../shared/environment-variables.ts';
import { environment } from './revisions.ts';

/** The reconciler as `cdk deploy` would upload it, with what the template says of it. */
export type Bundle = {
  folder: string;
  bytes: number;
  handler: string;
  timeoutSeconds: number;
  memoryMegabytes: number;
  /** The configuration, which comes in a layer. */
  configurationFile: string;
  remove(): Promise<void>;
};

/** Synthesizes the stack, and finds the reconciler in it. */
export function buildBundle(progress: Progress): Promise<Bundle> {
  return progress('Bundling the functions', async () => {
    const { path, remove } = await createTemporaryFolder('plumbline-bench-bundle');
    const [deployer, configurationFile, output] = ['deployer.yaml', 'deployer.json', 'cdk.out'].map((name) =>
      join(path, name),
    ) as [string, string, string];
    const text = localDeployer(nobody, [some]);
    await writeFile(deployer, text);
    await writeFile(configurationFile, JSON.stringify(deployerSchema.parse(JSON.parse(text))));
    await synthesize(deployer, output);
    return { ...(await readReconciler(output)), configurationFile, remove };
  });
}

/** A stack has at least one environment; which objects it is about, the reconciler is told by the revision. */
const some: LocalEnvironment = {
  ...{ name: environment, namespaces: [environment], secrets: 'refuse', clusterKinds: [], rules: [], clusterRules: [] },
};

/** Nobody is asked for it: the reconciler knows no GitHub. */
const app = { appId: 1, installationId: 1, privateKey: '' };
const nobody = { apiUrl: 'http://127.0.0.1:1', apps: { read: app, write: app, report: app } };

type FunctionResource = {
  Type: string;
  Metadata?: { 'aws:asset:path'?: string };
  Properties?: {
    Handler?: string;
    Timeout?: number;
    MemorySize?: number;
    Environment?: { Variables?: Record<string, unknown> };
  };
};

async function readReconciler(output: string) {
  const stacks = await readAssembly(output);
  const all = stacks.flatMap(({ template }) => Object.values(template.Resources) as FunctionResource[]);
  const found = all.find(({ Properties }) => Properties?.Environment?.Variables?.[variables.cluster] !== undefined);
  const { Handler = '', Timeout = 0, MemorySize = 0 } = found?.Properties ?? {};
  const folder = join(output, found?.Metadata?.['aws:asset:path'] ?? '');
  const { size: bytes } = await stat(join(folder, `${Handler.split('.')[0]}.mjs`));
  return { folder, bytes, handler: Handler, timeoutSeconds: Timeout, memoryMegabytes: MemorySize };
}
