import { describe, expect, it } from 'vitest';
import { deployerSchema } from '../../../shared/config/deployer.ts';
import { parseConfiguration } from '../../../shared/config/parse.ts';
import { deployerText } from '../../infra/template.ts';

/** @param staging what is said of staging, which has the namespace `staging` on the cluster of another environment, `extra` */
const problemsOf = (prefix: string, extra = '') => {
  const of = `    newNamespaces: { prefix: ${prefix}, quota: { pods: 20, requests.cpu: "4" } }\n`;
  const text = deployerText
    .replace('    namespaces: [staging]\n', `    namespaces: [staging]\n${of}`)
    .replace('    cluster: lab\n    namespaces: [trial]\n', `    cluster: main\n    namespaces: [trial]\n${extra}`);
  try {
    const { environments } = parseConfiguration(text, 'deployer.yaml', deployerSchema);
    return environments.staging?.newNamespaces?.quota;
  } catch (error) {
    return String(error);
  }
};

describe('namespaces that an environment makes itself', () => {
  it('have a prefix and a quota', () => {
    expect(problemsOf('preview-')).toEqual({ pods: '20', 'requests.cpu': '4' });
  });

  it.each([
    ['a prefix that is a whole name', 'preview', /end with a hyphen/],
    ["Kubernetes' own names", 'kube-', /not begin with "kube-"/],
    ["Plumbline's own names", 'plumbline-', /not begin with "kube-" or "plumbline-"/],
  ])('are refused: %s', (_what, prefix, words) => {
    expect(problemsOf(prefix)).toMatch(words);
  });

  it('are nobody else’s on the same cluster', () => {
    const named = deployerText
      .replace('namespaces: [trial]', 'namespaces: [preview-1]')
      .replace('cluster: lab', 'cluster: main');
    const text = named.replace(
      '    namespaces: [staging]\n',
      '    namespaces: [staging]\n    newNamespaces: { prefix: preview-, quota: { pods: 20 } }\n',
    );
    expect(() => parseConfiguration(text, 'deployer.yaml', deployerSchema)).toThrow(
      /must not begin namespaces of the environment trial on the same cluster: preview-1/,
    );
    expect(problemsOf('preview-', '    newNamespaces: { prefix: preview-more-, quota: { pods: 1 } }\n')).toMatch(
      /must not begin namespaces of the environment trial on the same cluster: preview-more-\*/,
    );
  });
});
