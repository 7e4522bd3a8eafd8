import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureKubectlAndHelm } from '../../local/tools/kubectl-and-helm.ts';
import { checkProject, type Result } from './check-project.ts';
import { projects } from './projects.ts';

/**
 * `npm run bench:render [-- WORD…]`: renders what public projects deploy, and compares every object with what kubectl, kustomize and Helm
 * give. It needs Go, which fetches the projects, and takes some minutes. A word chooses projects.
 */
const words = process.argv.slice(2);
const tools = await ensureKubectlAndHelm();
const scratch = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
const results: Result[] = [];
try {
  for (const project of projects.filter(({ module }) => words.every((word) => module.includes(word)))) {
    console.log(`\n${project.module} ${project.version}`);
    for await (const result of checkProject(project, { tools, scratch })) {
      results.push(result);
      console.log(lineOf(result));
    }
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}
const objects = results.reduce((sum, each) => sum + each.objects, 0);
const different = results.filter(({ same }) => !same).length;
console.log(
  `\n${results.length} folders, ${objects} objects; ${different} folders are not what the tools make of them`,
);
process.exit(different > 0 ? 1 : 0);

function lineOf({ folder, kind, objects, seconds, same, problems }: Result): string {
  const outcome = problems.length > 0 ? 'REFUSED' : same ? 'same' : 'DIFFERENT';
  const columns = [
    folder.padEnd(46),
    kind.padEnd(14),
    `${objects} objects`.padStart(12),
    `${seconds.toFixed(1)} s`.padStart(7),
  ];
  return [`  ${columns.join('  ')}  ${outcome}`, ...problems.slice(0, 3).map((problem) => `    ${problem}`)].join('\n');
}
