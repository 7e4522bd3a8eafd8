import { createRequire } from 'node:module';
import { Webhooks } from '@octokit/webhooks';
import { expect, test, vi } from 'vitest';
import { createEnvironment, octokitFor, startReceiver, startTestGitHub } from './support.ts';

const secret = 'a webhook secret';

type Example = { name: string; examples: Record<string, unknown>[] };
const examples: Example[] = createRequire(import.meta.url)('@octokit/webhooks-examples');

test('deliveries carry headers and a signature that the real library verifies', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  const { url, received } = await startReceiver();
  github.setWebhook({ url, secret });

  await github.commit({ repository: 'acme/environment', branch: 'staging', files: { a: 'ä' }, message: 'Añadir' });
  await vi.waitFor(() => expect(received).toHaveLength(2));

  const { headers, body } = received[1] ?? { headers: {}, body: '' };
  expect(headers).toMatchObject({ 'x-github-event': 'push', 'content-type': 'application/json' });
  expect(headers['user-agent']).toMatch(/^GitHub-Hookshot\//);
  expect(headers['x-github-delivery']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(headers['x-hub-signature']).toMatch(/^sha1=[0-9a-f]{40}$/);
  const signature = String(headers['x-hub-signature-256']);
  expect(await new Webhooks({ secret }).verify(body, signature)).toBe(true);
  expect(await new Webhooks({ secret: 'another' }).verify(body, signature)).toBe(false);
});

test('a failed delivery is recorded and not tried again, until somebody asks for it', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  let status = 500;
  const { url, received } = await startReceiver(() => status);
  github.setWebhook({ url, secret });
  await github.commit({ repository: 'acme/environment', branch: 'staging', files: { a: 'a' }, message: 'a' });
  await vi.waitFor(() => expect(github.deliveries.at(-1)).toMatchObject({ event: 'push', status: 500 }));
  const { id } = github.deliveries.at(-1) ?? { id: '' };
  status = 202;

  const again = await github.redeliver(id);

  expect(again).toMatchObject({ id, event: 'push', status: 202, redelivery: true });
  expect(received.map(({ headers }) => headers['x-github-event'])).toEqual(['ping', 'push', 'push']);
  expect(received[2]?.body).toBe(received[1]?.body);
});

test('an endpoint that is slow or away is given up on', async () => {
  const github = await startTestGitHub({ webhookTimeoutSeconds: 0.2 });
  const { url } = await startReceiver(() => undefined);
  github.setWebhook({ url, secret });
  await github.settled();
  github.setWebhook({ url: 'http://127.0.0.1:1/', secret });
  await github.settled();

  expect(github.deliveries.map(({ status }) => status)).toEqual([undefined, undefined]);
  expect(github.deliveries[0]?.error).toMatch(/timeout/i);
  expect(github.deliveries[1]?.error).toMatch(/ECONNREFUSED|bad port/);
});

test('without a webhook nothing is sent', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  const { url, received } = await startReceiver();
  github.setWebhook({ url, secret });
  github.setWebhook(undefined);

  await github.commit({ repository: 'acme/environment', branch: 'staging', files: { a: 'a' }, message: 'a' });
  await github.settled();

  expect(received).toHaveLength(1);
});

test('a new branch brings only what no other branch had', async () => {
  const github = await startTestGitHub();
  const sha = await createEnvironment(github);
  github.setWebhook({ url: (await startReceiver()).url, secret });

  await github.moveBranch('acme/environment', 'preview', sha);

  const { payload } = github.deliveries.at(-1) ?? {};
  expect(payload).toMatchObject({ created: true, before: '0'.repeat(40), after: sha, commits: [] });
  expect(payload?.head_commit).toMatchObject({ id: sha, added: ['README.md', 'apps/web/deployment.yaml'] });
});

test('payloads have the keys and types of the real ones', { timeout: 180_000 }, async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  github.setWebhook({ url: (await startReceiver()).url, secret });
  const write = octokitFor(github, 'write');
  const author = { name: 'Ada', email: '1815+ada@users.noreply.github.com' };
  const commit = (file: string) =>
    github.commit({
      repository: 'acme/environment',
      branch: 'staging',
      files: { [file]: file },
      message: file,
      author,
    });
  await commit('a');
  const pull = { owner: 'acme', repo: 'environment', title: 'Promote', head: 'staging', base: 'production' };
  await write.pulls.create({ ...pull, body: 'Pins', draft: true });
  await commit('b');
  await github.readyForReview('acme/environment', 1);
  await github.review('acme/environment', 1, { state: 'APPROVED', body: 'Fine' });
  await write.pulls.merge({ owner: 'acme', repo: 'environment', pull_number: 1 });
  await github.settled();

  const sent = github.deliveries.filter(({ event }) => event !== 'ping');
  expect(sent.map(({ event, action }) => action ?? event)).toEqual([
    'push',
    'opened',
    'push',
    'synchronize',
    'ready_for_review',
    'submitted',
    'push',
    'closed',
  ]);
  for (const { event, action, payload } of sent) {
    const real = examples.find(({ name }) => name === event)?.examples.filter((one) => one.action === action) ?? [];
    expect(real.length, `examples of ${event} ${action}`).toBeGreaterThan(0);
    expect(differences(payload, real), `${event} ${action}`).toEqual([]);
  }
});

const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);
const isRecord = (value: unknown): value is Record<string, unknown> => kindOf(value) === 'object';

/** Keys that all examples have and `ours` lacks, and values of a type that no example has. */
function differences(ours: unknown, real: unknown[], path = ''): string[] {
  if (real.length === 0) return [];
  if (Array.isArray(ours)) {
    const items = real.filter(Array.isArray).flat() as unknown[];
    return ours.flatMap((item, index) => differences(item, items, `${path}[${index}]`));
  }
  const kinds = new Set(real.map(kindOf));
  // Where all examples happen to have null, or none, the description judges the type.
  if (!kinds.has(kindOf(ours)) && ours !== null && !(kinds.size === 1 && kinds.has('null')))
    return [`${path} is ${kindOf(ours)}, not ${[...kinds].join(' or ')}`];
  const records = real.filter(isRecord);
  if (!isRecord(ours) || records.length === 0) return [];
  const common = Object.keys(records[0] ?? {}).filter((key) => records.every((record) => key in record));
  const missing = common.filter((key) => !(key in ours)).map((key) => `${path}.${key} is missing`);
  const values = (key: string) => records.filter((record) => key in record).map((record) => record[key]);
  return [
    ...missing,
    ...Object.entries(ours).flatMap(([key, value]) => differences(value, values(key), `${path}.${key}`)),
  ];
}
