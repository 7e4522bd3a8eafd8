import { beforeEach, describe, expect, it } from 'vitest';
import type { ApiAnswer } from '../../../shared/kubernetes/transport.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { createFakeApiServer, type FakeApiServer, status } from '../../fakes/api-server.ts';
import { deployment } from '../../support/manifests.ts';
import { createWorld, type World } from '../../support/reconciler-world.ts';

let server: FakeApiServer;
let world: World;

const logAnswer = (text: string): ApiAnswer => ({ status: 200, headers: { 'content-type': 'text/plain' }, text });
const isLog = (path: string) => path.includes('/pods/web-1/log?');
const base64 = (text: string) => Buffer.from(text).toString('base64');

beforeEach(async () => {
  server = createFakeApiServer();
  server.rollout = (object) => ({ observedGeneration: object.metadata.generation, replicas: 1, updatedReplicas: 1 });
  world = await createWorld({ transport: server.transport, namespace: 'staging' });
});

/** A pod of the Deployment web that keeps crashing, with a Secret of somebody else's. */
async function crash(spec: object = {}) {
  await put('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-1', namespace: 'staging', labels: { app: 'web' } },
    spec,
  });
  const status = {
    name: 'web',
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { exitCode: 1, reason: 'Error' } },
  };
  server.edit('Pod', 'web-1', (pod) => Object.assign(pod, { status: { containerStatuses: [status] } }), 'kubelet');
}

async function put(plural: string, object: KubernetesObject) {
  const path = `/api/v1/namespaces/staging/${plural}/${object.metadata.name}?fieldManager=other`;
  const headers = { 'content-type': 'application/apply-patch+yaml' };
  await server.transport({ method: 'PATCH', path, headers, body: JSON.stringify(object) }, 1000);
}

async function told(settings: Parameters<World['commit']>[1]) {
  await world.commit([deployment('web', { replicas: 1 })], { timeoutSeconds: 1, ...settings });
  await world.reconcile();
  return (await world.state())?.problems.map(({ message }) => message).join('\n') ?? '';
}

const reason = 'pod web-1: container web: CrashLoopBackOff: ended with exit code 1 (Error)';

describe('fault 51: a crashing container', () => {
  it('is told with its last lines, of the run that ended, where logs may be shown', async () => {
    await crash();
    server.intercept = ({ path }) =>
      isLog(path) ? logAnswer('starting\n\u001b[31mcan not reach the database\u001b[0m\nbye\u0007\n') : undefined;
    expect(await told({ podLogs: 'show' })).toMatch(
      new RegExp(`${reason.replace(/[()]/g, '\\$&')}; its log ends: starting \\| can not reach the database \\| bye$`),
    );
    const asked = server.requests.filter(({ path }) => isLog(path));
    const query = new URL(asked[0]?.path ?? '', 'http://fake').searchParams;
    expect(Object.fromEntries(query)).toEqual({
      container: 'web',
      previous: 'true',
      tailLines: '10',
      limitBytes: '32768',
    });
  });

  it.each([undefined, 'hide'] as const)('keeps its log to itself by default: %s', async (podLogs) => {
    await crash();
    expect(await told(podLogs === undefined ? {} : { podLogs })).toMatch(
      /CrashLoopBackOff: ended with exit code 1 \(Error\)$/,
    );
    expect(server.requests.some(({ path }) => isLog(path))).toBe(false);
  });

  it.each<[string, () => ApiAnswer]>([
    ['a right that is missing', () => status(403, 'Forbidden', 'User "x" cannot get resource "pods/log"')],
    ['a node that does not answer', () => status(502, 'BadGateway', 'dial tcp 10.0.0.1:10250: connect refused')],
    ['a run that left no log', () => status(400, 'BadRequest', 'previous terminated container "web" not found')],
    ['an empty log', () => logAnswer('\n')],
    [
      'no answer at all',
      () => {
        throw new Error('ETIMEDOUT');
      },
    ],
  ])('is told without them for %s', async (_, answer) => {
    await crash();
    server.intercept = ({ path }) => (isLog(path) ? answer() : undefined);
    expect(await told({ podLogs: 'show' })).toMatch(/CrashLoopBackOff: ended with exit code 1 \(Error\)$/);
  });

  it('fault 65: masks the values of the Secrets that the pod is given', async () => {
    await put('secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'database', namespace: 'staging' },
      data: { url: base64('postgres://u:hunter2@db'), key: base64('line one\nline two\n') },
    });
    const env = [{ name: 'URL', valueFrom: { secretKeyRef: { name: 'database', key: 'url' } } }];
    await crash({
      containers: [{ name: 'web', env }],
      volumes: [{ name: 'gone', secret: { secretName: 'not-there' } }],
    });
    server.intercept = ({ path }) =>
      isLog(path) ? logAnswer('line two\nconnecting to postgres://u:hunter2@db\nrefused') : undefined;
    const text = await told({ podLogs: 'show' });
    expect(text).toContain('its log ends: (masked) | connecting to (masked) | refused');
    expect(JSON.stringify([text, world.lines])).not.toContain('hunter2');
  });

  it('is told with the end of a log that is long', async () => {
    await crash();
    server.intercept = ({ path }) => (isLog(path) ? logAnswer(`${'x'.repeat(5000)} the end`) : undefined);
    const text = await told({ podLogs: 'show' });
    expect(text).toMatch(/its log ends: …x+ the end$/);
    expect(text.length).toBeLessThan(900);
  });
});
