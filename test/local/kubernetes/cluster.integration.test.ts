import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { ensureBinaries } from '../../../local/kubernetes/binaries.ts';
import { type LocalCluster, startCluster } from '../../../local/kubernetes/cluster.ts';
import { temporaryFolder } from '../tools/temporary.ts';
import { type Admin, adminOf, expectNobodyListens, patience, processesWith } from './cluster-client.ts';
import { authenticator, itKnowsWhoIsWho } from './identity-suite.ts';
import { itRunsWorkloads } from './workload-suite.ts';

// Building the programs of a cluster takes minutes on a machine that has none of them yet.
const minutes = 60_000;

let cluster: LocalCluster;
let admin: Admin;

beforeAll(async () => {
  cluster = await startCluster({ authenticator });
  admin = await adminOf(cluster);
}, 30 * minutes);

afterAll(() => cluster?.stop());

describe('a local cluster', () => {
  it('is of the version that it says, and has two nodes that are ready', async () => {
    expect((await admin.get('/version')).gitVersion).toBe(cluster.version);
    const { items } = await admin.get('/api/v1/nodes');
    expect(items.map((node: { metadata: { name: string } }) => node.metadata.name)).toEqual(['node-1', 'node-2']);
  });
});

describe('workloads in a local cluster', () => {
  itRunsWorkloads(() => admin);
});

describe('who is who in a local cluster', () => {
  itKnowsWhoIsWho(() => ({ cluster, admin }));
});

describe('at the end of a local cluster', () => {
  const sources = fileURLToPath(new URL('../../../local/kubernetes', import.meta.url));

  it('nothing is left when it is stopped', async () => {
    const other = await startCluster();
    expect(await processesWith(other.logs)).toHaveLength(5);
    await other.stop();
    expect(await processesWith(other.logs)).toEqual([]);
    expect(existsSync(other.logs)).toBe(false);
    await expectNobodyListens(other.adminEndpoint);
  });

  it.each([0, 1000, 2500])(
    'nothing is left when its process is killed %i ms after the first component started',
    async (delay) => {
      const { owner, folder } = await startOwner();
      await vi.waitFor(async () => expect(await processesWith(folder)).not.toEqual([]), patience);
      await sleep(delay);
      owner.kill('SIGKILL');
      await expectNothingIn(folder);
    },
  );

  it('nothing is left when its process is killed while it is in use', async () => {
    const { owner, folder } = await startOwner();
    const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
    expect(await processesWith(folder)).toHaveLength(5);
    owner.kill('SIGKILL');
    await expectNothingIn(folder);
    await expectNobodyListens((JSON.parse(line) as LocalCluster).adminEndpoint);
  });

  it('a component that does not start is named with the end of its log, and nothing is left', async () => {
    const folder = await temporaryFolder();
    const broken = join(await temporaryFolder(), 'etcd');
    await writeFile(broken, '#!/bin/sh\necho "cannot open the database"\nexit 1\n', { mode: 0o755 });
    vi.stubEnv('TMPDIR', folder);
    onTestFinished(() => void vi.unstubAllEnvs());
    const starting = startCluster({ binaries: { ...(await ensureBinaries()), etcd: broken } });
    await expect(starting).rejects.toThrow('etcd has ended. The end of its log:\ncannot open the database');
    await expectNothingIn(folder);
  });

  it('a folder that is too long for a socket is refused, and nothing is left', async () => {
    const folder = join(await temporaryFolder(), 'x'.repeat(80));
    await mkdir(folder);
    vi.stubEnv('TMPDIR', folder);
    onTestFinished(() => void vi.unstubAllEnvs());
    await expect(startCluster()).rejects.toThrow('set TMPDIR to a shorter folder');
    await expectNothingIn(folder);
  });

  it('a component that ends by itself is reported', async () => {
    const messages: string[] = [];
    const other = await startCluster({ onFailure: (message) => messages.push(message) });
    const [scheduler] = await processesWith(`kube-scheduler --kubeconfig=${other.logs}`);
    process.kill(scheduler as number, 'SIGKILL');
    await vi.waitFor(() => expect(messages).toEqual([expect.stringContaining('kube-scheduler has ended.')]), patience);
    await other.stop();
    expect(messages).toHaveLength(1);
  });

  /** A process that starts a cluster in a folder, prints it as JSON, and never ends by itself. */
  async function startOwner() {
    const [folder, scripts] = await Promise.all([temporaryFolder(), temporaryFolder()]);
    const script = join(scripts, 'owner.mts');
    await writeFile(
      script,
      `import { startCluster } from '${sources}/cluster.ts';
       console.log(JSON.stringify(await startCluster()));
       setInterval(() => undefined, 1000);`,
    );
    const env = { ...process.env, TMPDIR: folder };
    return { folder, owner: spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'inherit'] }) };
  }

  async function expectNothingIn(folder: string) {
    await vi.waitFor(async () => expect(await processesWith(folder)).toEqual([]), patience);
    await vi.waitFor(async () => expect(await readdir(folder)).toEqual([]), patience);
  }
});
