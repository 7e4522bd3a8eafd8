import { expect, test } from 'vitest';
import { allRoutes } from '../../../local/github/routes/all.ts';
import { createArchives } from '../../../local/github/routes/archives.ts';
import type { World } from '../../../local/github/world.ts';
import { createEnvironment, environment, manifest, octokitFor, octokitOfApp, startTestGitHub } from './support.ts';

const commitMutation = `mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } }
}`;

test('every route is called by the real Octokit and answers as GitHub describes it', { timeout: 60_000 }, async () => {
  const github = await startTestGitHub();
  const first = await createEnvironment(github);
  const changed = await github.commit({
    repository: 'acme/environment',
    branch: 'staging',
    files: { 'apps/web/deployment.yaml': manifest.replace('1.0.0', '1.1.0') },
    message: 'Deploy 1.1.0',
  });
  const read = octokitFor(github, 'read');
  const write = octokitFor(github, 'write');
  const report = octokitFor(github, 'report');
  const app = octokitOfApp(github, 'read');

  await app.apps.getAuthenticated();
  await app.apps.getInstallation({ installation_id: github.apps.read.installationId });
  await app.apps.getRepoInstallation(environment);
  await read.apps.listReposAccessibleToInstallation();

  await read.repos.get(environment);
  await read.repos.listBranches(environment);
  await read.repos.getBranch({ ...environment, branch: 'staging' });
  await read.git.getRef({ ...environment, ref: 'heads/staging' });
  await read.git.listMatchingRefs({ ...environment, ref: 'heads/' });
  await write.git.createRef({ ...environment, ref: 'refs/heads/preview', sha: first });
  await write.git.updateRef({ ...environment, ref: 'heads/preview', sha: changed });
  await write.git.deleteRef({ ...environment, ref: 'heads/preview' });

  await read.repos.getCommit({ ...environment, ref: 'staging' });
  await read.repos.listCommits({ ...environment, sha: 'staging', path: 'apps/web/deployment.yaml' });
  await write.repos.createCommitComment({ ...environment, commit_sha: changed, body: 'Held' });
  await read.repos.listCommentsForCommit({ ...environment, commit_sha: changed });
  await read.git.getCommit({ ...environment, commit_sha: changed });
  await read.repos.compareCommitsWithBasehead({ ...environment, basehead: 'production...staging' });
  const tree = await read.git.getTree({ ...environment, tree_sha: changed, recursive: '1' });
  const text = { path: 'apps/web/deployment.yaml', mode: '100644', type: 'blob', content: manifest } as const;
  const { data: made } = await write.git.createTree({ ...environment, base_tree: tree.data.sha, tree: [text] });
  await write.git.createCommit({ ...environment, message: 'Of a tree', tree: made.sha, parents: [changed] });
  const blob = tree.data.tree.find(({ path }) => path === 'apps/web/deployment.yaml');
  await read.git.getBlob({ ...environment, file_sha: blob?.sha ?? '' });
  await read.repos.getContent({ ...environment, path: 'apps/web/deployment.yaml', ref: 'staging' });
  await read.repos.getContent({ ...environment, path: '', ref: 'staging' });
  await read.repos.downloadTarballArchive({ ...environment, ref: changed });

  await report.repos.createCommitStatus({
    ...environment,
    sha: changed,
    state: 'success',
    context: 'plumbline/staging',
  });
  await report.repos.listCommitStatusesForRef({ ...environment, ref: changed });
  await report.repos.getCombinedStatusForRef({ ...environment, ref: 'staging' });

  const { data: pull } = await write.pulls.create({
    ...environment,
    title: 'Promote',
    head: 'staging',
    base: 'production',
  });
  const one = { ...environment, pull_number: pull.number };
  await read.pulls.list({ ...environment, base: 'production' });
  await read.pulls.get(one);
  await read.pulls.listFiles(one);
  await read.pulls.listCommits(one);
  await write.pulls.update({ ...one, body: 'Carries the pins of staging' });
  const { data: comment } = await report.issues.createComment({
    ...environment,
    issue_number: pull.number,
    body: 'Plan',
  });
  await report.issues.listComments({ ...environment, issue_number: pull.number });
  await report.issues.getComment({ ...environment, comment_id: comment.id });
  await report.issues.updateComment({ ...environment, comment_id: comment.id, body: 'New plan' });
  await report.issues.deleteComment({ ...environment, comment_id: comment.id });
  await github.review('acme/environment', pull.number, { state: 'APPROVED', body: '' });
  await read.pulls.listReviews(one);
  await read.repos.getCollaboratorPermissionLevel({ ...environment, username: 'Dev-Eloper' });
  await write.pulls.merge(one);

  const { data: deployment } = await report.repos.createDeployment({
    ...environment,
    ref: changed,
    environment: 'staging',
    auto_merge: false,
    required_contexts: [],
  });
  if (!('id' in deployment)) throw new Error('no deployment was created');
  const deployed = { ...environment, deployment_id: deployment.id };
  await report.repos.listDeployments(environment);
  await report.repos.getDeployment(deployed);
  await report.repos.createDeploymentStatus({ ...deployed, state: 'success', log_url: `${github.url}/log` });
  await report.repos.listDeploymentStatuses(deployed);

  const { data: run } = await report.checks.create({ ...environment, name: 'plan', head_sha: changed });
  const check = { ...environment, check_run_id: run.id };
  const annotation = {
    path: 'README.md',
    start_line: 1,
    end_line: 1,
    annotation_level: 'failure',
    message: 'no',
  } as const;
  await report.checks.update({
    ...check,
    conclusion: 'failure',
    output: { title: 'Plan', summary: 'Refused', annotations: [annotation] },
  });
  await report.checks.get(check);
  await report.checks.listAnnotations(check);
  await report.checks.listForRef({ ...environment, ref: changed });

  const branch = { repositoryNameWithOwner: 'acme/environment', branchName: 'staging' };
  const input = { branch, expectedHeadOid: changed, message: { headline: 'Nothing' }, fileChanges: {} };
  await write.graphql(commitMutation, { input });

  const known = allRoutes(new Map(), createArchives({} as World)).map(({ operation }) => operation);
  const called = new Set(github.calls.map(({ operation }) => operation));
  expect(known.filter((operation) => !called.has(operation))).toEqual([]);
  expect(github.calls.filter(({ status }) => status >= 400)).toEqual([]);
  expect(github.unknownCalls).toEqual([]);
  expect(github.violations).toEqual([]);
});
