import { notFound } from '../errors.ts';
import { readCommit } from '../git/history.ts';
import { readRefs } from '../git/refs.ts';
import { listAnswer } from '../pages.ts';
import { ok, type RepositoryCall, type Route, repositoryRoute, visibleCommit } from '../router.ts';
import { commitShape } from '../shapes/commit.ts';
import { fullRepositoryShape, repositoryApi, repositoryPage } from '../shapes/repository.ts';
import { readContents, readMetadata } from './access.ts';

function protection({ world, repository }: RepositoryCall, branch: string) {
  const url = `${repositoryApi(world, repository)}/branches/${branch}/protection`;
  const isProtected = repository.protectedBranches.has(branch);
  return { protected: isProtected, protection: { enabled: isProtected }, protection_url: url };
}

async function getBranch(call: RepositoryCall) {
  const { world, repository, params } = call;
  const branch = params.branch ?? '';
  const sha = await visibleCommit(call, `refs/heads/${branch}`);
  if (sha === undefined) throw notFound('Branch not found');
  const links = {
    self: `${repositoryApi(world, repository)}/branches/${branch}`,
    html: `${repositoryPage(world, repository)}/tree/${branch}`,
  };
  const commit = commitShape(world, repository, await readCommit(repository.directory, sha));
  return ok({ name: branch, commit, _links: links, ...protection(call, branch) });
}

async function listBranches(call: RepositoryCall) {
  const { world, repository } = call;
  const heads = await readRefs(repository.directory, ['refs/heads/']);
  return listAnswer(call, [...heads], ([ref, sha]) => {
    const name = ref.slice('refs/heads/'.length);
    const commit = { sha, url: `${repositoryApi(world, repository)}/commits/${sha}` };
    return { name, commit, ...protection(call, name) };
  });
}

/** A repository and its branches. */
export const repositoryRoutes: Route[] = [
  repositoryRoute('GET ', readMetadata, ({ world, repository }) => ok(fullRepositoryShape(world, repository))),
  repositoryRoute('GET /branches', readContents, listBranches),
  repositoryRoute('GET /branches/{branch}', readContents, getBranch),
];
