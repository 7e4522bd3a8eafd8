import type { ChartName } from './ports.ts';

/** By which `deployer.yaml` speaks of a chart. */
export const addressOf = ({ repository, name }: Pick<ChartName, 'repository' | 'name'>) => `${repository}/${name}`;

/** For messages. */
export const describeChart = ({ repository, name, version }: ChartName) =>
  `the chart ${name} ${version} of ${repository}`;
