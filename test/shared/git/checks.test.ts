import { expect, test } from 'vitest';
import { createGitHubReporter } from '../../../shared/git/github.client.ts';
import type { Check } from '../../../shared/git/pull-request-ports.ts';
import { createEnvironment, environment, octokitFor, startTestGitHub } from '../../local/github/support.ts';

const repository = 'acme/environment';
const name = 'plumbline/staging';
const check: Check = { digest: 'one', title: 'Planned', summary: 'Summary', text: 'Text', annotations: [] };

async function createWorld() {
  const github = await startTestGitHub();
  const head = await createEnvironment(github);
  await github.moveBranch(repository, 'feature', head ?? null);
  const revision = await github.commit({ repository, branch: 'feature', files: { a: 'a' }, message: 'a' });
  const { number } = await github.openPullRequest(repository, { title: 'a', head: 'feature', base: 'staging' });
  const { appId, privateKey } = github.apps.report;
  const voice = createGitHubReporter({ apiUrl: github.apiUrl, appId, privateKey: async () => privateKey });
  return { github, voice, revision, number };
}

test('a check is begun, found again, ended with annotations, and answered anew by another one', async () => {
  const { github, voice, revision } = await createWorld();
  expect(await voice.check(repository, revision, name)).toBeUndefined();
  const url = await voice.addCheck(repository, revision, { ...check, name });
  const begun = await voice.check(repository, revision, name);
  expect(begun).toEqual({ id: expect.any(Number), digest: 'one', isOver: false, url });
  const annotation = { path: 'a', line: 3, level: 'failure', title: 'ConfigMap a', message: 'is refused' } as const;
  const over: Check = { ...check, digest: 'two', conclusion: 'failure', annotations: [annotation] };
  await voice.changeCheck(repository, begun?.id ?? 0, over);
  expect(await voice.check(repository, revision, name)).toMatchObject({ id: begun?.id, digest: 'two', isOver: true });
  await voice.addCheck(repository, revision, { ...check, digest: 'three', conclusion: 'success', name });
  expect(await voice.check(repository, revision, name)).toMatchObject({ digest: 'three', isOver: true });
  expect(github.records(repository).checkRuns).toMatchObject([
    { conclusion: 'failure', annotations: [{ path: 'a', start_line: 3, end_line: 3, message: 'is refused' }] },
    { conclusion: 'success', annotations: [] },
  ]);
});

test('fault 63: only the App’s own comment is its own, whatever others write', async () => {
  const { github, voice, number } = await createWorld();
  const marker = '<!-- plumbline:plan:staging -->';
  const others = octokitFor(github, 'write');
  await others.issues.createComment({ ...environment, issue_number: number, body: `${marker}\nnot ours` });
  expect(await voice.comment(repository, number, marker)).toBeUndefined();
  await voice.addComment(repository, number, `<!-- plumbline:plan:production -->\nquotes ${marker}`);
  expect(await voice.comment(repository, number, marker)).toBeUndefined();
  await voice.addComment(repository, number, `${marker}\nours`);
  const found = await voice.comment(repository, number, marker);
  expect(found?.body).toBe(`${marker}\nours`);
  await voice.changeComment(repository, found?.id ?? 0, `${marker}\nchanged`);
  expect(github.records(repository).comments.map(({ body }) => body.split('\n')[1])).toEqual([
    'not ours',
    `quotes ${marker}`,
    'changed',
  ]);
});

test('our comment is found behind a hundred others', async () => {
  const { github, voice, number } = await createWorld();
  const marker = '<!-- plumbline:plan:staging -->';
  const user = { login: 'someone', name: 'Someone', email: 's@example.com', type: 'User' as const };
  const at = new Date();
  for (let id = 1; id <= 120; id += 1)
    github.records(repository).comments.push({ id, number, body: 'hello', user, createdAt: at, updatedAt: at });
  await voice.addComment(repository, number, `${marker}\nours`);
  expect((await voice.comment(repository, number, marker))?.body).toBe(`${marker}\nours`);
});
