import type { ECRClient } from '@aws-sdk/client-ecr';
import { MissingError, PlumblineError, RefusedError, TryAgainError } from '../errors.ts';
import { readBlob } from '../images/ecr-blob.client.ts';
import { readImages } from '../images/ecr-manifests.client.ts';
import { parseEcrRepository } from '../images/reference.ts';
import { describeChart } from './describe.ts';
import { archiveDigest, tagOf } from './oci-manifest.ts';
import { type ChartName, type FetchChart, maximumChartBytes } from './ports.ts';

/** The ECR repository of a chart, if that is where it is. */
export const ecrRepositoryOf = ({ repository, name }: Pick<ChartName, 'repository' | 'name'>) =>
  repository.startsWith('oci://') ? parseEcrRepository(`${repository.slice('oci://'.length)}/${name}`) : undefined;

/**
 * Charts in ECR, by the function's own role: through ECR's API, since the registry's needs a token, and a right to that can't be limited to
 * a repository. Needs `ecr:BatchGetImage` and `ecr:GetDownloadUrlForLayer` on the repositories.
 */
export function createEcrCharts(clientFor: (region: string) => ECRClient): FetchChart {
  return async (chart) => {
    const repository = ecrRepositoryOf(chart);
    if (repository === undefined) throw new RefusedError(`${describeChart(chart)} is not in ECR`);
    const shelf = { client: clientFor(repository.region), repository };
    try {
      const [image] = await readImages(shelf, [{ imageTag: tagOf(chart) }]);
      if (image?.imageManifest === undefined) throw new MissingError(`${describeChart(chart)} is not there`);
      const digest = archiveDigest(image.imageManifest, chart);
      const archive = await readBlob({ ...shelf, digest }, maximumChartBytes);
      if (archive === undefined) throw new TryAgainError(`${describeChart(chart)} did not come whole`);
      return archive;
    } catch (error) {
      throw explain(error, chart);
    }
  };
}

function explain(error: unknown, chart: ChartName): PlumblineError {
  if (error instanceof PlumblineError) return error;
  const kind = error instanceof Error ? error.name : String(error);
  if (kind === 'RepositoryNotFoundException')
    return new MissingError(`${describeChart(chart)}: there is no such repository`);
  if (kind !== 'AccessDeniedException')
    return new TryAgainError(`${describeChart(chart)} could not be read (${kind})`, { cause: error });
  return new RefusedError(
    `${describeChart(chart)} may not be read: this function's role needs ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on it ("charts" in deployer.yaml grants them); in another account the repository's policy must allow it too`,
    { cause: error },
  );
}
