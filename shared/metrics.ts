/**
 * What is measured, shared by the functions that tell it and the alarms and the dashboard that look at it.
 *
 * Each name and each value of a dimension is a metric that CloudWatch bills, by the hours in which it is told. So only what has to be known by
 * itself has a dimension of its own: the age of an environment's last success, and the kind of a failure.
 */
export const metricNamespace = 'Plumbline';

export const metrics = {
  /** From the push of an image until the objects that pin it are applied; only where no person had to decide in between. */
  PushToAppliedSeconds: 'Seconds',
  /** Of one pass that applied or removed an application. */
  ReconcileSeconds: 'Seconds',
  /** Applied or pruned by one pass. */
  ObjectsChanged: 'Count',
  /** Fields that a look at the cluster found to differ from Git. */
  DriftFound: 'Count',
  /** Fields that were put back, and differ again. */
  RepeatedDrift: 'Count',
  Failures: 'Count',
  SecondsSinceSuccess: 'Seconds',
  RejectedWebhooks: 'Count',
  /** Requests that create something; GitHub allows 80 a minute and 500 an hour. */
  GitHubWrites: 'Count',
  /** The share of the hour's requests that is used up. Told from a tenth on. */
  GitHubLimitUsed: 'Percent',
} as const;

export type MetricName = keyof typeof metrics;

/**
 * Why something failed, by who can mend it. `input`: a file, a message or a setting is wrong. `refused`: a permission is missing.
 * `unavailable`: throttled, or not answered, and tried again. `unhealthy`: applied, but it does not become healthy. `held`: it would have
 * pruned too much. `internal`: a mistake in Plumbline.
 */
export type FailureKind = 'input' | 'refused' | 'unavailable' | 'unhealthy' | 'held' | 'internal';

/** Beside `service`, which every metric has. */
export type Dimensions = { environment?: string; kind?: FailureKind };

/** What all functions tell about GitHub is one metric: its limits are the same for each. */
export const githubService = 'github';
