import type { Repository, Review, World } from '../world.ts';
import { accountShape, iso, nodeId } from './common.ts';
import { repositoryApi, repositoryPage } from './repository.ts';

export function reviewShape(world: World, repository: Repository, review: Review) {
  const { id, number, user, body, state, sha, createdAt } = review;
  const page = `${repositoryPage(world, repository)}/pull/${number}#pullrequestreview-${id}`;
  const pull = `${repositoryApi(world, repository)}/pulls/${number}`;
  const isOurs = repository.rights.has(user.login.toLowerCase());
  return {
    id,
    node_id: nodeId('PullRequestReview', id),
    user: accountShape(world, user),
    body,
    state,
    html_url: page,
    pull_request_url: pull,
    author_association: isOurs ? 'MEMBER' : 'NONE',
    _links: { html: { href: page }, pull_request: { href: pull } },
    submitted_at: iso(createdAt),
    commit_id: sha,
  };
}
