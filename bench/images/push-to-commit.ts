import { setTimeout as sleep } from 'node:timers/promises';
import { startGitHub } from '../../local/github/start.ts';
import {
  aDeployment,
  application,
  deploymentFile,
  pinOf,
  repositoryOf,
  rules,
  versionOf,
} from '../../test/functions/image-updater/bench.ts';
import { aPush } from '../../test/functions/image-updater/events.ts';
import { median, percentile } from '../statistics.ts';
import { createUpdater } from './updater.ts';

const size = { environments: 2, pushes: 20 };

/** How long it takes from a message that is handed over to the commit that pins its image. One push after the other, a second apart. */
export async function measurePushToCommit() {
  const github = await startGitHub();
  try {
    const times: number[] = [];
    for (let index = 0; index < size.environments; index += 1) times.push(...(await pushOften(github, index)));
    return {
      pushes: times.length,
      'milliseconds (median)': Math.round(median(times)),
      'milliseconds (p95)': Math.round(percentile(times, 95)),
    };
  } finally {
    await github.close();
  }
}

async function pushOften(github: Awaited<ReturnType<typeof startGitHub>>, index: number): Promise<number[]> {
  const repository = `example-org/environment-${index}`;
  const files = { 'environment.yaml': rules(application), [deploymentFile]: aDeployment(`${application}:1.0.0`) };
  await github.createRepository({ owner: 'example-org', name: `environment-${index}`, branches: ['staging'], files });
  const { registry, receive } = createUpdater(github, repository);
  const times: number[] = [];
  for (let minor = 1; minor <= size.pushes; minor += 1) {
    registry.push(repositoryOf(application), versionOf(`1.${minor}.0`));
    const started = performance.now();
    await receive([aPush(`1.${minor}.0`)]);
    times.push(performance.now() - started);
    const content = String(await github.readFile(repository, 'staging', deploymentFile));
    if (content !== aDeployment(pinOf(`1.${minor}.0`))) throw new Error(`1.${minor}.0 was pushed, but is not pinned`);
    // Octokit lets one write go a second; a push that comes alone never waits for it.
    await sleep(1000);
  }
  return times;
}
