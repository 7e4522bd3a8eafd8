import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import type { GitHubStandIn } from '../github/start.ts';
import type { CheckRun } from '../github/world.ts';
import { repository } from '../stack/settings.ts';
import { createTemporaryFolder } from '../tools/guardian.ts';
import { application } from './expectations.ts';
import { sourceRepository } from './repository.ts';
import type { Told, World } from './world.ts';

const run = promisify(execFile);
const { owner, name } = repository;

/** The environment repository as a developer uses it: commits, a clone, the API's pull requests and statuses. */
export function createGitView(github: GitHubStandIn, fullName: string): World['git'] {
  const octokit = new Octokit({ baseUrl: github.apiUrl, authStrategy: createAppAuth, auth: github.apps.write });
  const place = { owner, repo: name };
  let proposals = 0;

  return {
    commit: (branch, files, message) => github.commit({ repository: fullName, branch, files, message }),
    head: async (branch) => (await github.head(fullName, branch)) ?? missing(`the branch ${branch}`),
    read: async (revision, path) =>
      (await github.readFile(fullName, revision, path))?.toString() ?? missing(`${path} at ${revision}`),
    async changedPaths(from, to) {
      const { data } = await octokit.repos.compareCommitsWithBasehead({ ...place, basehead: `${from}...${to}` });
      return (data.files ?? []).map(({ filename }) => filename);
    },
    async revert(branch, revision) {
      const folder = await createTemporaryFolder('plumbline-clone');
      try {
        await revertIn(folder.path, github.cloneUrl(owner, name), { branch, revision });
      } finally {
        await folder.remove();
      }
      return (await github.head(fullName, branch)) ?? missing(`the branch ${branch}`);
    },
    async openPullRequest(base, files, title) {
      proposals += 1;
      const head = `proposal-${proposals}`;
      await github.moveBranch(fullName, head, (await github.head(fullName, base)) ?? null);
      await github.commit({ repository: fullName, branch: head, files, message: title });
      return (await octokit.pulls.create({ ...place, base, head, title })).data.number;
    },
    async pushTo(number, files, message) {
      const { data } = await octokit.pulls.get({ ...place, pull_number: number });
      return github.commit({ repository: fullName, branch: data.head.ref, files, message });
    },
    async proposal(branch) {
      const { data } = await octokit.pulls.list({ ...place, state: 'open', head: `${owner}:${branch}` });
      return data[0] && { number: data[0].number, head: data[0].head.sha, body: data[0].body ?? '' };
    },
    async sourceStatus(environment) {
      const revision = (await github.head(sourceRepository, 'main')) ?? '';
      const context = `plumbline/${environment}/${application}`;
      const found = github.statuses(sourceRepository, revision).find((each) => each.context === context);
      return found && { state: found.state, description: found.description ?? '' };
    },
    closePullRequest: (number) => github.closePullRequest(fullName, number),
    async told(number, environment) {
      const { data } = await octokit.pulls.get({ ...place, pull_number: number });
      const { comments, checkRuns } = github.records(fullName);
      const run = checkRuns.findLast(({ sha, name }) => sha === data.head.sha && name === `plumbline/${environment}`);
      return {
        comments: comments.filter((one) => one.number === number).map(({ body }) => body),
        check: run && checkOf(run),
      };
    },
    merge: async (number) => (await octokit.pulls.merge({ ...place, pull_number: number })).data.sha,
    async status(revision, environment) {
      const found = github.statuses(fullName, revision).find(({ context }) => context === `plumbline/${environment}`);
      return found && { state: found.state, description: found.description ?? '' };
    },
    announcedAt: (revision) => {
      const delivery = github.deliveries.find(
        ({ payload, status = 0 }) => payload.after === revision && status >= 200 && status < 300,
      );
      return delivery && delivery.startedAt.getTime() + (delivery.seconds ?? 0) * 1000;
    },
  };
}

const checkOf = ({ conclusion, output, annotations }: CheckRun): Told['check'] => ({
  conclusion,
  title: output.title ?? '',
  annotations: annotations.map(({ path, start_line }) => ({ path, line: start_line })),
});

async function revertIn(folder: string, url: string, { branch, revision }: { branch: string; revision: string }) {
  const git = (...args: string[]) =>
    run('git', ['-C', folder, '-c', 'user.name=Dev Eloper', '-c', 'user.email=dev@example.com', ...args]);
  await git('clone', '--quiet', '--branch', branch, url, '.');
  const { stdout } = await git('rev-list', '--parents', '--max-count=1', revision);
  const isMerge = stdout.trim().split(' ').length > 2;
  await git('revert', '--no-edit', ...(isMerge ? ['--mainline', '1'] : []), revision);
  await git('push', '--quiet', 'origin', `HEAD:${branch}`);
}

function missing(what: string): never {
  throw new Error(`there is no ${what}`);
}
