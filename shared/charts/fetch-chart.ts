import { fetchFromRepository } from './http-repository.ts';
import { fetchFromRegistry } from './oci-registry.ts';
import type { ChartName, Download, FetchChart } from './ports.ts';

type Ports = { download: Download; ecr: FetchChart; isInEcr(chart: ChartName): boolean };

/** Fetches charts from wherever they are: a repository with an `index.yaml`, a registry, or ECR. */
export function createFetchChart({ download, ecr, isInEcr }: Ports): FetchChart {
  return async (chart) => {
    if (isInEcr(chart)) return ecr(chart);
    return chart.repository.startsWith('oci://')
      ? fetchFromRegistry(chart, download)
      : fetchFromRepository(chart, download);
  };
}
