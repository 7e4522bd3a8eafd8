import { GitHubError, notFound } from '../errors.ts';
import { diffFiles, emptyTree } from '../git/diff.ts';
import { divergence, readCommit, readCommits } from '../git/history.ts';
import { linkHeader, pageOf } from '../pages.ts';
import { type Answer, ok, type RepositoryCall, type Route, repositoryRoute, visibleCommit } from '../router.ts';
import { commitShape, fileShape, gitCommitShape } from '../shapes/commit.ts';
import { repositoryApi, repositoryPage } from '../shapes/repository.ts';
import { readContents } from './access.ts';
import { missing } from './refs.ts';

/** The commit that a parameter names. @throws GitHubError 422, or 409 in an empty repository */
export async function commitOf(call: RepositoryCall, ref: string): Promise<string> {
  const sha = await visibleCommit(call, ref);
  if (sha !== undefined) return sha;
  const error = await missing(call.repository);
  throw error.status === 409 ? error : new GitHubError(422, `No commit found for SHA: ${ref}`);
}

async function getCommit(call: RepositoryCall): Promise<Answer> {
  const { world, repository, params, accept } = call;
  const sha = await commitOf(call, params.ref ?? '');
  if (/\bsha\b/.test(accept)) return ok(sha, { 'content-type': 'application/vnd.github.sha; charset=utf-8' });
  const commit = await readCommit(repository.directory, sha);
  const files = await diffFiles(repository.directory, commit.parents[0] ?? emptyTree, sha);
  return ok(commitShape(world, repository, commit, files));
}

async function listCommits(call: RepositoryCall): Promise<Answer> {
  const { world, repository, query } = call;
  const { number, size } = pageOf(call);
  const sha = await visibleCommit(call, query.get('sha') ?? repository.defaultBranch);
  if (sha === undefined) throw await missing(repository);
  const filters = ['author', 'committer', 'since', 'until'].flatMap((name) =>
    query.has(name) ? [`--${name}=${query.get(name)}`] : [],
  );
  // One more than the page holds says whether there is a next one.
  const window = [`--skip=${(number - 1) * size}`, `--max-count=${size + 1}`, '--fixed-strings'];
  const path = query.get('path') || undefined;
  const commits = await readCommits(repository.directory, [...window, ...filters, sha], path);
  const shapes = commits.slice(0, size).map((commit) => commitShape(world, repository, commit));
  return ok(shapes, linkHeader(call, commits.length > size));
}

async function getGitCommit(call: RepositoryCall): Promise<Answer> {
  const { world, repository, params } = call;
  const sha = await visibleCommit(call, params.commit_sha ?? '');
  if (sha === undefined) throw await missing(repository);
  return ok(gitCommitShape(world, repository, await readCommit(repository.directory, sha)));
}

/** GitHub lists no more commits than this in a comparison without pages. */
const mostCommits = 250;

async function compare(call: RepositoryCall): Promise<Answer> {
  const { repository, params } = call;
  const [baseRef = '', headRef = ''] = (params.basehead ?? '').split('...');
  const [base, head] = await Promise.all([visibleCommit(call, baseRef), visibleCommit(call, headRef)]);
  if (base === undefined || head === undefined) throw notFound();
  const { mergeBase, ahead, behind } = await divergence(repository.directory, base, head);
  if (mergeBase === undefined) throw notFound(`No common ancestor between ${baseRef} and ${headRef}.`);
  const [baseCommit, mergeBaseCommit, commits, files] = await Promise.all([
    readCommit(repository.directory, base),
    readCommit(repository.directory, mergeBase),
    readCommits(repository.directory, [`--max-count=${mostCommits}`, '--reverse', `${base}..${head}`]),
    diffFiles(repository.directory, mergeBase, head),
  ]);
  const shape = (commit: typeof baseCommit) => commitShape(call.world, repository, commit);
  return ok({
    ...comparisonUrls(call, base, head),
    base_commit: shape(baseCommit),
    merge_base_commit: shape(mergeBaseCommit),
    status: relation(ahead, behind),
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
    commits: commits.map(shape),
    files: files.map((file) => fileShape(call.world, repository, head, file)),
  });
}

function comparisonUrls({ world, repository, params }: RepositoryCall, base: string, head: string) {
  const basehead = params.basehead?.split('...').map(encodeURIComponent).join('...');
  const page = `${repositoryPage(world, repository)}/compare/${basehead}`;
  const permanent = [base, head].map((sha) => `${repository.owner}:${sha.slice(0, 7)}`).join('...');
  return {
    url: `${repositoryApi(world, repository)}/compare/${basehead}`,
    html_url: page,
    permalink_url: `${repositoryPage(world, repository)}/compare/${permanent}`,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
  };
}

function relation(ahead: number, behind: number): string {
  if (ahead > 0) return behind > 0 ? 'diverged' : 'ahead';
  return behind > 0 ? 'behind' : 'identical';
}

/** Commits and comparisons. */
export const commitRoutes: Route[] = [
  repositoryRoute('GET /commits', readContents, listCommits),
  repositoryRoute('GET /commits/{ref}', readContents, getCommit),
  repositoryRoute('GET /git/commits/{commit_sha}', readContents, getGitCommit),
  repositoryRoute('GET /compare/{basehead}', readContents, compare),
];
