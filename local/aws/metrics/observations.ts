/** One value of one metric, as CloudWatch would have got it. */
export type Observation = {
  namespace: string;
  name: string;
  dimensions: Readonly<Record<string, string>>;
  value: number;
  at: Date;
};

/** What has been observed of the account, whoever told it: the functions' logs, or the player in the services' stead. */
export type Observations = {
  record(observation: Omit<Observation, 'at'>): void;
  all(): readonly Observation[];
};

/** Older ones are forgotten, in milliseconds. */
const kept = 3_600_000;
const mostAtOnce = 100_000;

export function createObservations(now: () => Date = () => new Date()): Observations {
  let all: Observation[] = [];
  return {
    record(observation) {
      const at = now();
      all.push({ ...observation, at });
      if (all.length > mostAtOnce) all = all.filter((each) => at.getTime() - each.at.getTime() < kept);
    },
    all: () => all,
  };
}
