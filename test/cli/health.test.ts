import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { health } from '../../cli/health.ts';
import { runCommand, startInFolder } from '../support/command.ts';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, `../fixtures/health/${name}.yaml`), 'utf8');
const documents = (...texts: string[]) => texts.join('\n---\n');
const lines = (text: string) => text.trimEnd().split('\n');

/** What it says of a file of this content, with the file's name as people would give it. */
async function say(text: string) {
  const file = join(startInFolder({ 'live.yaml': text }).folder, 'live.yaml');
  const { stderr, ...rest } = await runCommand((out) => health(file, out));
  return { ...rest, stderr: stderr.replaceAll(file, 'live.yaml') };
}

const stuck = `apiVersion: v1
kind: Pod
metadata: { name: web-1, namespace: staging, labels: { app: web } }
status:
  phase: Pending
  containerStatuses:
    - { name: web, state: { waiting: { reason: ImagePullBackOff, message: not found } } }
`;
const waiting = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: staging, generation: 1 }
spec: { replicas: 1, selector: { matchLabels: { app: web } } }
status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1 }
`;

describe('plumbline health', () => {
  it('says of several documents, a line each, how they stand, and ends with 1 if one is not healthy', async () => {
    const text = documents(
      fixture('deployment/current'),
      fixture('job/failed'),
      fixture('service/load-balancer-pending'),
    );
    const { code, stdout, stderr } = await say(text);
    expect(lines(stdout)).toEqual([
      'progressing  Service staging/web     its load balancer has no address yet',
      'healthy      Deployment staging/web',
      'failed       Job staging/web         BackoffLimitExceeded: Job has reached the specified backoff limit',
    ]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  it('ends with 0 if all are healthy: a List on standard input, as kubectl prints it', async () => {
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'staging' } }],
    };
    expect(await startInFolder({}).plumbline(['health', '-'], JSON.stringify(list, undefined, 2))).toEqual({
      code: 0,
      stdout: 'healthy      ConfigMap staging/a\n',
      stderr: '',
    });
  });

  it("fault 51: tells a stuck rollout's reason in the words of its pods, where they are in the input", async () => {
    const { stdout } = await say(documents(waiting, stuck));
    expect(stdout).toContain(
      'Deployment staging/web  0 of 1 pods are available; pod web-1: container web: ImagePullBackOff: not found',
    );
  });

  it('keeps to one line for each object, however many a message has', async () => {
    const condition =
      '{type: Ready, status: "False", reason: InstallFailed, message: "timed out\\n\\nLast logs:\\n\\e[2Jbye"}';
    const text = `apiVersion: example.org/v1\nkind: Release\nmetadata: {name: a}\nstatus: {conditions: [${condition}]}\n`;
    expect((await say(text)).stdout).toBe('progressing  Release a  InstallFailed: timed out Last logs: [2Jbye\n');
  });

  it.each([
    ['what is not YAML', 'a: [1\n', /^error: live\.yaml:1: is not valid YAML/],
    ['what is no object', 'kind: Pod\n', /^error: live\.yaml:1: .*apiVersion/],
    [
      'an object without a name',
      'apiVersion: v1\nkind: Pod\nmetadata: {}\n',
      /^error: live\.yaml:1: Pod: metadata\.name: is required/,
    ],
    ['a key that stands twice', 'apiVersion: v1\nkind: Pod\nkind: Job\n', /^error: live\.yaml:3: /],
    ['nothing', '\n', /^error: live\.yaml: has no object in it/],
    ['an empty List', 'apiVersion: v1\nkind: List\nitems: []\n', /^error: live\.yaml: has no object in it/],
  ])('ends with 2 for %s, and says where', async (_, text, message) => {
    const { code, stdout, stderr } = await say(text);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('ends with 2 for a file that is not there, and for no file', async () => {
    const { plumbline } = startInFolder({});
    expect(await plumbline(['health', 'gone.yaml'])).toMatchObject({
      code: 2,
      stderr: 'error: there is no file gone.yaml that can be read\n',
    });
    expect((await plumbline(['health'])).code).toBe(2);
  });
});
