import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rbac } from '../../cli/rbac.ts';
import { checkArtifact } from '../../functions/reconciler/check-artifact.ts';
import { prepareArtifact } from '../../functions/reconciler/prepared.ts';
import { userOf } from '../../shared/kubernetes/names.ts';
import { indexResources } from '../../shared/kubernetes/resource.ts';
import { describeProblem } from '../../shared/problem.ts';
import { fakeResources } from '../fakes/fake-kinds.ts';
import { type EksCluster, startEksCluster } from '../support/eks-cluster.ts';
import { escalations } from '../support/escalations.ts';
import { someSettings } from '../support/examples.ts';
import { allowed } from '../support/rbac-cases.ts';
import { refused } from '../support/rbac-refusals.ts';
import { apply, environments, inGit, pod } from '../support/rbac-requests.ts';
import { deployerText } from './template.ts';

const minutes = 60_000;
let eks: EksCluster;

beforeAll(async () => {
  eks = await startEksCluster();
  await eks.kubectl(['apply', '--server-side', '--filename', '-'], await bootstrap());
  for (const namespace of ['shop', 'live', 'kube-system'])
    await eks.kubectl(['--namespace', namespace, 'create', 'secret', 'generic', 'hidden', '--from-literal=a=b']);
}, 30 * minutes);
afterAll(() => eks?.cluster.stop());

/** `plumbline rbac --from DIR`, as an administrator runs it. */
async function bootstrap(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-rbac-'));
  const text = deployerText.replace(/^environments:[\s\S]*?(?=^alerts:)/m, environments);
  await writeFile(join(folder, 'deployer.yaml'), text);
  const from = join(folder, 'environment');
  await mkdir(join(from, 'applications/web'), { recursive: true });
  await writeFile(
    join(from, 'applications/web/all.json'),
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: inGit }),
  );
  let [stdout, stderr] = ['', ''];
  const stream = (take: (text: string) => void) =>
    new Writable({ write: (chunk, _encoding, done) => done(void take(String(chunk))) });
  const code = await rbac(
    { deployer: join(folder, 'deployer.yaml'), from },
    { stdout: stream((text) => (stdout += text)), stderr: stream((text) => (stderr += text)) },
  );
  await rm(folder, { recursive: true });
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

const whose = (user: string | undefined) => user?.split(':').at(-1) ?? 'the reconciler itself';

describe('the rights in a cluster, by the real API server', () => {
  it('know the reconciler by its token, and give it no group but its own', async () => {
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const { json } = await eks.ask({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      body: review,
    });
    expect(json).toMatchObject({
      status: { userInfo: { groups: ['plumbline:reconciler', 'system:authenticated'] } },
    });
  });

  it.each(allowed)('let through: %s, as %s', { timeout: minutes }, async (_what, user, call, status) => {
    const answer = await eks.ask(call, user);
    expect(answer).toMatchObject({ status });
  });

  it.each(refused.map(([what, user, call]) => [what, whose(user), user, call] as const))(
    'refuse: %s, as %s',
    { timeout: minutes },
    async (_what, _whose, user, call) => {
      const { status, message } = await eks.ask(call, user);
      expect({ status, message }).toMatchObject({
        status: 403,
        message: expect.stringMatching(/forbidden|attempting to grant/),
      });
    },
  );
});

describe('fault 64: a manifest that escalates', () => {
  const settings = someSettings({ namespace: 'shop', allowedNamespaces: ['shop', 'jobs'] });
  const context = {
    name: { environment: 'staging', application: 'web' },
    settings,
    resources: indexResources(fakeResources),
  };

  it.each(escalations)(
    'is refused by our policy, and by the cluster as well: %s',
    { timeout: minutes },
    async (...each) => {
      const [, object, call, policy] = each;
      const problems = checkArtifact({ ...prepareArtifact([{ object }], context), settings }).map(describeProblem);
      expect(problems).toEqual([expect.stringMatching(policy)]);
      const { status, message } = await eks.ask(call(object), userOf('staging'));
      expect({ status, message }).toMatchObject({ status: 403, message: expect.stringMatching(/forbidden/) });
    },
  );

  it('is told from a pod that asks for nothing, which is let through', async () => {
    const answer = await eks.ask(apply('/api/v1/namespaces/shop/pods/debug', pod()), userOf('staging'));
    expect(answer).toMatchObject({ status: 201 });
  });
});
