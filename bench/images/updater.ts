import type { UpdaterPorts } from '../../functions/image-updater/ports.ts';
import { updateImages } from '../../functions/image-updater/update-images.ts';
import type { GitHubStandIn } from '../../local/github/start.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { imageMessageSchema } from '../../shared/events/messages.ts';
import { createGitHubWriter } from '../../shared/git/github.client.ts';
import { processBatch } from '../../shared/lambda/sqs-batch.ts';
import { createMemoryRegistry } from '../../test/fakes/memory-registry.ts';
import { registryHost } from '../../test/functions/image-updater/bench.ts';
import { aBatch } from '../../test/functions/image-updater/events.ts';
import { aDeployerEnvironment } from '../../test/support/examples.ts';

type Options = { write?: 'commit' | 'pullRequest'; clock?: Clock };

/** The updater as the function runs it: the real Octokit against the stand-in's real Git over HTTP. Only the registry is in memory, and answers at once. */
export function createUpdater(
  github: GitHubStandIn,
  repository: string,
  { write = 'commit', clock = systemClock }: Options = {},
) {
  const registry = createMemoryRegistry();
  const { appId, privateKey } = github.apps.write;
  const quiet = { info() {}, warn() {}, error() {} };
  const ports: UpdaterPorts = {
    environments: { staging: aDeployerEnvironment({ repository, images: [`${registryHost}/*`], write }) },
    git: createGitHubWriter({ apiUrl: github.apiUrl, appId, privateKey: async () => privateKey }),
    registry,
    reports: { readReport: async () => undefined },
    log: quiet,
    clock,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    random: Math.random,
  };
  /** @returns the positions of the messages that go back to the queue */
  async function receive(bodies: readonly unknown[]): Promise<number[]> {
    const { batchItemFailures } = await processBatch(aBatch(...bodies), {
      schema: imageMessageSchema,
      log: quiet,
      measure: () => undefined,
      handle: (messages) => updateImages(messages, ports),
    });
    return batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier.split('-')[1]));
  }
  return { registry, receive, git: ports.git };
}

/** What GitHub counts as a write: everything but reading, and but the exchange of tokens. */
export const writesIn = ({ calls }: GitHubStandIn) =>
  calls.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/access_tokens'));
