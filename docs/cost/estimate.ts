import { peerPrices, prices } from './prices.ts';

/** What one installation has to do. */
export type Workload = {
  pushesPerDay: number;
  environments: number;
  /** Of all environments together. */
  applications: number;
  clusters: number;
  /** Minutes between two looks at the clusters. */
  driftMinutes: number;
};

/** One line of the bill, in US dollars a month. */
export type Line = { what: string; dollars: number };

const days = 30;
const hours = 24 * days;
const minutes = 60 * hours;

type Work = { memory: number; seconds: number; isX86?: true };

/** How long one invocation of each takes on Lambda, by what it mostly does: rounded up, cold starts in it. */
const work = {
  webhook: { memory: 0.5, seconds: 0.2 },
  imageUpdater: { memory: 0.5, seconds: 2 },
  source: { memory: 2, seconds: 3 },
  sourceUnchanged: { memory: 2, seconds: 0.5 },
  renderer: { memory: 2, seconds: 3, isX86: true },
  apply: { memory: 1, seconds: 10 },
  check: { memory: 1, seconds: 0.6 },
  dispatcher: { memory: 0.5, seconds: 0.3 },
  reporter: { memory: 0.5, seconds: 1 },
} satisfies Record<string, Work>;

function run({ memory, seconds, isX86 }: Work, times: number): number {
  const second = (isX86 ? prices.lambdaX86 : prices.lambdaArm).dollars;
  return times * (prices.lambdaRequest.dollars + memory * seconds * second);
}

/** A message is sent, received and deleted. */
const requestsPerMessage = 3;

/** What a month costs, line by line. */
export function estimate(workload: Workload): Line[] {
  const pushes = workload.pushesPerDay * days;
  return [
    { what: 'image pushes: commit, rendering, apply, reports', dollars: pushes * perPush },
    { what: `drift checks, every ${workload.driftMinutes} min`, dollars: driftChecks(workload) },
    { what: 'looks at branches and registries, and retries', dollars: ticks(workload) },
    { what: 'queues that are polled while empty', dollars: polling(workload) },
    { what: 'alarms', dollars: alarmsOf(workload) * prices.alarm.dollars },
    { what: 'metrics', dollars: measuring(workload) },
    { what: 'dashboard', dollars: prices.dashboard.dollars },
    { what: 'secrets', dollars: secrets * prices.secret.dollars },
    { what: 'storage', dollars: storedGigabytes(workload) * prices.s3Storage.dollars },
  ];
}

export const total = (lines: readonly Line[]) => lines.reduce((sum, { dollars }) => sum + dollars, 0);

/** Counted on the local stack: what one push to one environment calls, until its commit status says that it is healthy. */
const perPush =
  run(work.imageUpdater, 1) +
  run(work.webhook, 1) +
  run(work.source, 1) +
  run(work.renderer, 1) +
  run(work.apply, 1) +
  run(work.reporter, 4) +
  2 * requestsPerMessage * prices.sqsStandard.dollars +
  requestsPerMessage * prices.sqsFifo.dollars +
  10 * prices.dynamoWrite.dollars +
  30 * prices.dynamoRead.dollars +
  5 * prices.s3Put.dollars +
  15 * prices.s3Get.dollars +
  0.00002 * prices.logs.dollars;

/** A check reads its state and what is desired, the release and the inventory, and writes nothing if it finds nothing. */
const perCheck =
  run(work.check, 1) +
  requestsPerMessage * prices.sqsFifo.dollars +
  4 * prices.dynamoRead.dollars +
  2 * prices.s3Get.dollars +
  0.000001 * prices.logs.dollars;

function driftChecks({ applications, driftMinutes, environments }: Workload): number {
  const rounds = minutes / driftMinutes;
  const perEnvironment = 4 * prices.dynamoRead.dollars + prices.dynamoWrite.dollars;
  return rounds * (perTick + applications * perCheck + environments * perEnvironment);
}

const perTick = run(work.dispatcher, 1) + prices.schedule.dollars + requestsPerMessage * prices.sqsStandard.dollars;

/** By the default schedules: branches every 5 minutes, images every 15, retries every minute. */
function ticks({ environments }: Workload): number {
  const perLook = run(work.sourceUnchanged, 1) + requestsPerMessage * prices.sqsStandard.dollars;
  const branches = (minutes / 5) * (perTick + environments * perLook);
  const images = (minutes / 15) * (perTick + run(work.imageUpdater, 1));
  const retries = minutes * (perTick + environments * 7 * prices.dynamoRead.dollars);
  return branches + images + retries;
}

/**
 * Lambda asks each queue with five connections, each for 20 seconds at a time.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
function polling({ clusters }: Workload): number {
  const requests = (5 * minutes * 60) / 20;
  return requests * (4 * prices.sqsStandard.dollars + clusters * prices.sqsFifo.dollars);
}

/** @returns how many alarms the template has */
export const alarmsOf = ({ clusters, environments }: Pick<Workload, 'clusters' | 'environments'>) =>
  32 + 4 * clusters + environments;

/**
 * CloudWatch bills a metric for the hours in which it is told. `always`: of each environment the age of its last success; `atWork`: told
 * where something was deployed; `inTrouble`: only where something is wrong, beside the failures, of which there may be one by function and kind.
 */
export const metricsOf = ({ environments }: Pick<Workload, 'environments'>) => ({
  always: environments,
  atWork: 4,
  inTrouble: 4,
});

/** Of a line of the log that carries a metric. */
const gigabytesOfLine = 0.4e-6;

function measuring({ environments, pushesPerDay }: Workload): number {
  const { always, atWork } = metricsOf({ environments });
  const hoursAtWork = Math.min(1, pushesPerDay / 24);
  return (
    (always + atWork * hoursAtWork) * prices.metric.dollars +
    minutes * environments * gigabytesOfLine * prices.logs.dollars
  );
}

/** A month without alarms, metrics of our own, and dashboard, in US dollars: what to compare with others who have none either. */
export const unwatched = (workload: Workload) =>
  total(estimate(workload).filter(({ what }) => !['alarms', 'metrics', 'dashboard'].includes(what)));

/** Three GitHub Apps' keys, and the webhook's secret. */
const secrets = 4;

/** A tree of 5 MB is kept for 30 days; artifacts are small. */
const storedGigabytes = ({ pushesPerDay }: Workload) => (pushesPerDay * days * 5) / 1000;

/** What others cost for the same work, in US dollars a month. */
export function peers({ applications, clusters }: Workload): Line[] {
  const { capability, capabilityApplication, fargateCpu, fargateMemory } = peerPrices;
  const controllers = clusters * hours * (0.6 * fargateCpu.dollars + 0.75 * fargateMemory.dollars);
  const managed = hours * (capability.dollars + applications * capabilityApplication.dollars);
  return [
    {
      what: "controllers that always run (Flux's six, by their requests of 0.6 processors and 0.75 GB), per cluster",
      dollars: controllers,
    },
    { what: "EKS' managed Argo CD, one for all clusters", dollars: managed },
  ];
}
