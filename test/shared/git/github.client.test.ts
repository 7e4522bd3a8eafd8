import { afterAll, beforeAll } from 'vitest';
import { type GitHubStandIn, startGitHub } from '../../../local/github/start.ts';
import { createGitHubReader, createGitHubReporter, createGitHubWriter } from '../../../shared/git/github.client.ts';
import { gitContract } from '../../contracts/git.ts';

let github: GitHubStandIn;
let count = 0;

beforeAll(async () => {
  github = await startGitHub();
});
afterAll(async () => {
  await github.close();
  if (github.violations.length + github.unknownCalls.length > 0)
    throw new Error([...github.violations, ...github.unknownCalls].join('\n'));
});

gitContract('GitHub', async () => {
  count += 1;
  const name = `environment-${count}`;
  const repository = `example-org/${name}`;
  await github.createRepository({ owner: 'example-org', name });
  const app = (app: 'read' | 'write' | 'report') => ({
    apiUrl: github.apiUrl,
    appId: github.apps[app].appId,
    privateKey: async () => github.apps[app].privateKey,
  });
  return {
    reader: createGitHubReader(app('read')),
    writer: createGitHubWriter(app('write')),
    reporter: createGitHubReporter(app('report')),
    repository,
    push: (branch, files, message) => github.commit({ repository, branch, files, message }),
    mergePullRequest: (number) => github.mergePullRequest(repository, number),
    closePullRequest: (number) => github.closePullRequest(repository, number),
  };
});
