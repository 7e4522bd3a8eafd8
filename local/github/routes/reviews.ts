import { listAnswer } from '../pages.ts';
import { ok, type RepositoryCall, type Route, repositoryRoute } from '../router.ts';
import { accountShape } from '../shapes/common.ts';
import { reviewShape } from '../shapes/review.ts';
import { readMetadata, readPulls } from './access.ts';
import { pullOf } from './pulls.ts';

/** The oldest first. */
function listReviews(call: RepositoryCall) {
  const { world, repository, params } = call;
  const { number } = pullOf(call, params.pull_number);
  const reviews = repository.reviews.filter((review) => review.number === number);
  return listAnswer(call, reviews, (review) => reviewShape(world, repository, review));
}

/** Everybody may read what is public here. */
function rightOf({ world, repository, params }: RepositoryCall) {
  const login = params.username ?? '';
  const permission = repository.rights.get(login.toLowerCase()) ?? 'read';
  const user = { ...accountShape(world, { login, type: 'User' }), role_name: permission };
  return ok({ permission, role_name: permission, user });
}

/** Reviews of pull requests, and what their authors may do. */
export const reviewRoutes: Route[] = [
  repositoryRoute('GET /pulls/{pull_number}/reviews', readPulls, listReviews),
  repositoryRoute('GET /collaborators/{username}/permission', readMetadata, rightOf),
];
