import type { ChartName } from './ports.ts';

/** For messages. */
export const describeChart = ({ repository, name, version }: ChartName) =>
  `the chart ${name} ${version} of ${repository}`;
