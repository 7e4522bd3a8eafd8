/** Keys of the state table: one partition per environment (its stream keeps their order) and per cluster. */
export const environmentKey = (environment: string) => `environment#${environment}`;
export const clusterKey = (cluster: string) => `cluster#${cluster}`;

export const sortKeys = {
  sequence: 'sequence',
  desired: 'desired',
  attempt: 'attempt',
  application: (application: string) => `application#${application}`,
  address: 'address',
  apis: 'apis',
} as const;

export const applicationPrefix = sortKeys.application('');
