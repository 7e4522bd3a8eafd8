import { reviewPayload } from './payloads.ts';
import type { Account, PullRequest, Repository, Review, World } from './world.ts';

export type NewReview = { state: Review['state']; body?: string; by?: string };

/** A review is of the head that the pull request has now, and tells the world. */
export async function reviewPull(
  world: World,
  repository: Repository,
  pull: PullRequest,
  { state, body = '', by }: Omit<NewReview, 'by'> & { by: Account },
): Promise<void> {
  const place = { id: world.nextId(), number: pull.number, sha: pull.head.sha };
  const review: Review = { ...place, state, body, user: by, createdAt: world.now() };
  repository.reviews.push(review);
  world.webhooks.send('pull_request_review', reviewPayload(world, repository, pull, review));
}
