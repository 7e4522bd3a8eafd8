/** Keys of the state table: one partition per environment (its stream keeps their order) and per cluster. */
export const environmentKey = (environment: string) => `environment#${environment}`;
/** Of the pull requests to an environment's branch: who writes them may forget them, and nothing else of the environment. */
export const pullRequestsKey = (environment: string) => `pullRequests#${environment}`;
export const clusterKey = (cluster: string) => `cluster#${cluster}`;
/** How much of GitHub's limit on writes an installation has used, by the account that it is installed on. */
export const budgetKey = (owner: string) => `budget#${owner}`;
/** What was told of an environment: apart from it, since the stream's followers need not hear of it. */
export const reportKey = (environment: string) => `report#${environment}`;

/** When it last had a success, likewise. */
export const successKey = (environment: string) => `success#${environment}`;

export const sortKeys = {
  sequence: 'sequence',
  desired: 'desired',
  attempt: 'attempt',
  application: (application: string) => `application#${application}`,
  address: 'address',
  apis: 'apis',
  report: 'report',
  writes: 'writes',
  success: 'success',
} as const;

export const applicationPrefix = sortKeys.application('');
