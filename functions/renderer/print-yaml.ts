import { stringifyJson } from '../../shared/manifests/json.ts';
import type { KubernetesObject } from '../../shared/manifests/object.ts';
import { readingArguments } from './read-objects.ts';
import { requireEnded } from './require-ended.ts';
import { defaultToolLimits, runTool, type Tools } from './run-tool.ts';
import { inWorkspace } from './workspace.ts';

/** Objects as YAML for people, `---` between them, written by kubectl: what it prints, it reads back as the same. */
export async function printYaml(objects: readonly KubernetesObject[], tools: Tools): Promise<string> {
  if (objects.length === 0) return '';
  const limits = defaultToolLimits;
  const args = [
    ...readingArguments.filter((argument) => !argument.startsWith('--output')),
    '--output=yaml',
    '--filename=-',
  ];
  const input = objects.map(stringifyJson).join(`\n${stringifyJson(divider)}\n`);
  return inWorkspace(async ({ folder }) => {
    const run = await runTool({ program: tools.kubectl, args, folder, limits, input });
    const { ok, stdout } = requireEnded(run, { program: 'kubectl', limits, file: '.' });
    if (!ok) throw new Error('kubectl could not print what it had read');
    return stdout.replaceAll(printedDivider, '---\n');
  });
}

/** kubectl prints nothing between two objects, so one that can be told apart goes between them: only keys of an object begin a line. */
const divider = { apiVersion: 'divider.plumbline/v1', kind: 'Divider', metadata: { name: 'next' } };
const printedDivider = 'apiVersion: divider.plumbline/v1\nkind: Divider\nmetadata:\n  name: next\n';
