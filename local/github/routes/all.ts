import type { InstallationToken } from '../apps.ts';
import { graphqlRoute } from '../graphql.ts';
import type { Route } from '../router.ts';
import { appRoutes } from './apps.ts';
import type { Archives } from './archives.ts';
import { checkRoutes } from './checks.ts';
import { commentRoutes } from './comments.ts';
import { commitCommentRoutes } from './commit-comments.ts';
import { commitRoutes } from './commits.ts';
import { contentRoutes } from './contents.ts';
import { databaseRoutes } from './database.ts';
import { deploymentRoutes } from './deployments.ts';
import { pullRoutes } from './pulls.ts';
import { refRoutes } from './refs.ts';
import { repositoryRoutes } from './repositories.ts';
import { reviewRoutes } from './reviews.ts';
import { statusRoutes } from './statuses.ts';

/** Everything that the stand-in serves below its API's address. */
export function allRoutes(tokens: Map<string, InstallationToken>, archives: Pick<Archives, 'routes'>): Route[] {
  return [
    ...appRoutes(tokens),
    ...archives.routes,
    ...checkRoutes,
    ...commentRoutes,
    ...commitCommentRoutes,
    ...commitRoutes,
    ...contentRoutes,
    ...databaseRoutes,
    ...deploymentRoutes,
    ...pullRoutes,
    ...refRoutes,
    ...repositoryRoutes,
    ...reviewRoutes,
    ...statusRoutes,
    graphqlRoute,
  ];
}
