import { expect, test } from 'vitest';
import { createEnvironment, environment, octokitFor, startTestGitHub } from './support.ts';

test('the newest status of each context counts, and a person sees them all', async () => {
  const github = await startTestGitHub();
  const sha = await createEnvironment(github);
  const report = octokitFor(github, 'report');
  const set = (context: string, state: 'pending' | 'success' | 'failure', description?: string) =>
    report.repos.createCommitStatus({ ...environment, sha, context, state, ...(description && { description }) });
  const combined = async () => (await report.repos.getCombinedStatusForRef({ ...environment, ref: 'staging' })).data;

  expect((await combined()).state).toBe('pending');
  await set('plumbline/staging', 'pending');
  await set('plumbline/staging', 'failure', 'apps/web/deployment.yaml:3: no such field');
  await set('plumbline/production', 'success');
  expect(await combined()).toMatchObject({ state: 'failure', total_count: 2 });
  await set('plumbline/staging', 'success', 'applied');

  expect(await combined()).toMatchObject({ state: 'success', sha });
  expect(github.statuses('acme/environment', sha)[0]).toMatchObject({
    context: 'plumbline/staging',
    state: 'success',
    description: 'applied',
    creator: { login: 'plumbline-report[bot]' },
  });
});

test.for([
  ['over 140 characters', { description: 'x'.repeat(141) }, 422],
  ['with a link that is none', { target_url: 'javascript:alert(1)' }, 422],
  ['of a state that is none', { state: 'done' }, 422],
  ['on a commit that is none', { sha: 'f'.repeat(40) }, 422],
] as const)('a status %s is refused', async ([, change, status]) => {
  const github = await startTestGitHub();
  const sha = await createEnvironment(github);
  const wanted = { ...environment, sha, state: 'success', ...change } as const;

  const attempt = octokitFor(github, 'report').request('POST /repos/{owner}/{repo}/statuses/{sha}', wanted as never);

  await expect(attempt).rejects.toMatchObject({ status });
  expect(github.statuses('acme/environment', sha)).toEqual([]);
});

test('a deployment without auto_merge: false merges, and without required_contexts: [] waits for statuses', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  const commit = (branch: string, path: string) =>
    github.commit({ repository: 'acme/environment', branch, files: { [path]: 'x' }, message: path });
  const production = await commit('production', 'a');
  await commit('staging', 'b');
  const report = octokitFor(github, 'report');

  const merged = await report.repos.createDeployment({ ...environment, ref: 'production' });
  expect(merged.status).toBe(202);
  expect(await github.head('acme/environment', 'production')).not.toBe(production);

  const sha = await commit('staging', 'c');
  await report.repos.createCommitStatus({ ...environment, sha, state: 'pending' });
  const waiting = report.repos.createDeployment({ ...environment, ref: sha, auto_merge: false });
  await expect(waiting).rejects.toMatchObject({ status: 409 });
  const free = { ...environment, ref: sha, auto_merge: false, required_contexts: [] };
  expect((await report.repos.createDeployment(free)).status).toBe(201);
});

test('a successful deployment makes the older one of its environment inactive', async () => {
  const github = await startTestGitHub();
  const ref = await createEnvironment(github);
  const report = octokitFor(github, 'report');
  const wanted = { ...environment, ref, environment: 'staging', auto_merge: false, required_contexts: [] };
  for (const _ of [1, 2]) {
    const { data } = await report.repos.createDeployment(wanted);
    if (!('id' in data)) throw new Error('no deployment');
    await report.repos.createDeploymentStatus({ ...environment, deployment_id: data.id, state: 'success' });
  }

  const states = github
    .records('acme/environment')
    .deployments.map(({ statuses }) => statuses.map(({ state }) => state));
  expect(states).toEqual([['success', 'inactive'], ['success']]);
});

test('check runs take fifty annotations at a time and end with a conclusion', async () => {
  const github = await startTestGitHub();
  const head_sha = await createEnvironment(github);
  const report = octokitFor(github, 'report');
  const line = { path: 'README.md', start_line: 1, end_line: 1, annotation_level: 'warning', message: 'x' } as const;
  const output = (count: number) => ({ title: 'Plan', summary: 's', annotations: Array(count).fill(line) });
  const { data: run } = await report.checks.create({ ...environment, name: 'plan', head_sha, output: output(50) });
  const check = { ...environment, check_run_id: run.id };

  await expect(report.checks.update({ ...check, output: output(51) })).rejects.toMatchObject({ status: 422 });
  await report.checks.update({ ...check, output: output(10) });
  const { data } = await report.checks.update({ ...check, conclusion: 'success' });

  expect(data).toMatchObject({ status: 'completed', conclusion: 'success', output: { annotations_count: 60 } });
});

test('branches are created, moved and deleted through references', async () => {
  const github = await startTestGitHub();
  const first = await createEnvironment(github);
  const second = await github.commit({
    repository: 'acme/environment',
    branch: 'staging',
    files: { a: 'a' },
    message: 'a',
  });
  const { git } = octokitFor(github, 'write');
  const preview = { ...environment, ref: 'heads/feature/x' };

  await git.createRef({ ...environment, ref: 'refs/heads/feature/x', sha: second });
  await expect(git.createRef({ ...environment, ref: 'refs/heads/feature/x', sha: second })).rejects.toMatchObject({
    status: 422,
  });
  await expect(git.updateRef({ ...preview, sha: first })).rejects.toMatchObject({
    status: 422,
    message: /fast forward/,
  });
  await git.updateRef({ ...preview, sha: first, force: true });
  expect(await github.head('acme/environment', 'feature/x')).toBe(first);
  await git.deleteRef(preview);

  expect(await github.head('acme/environment', 'feature/x')).toBeUndefined();
  await expect(git.deleteRef(preview)).rejects.toMatchObject({ status: 422 });
});
