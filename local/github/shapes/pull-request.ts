import type { FileDiff } from '../git/diff.ts';
import type { PullRequest, Repository, World } from '../world.ts';
import { statistics } from './commit.ts';
import { accountShape, iso, nodeId } from './common.ts';
import { repositoryApi, repositoryPage, repositoryShape } from './repository.ts';

function linkUrls(world: World, repository: Repository, { number, head }: PullRequest) {
  const api = repositoryApi(world, repository);
  return {
    self: `${api}/pulls/${number}`,
    html: `${repositoryPage(world, repository)}/pull/${number}`,
    issue: `${api}/issues/${number}`,
    comments: `${api}/issues/${number}/comments`,
    review_comments: `${api}/pulls/${number}/comments`,
    review_comment: `${api}/pulls/comments{/number}`,
    commits: `${api}/pulls/${number}/commits`,
    statuses: `${api}/statuses/${head.sha}`,
  };
}

function sideShape(world: World, repository: Repository, { ref, sha }: { ref: string; sha: string }) {
  return {
    label: `${repository.owner}:${ref}`,
    ref,
    sha,
    user: accountShape(world, { login: repository.owner, type: 'Organization' }),
    repo: repositoryShape(world, repository),
  };
}

/** A pull request as lists have it. */
export function pullShape(world: World, repository: Repository, pull: PullRequest) {
  const urls = linkUrls(world, repository, pull);
  const links = Object.entries(urls).map(([name, href]) => [name, { href }] as const);
  return {
    url: urls.self,
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    html_url: urls.html,
    diff_url: `${urls.html}.diff`,
    patch_url: `${urls.html}.patch`,
    issue_url: urls.issue,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: accountShape(world, pull.user),
    body: pull.body,
    created_at: iso(pull.createdAt),
    updated_at: iso(pull.updatedAt),
    closed_at: pull.closedAt && iso(pull.closedAt),
    merged_at: pull.mergedAt && iso(pull.mergedAt),
    merge_commit_sha: pull.mergeCommit ?? pull.test?.commit ?? null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: [],
    milestone: null,
    draft: pull.draft,
    commits_url: urls.commits,
    review_comments_url: urls.review_comments,
    review_comment_url: urls.review_comment,
    comments_url: urls.comments,
    statuses_url: urls.statuses,
    head: sideShape(world, pull.head.repository, pull.head),
    base: sideShape(world, repository, pull.base),
    _links: Object.fromEntries(links) as Record<keyof typeof urls, { href: string }>,
    author_association: pull.user.type === 'Bot' ? 'NONE' : 'MEMBER',
    auto_merge: null,
    active_lock_reason: null,
  };
}

export type PullDetails = { mergeable: boolean | null; commits: number; files: FileDiff[] };

/** A pull request as its own answer and in webhooks. */
export function fullPullShape(world: World, repository: Repository, pull: PullRequest, details: PullDetails) {
  const { additions, deletions } = statistics(details.files);
  const states = { true: 'clean', false: 'dirty', null: 'unknown' } as const;
  return {
    ...pullShape(world, repository, pull),
    merged: pull.mergedAt !== null,
    mergeable: details.mergeable,
    rebaseable: details.mergeable,
    mergeable_state: pull.draft ? 'draft' : states[`${details.mergeable}`],
    merged_by: pull.mergedBy && accountShape(world, pull.mergedBy),
    comments: repository.comments.filter(({ number }) => number === pull.number).length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: details.commits,
    additions,
    deletions,
    changed_files: details.files.length,
  };
}
