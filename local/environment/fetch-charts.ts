import type { ChartArchive } from '../../functions/renderer/remote-chart.ts';
import { planApplications } from '../../functions/source/plan-applications.ts';
import { digestOf } from '../../shared/artifacts/digest.ts';
import { createDownload } from '../../shared/charts/download.client.ts';
import { createFetchChart } from '../../shared/charts/fetch-chart.ts';
import type { FetchChart } from '../../shared/charts/ports.ts';
import type { Chart } from '../../shared/config/chart.ts';
import type { DeployerEnvironment } from '../../shared/config/deployer.ts';
import { problemsOf, RefusedError } from '../../shared/errors.ts';
import type { Problem } from '../../shared/problem.ts';
import type { Tree } from '../../shared/tree/tree.ts';

/** As `source` fetches them, but for those in ECR: the account here is not the one that has them. */
export const fetchPublicChart: FetchChart = createFetchChart({
  download: createDownload(),
  ecr: () => Promise.reject(new RefusedError('charts in ECR are not fetched on this machine')),
  isInEcr: ({ repository }) => /^oci:\/\/\d{12}\.dkr\.ecr\./.test(repository),
  credentialsFor: async () => undefined,
});

/** The charts that an environment takes from chart repositories, and why some can't be had. */
export async function fetchCharts(
  tree: Tree,
  { name, environment }: { name: string; environment: DeployerEnvironment },
  fetchChart: FetchChart,
): Promise<{ charts: ChartArchive[]; problems: Problem[] }> {
  const fetched = await Promise.allSettled(
    pinsIn(tree, { name, environment }).map(async (pin) => {
      const bytes = await fetchChart(pin);
      return { bytes, digest: digestOf(bytes), name: pin.name, version: pin.version };
    }),
  );
  return {
    charts: fetched.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])),
    problems: fetched.flatMap((each) => (each.status === 'rejected' ? problemsOf(each.reason) : [])),
  };
}

/** What is wrong with the environment itself is said when it is rendered. */
function pinsIn(tree: Tree, where: { name: string; environment: DeployerEnvironment }): Chart[] {
  try {
    return planApplications({ ...where, tree }).flatMap(({ chart }) => (chart === undefined ? [] : [chart.pin]));
  } catch {
    return [];
  }
}
