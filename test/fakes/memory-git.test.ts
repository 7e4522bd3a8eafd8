import { gitContract } from '../contracts/git.ts';
import { createMemoryGit } from './memory-git.ts';

gitContract('in memory', async () => {
  const git = createMemoryGit();
  const repository = 'example-org/example-environment';
  return {
    reader: git,
    writer: git,
    reporter: git,
    repository,
    push: async (branch, files, message) => git.push({ repository, branch }, files, message),
    mergePullRequest: async (number) => git.merge(repository, number),
    closePullRequest: async (number) => git.close(repository, number),
  };
});
