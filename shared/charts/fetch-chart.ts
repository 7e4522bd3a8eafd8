import type { CredentialsFor } from './credentials.ts';
import { fetchFromRepository } from './http-repository.ts';
import { fetchFromRegistry } from './oci-registry.ts';
import type { ChartName, Download, FetchChart } from './ports.ts';

type Ports = {
  download: Download;
  ecr: FetchChart;
  isInEcr(chart: ChartName): boolean;
  credentialsFor: CredentialsFor;
};

/** Fetches charts from wherever they are: a repository with an `index.yaml`, a registry, or ECR. */
export function createFetchChart({ download, ecr, isInEcr, credentialsFor }: Ports): FetchChart {
  return async (chart) => {
    if (isInEcr(chart)) return ecr(chart);
    const fetch = chart.repository.startsWith('oci://') ? fetchFromRegistry : fetchFromRepository;
    return fetch(chart, { download, credentials: await credentialsFor(chart) });
  };
}
