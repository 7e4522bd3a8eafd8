import { isPlainObject } from '../../../shared/manifests/canonical.ts';
import type { Problem } from '../../../shared/problem.ts';
import type { YamlFile } from '../yaml-file.ts';

/**
 * Why the configuration of a generator or transformer may not reach kustomize: only its built-in ones are run, and of them not the one
 * that fetches charts. Programs and containers are never started, whatever a repository says.
 *
 * @see https://kubectl.docs.kubernetes.io/references/kustomize/builtins/
 */
export function pluginFaults({ file, value, lineOf }: YamlFile): Problem[] {
  if (!isPlainObject(value))
    return [{ file, line: 1, message: 'must be the configuration of a built-in generator or transformer' }];
  const { apiVersion, kind, metadata } = value;
  const problems: Problem[] = [];
  if (apiVersion !== 'builtin')
    problems.push({
      file,
      line: lineOf(['apiVersion']),
      field: 'apiVersion',
      message: `must be "builtin": ${neverRun}`,
    });
  if (kind === 'HelmChartInflationGenerator')
    problems.push({
      file,
      line: lineOf(['kind']),
      field: 'kind',
      message: 'fetches a chart; put the chart into a folder of its own, as an application',
    });
  const annotations = isPlainObject(metadata) && isPlainObject(metadata.annotations) ? metadata.annotations : {};
  for (const name of Object.keys(annotations).filter((name) => /^config\.(kubernetes|k8s)\.io\/function$/.test(name)))
    problems.push({
      file,
      line: lineOf(['metadata', 'annotations', name]),
      field: `metadata.annotations.${name}`,
      message: `is refused: ${neverRun}`,
    });
  return problems;
}

const neverRun =
  "programs and containers of a repository are never run, only kustomize's built-in generators and transformers";
