import type { SQSEvent } from 'aws-lambda';
import type { UpdaterPorts } from '../../../functions/image-updater/ports.ts';
import { updateImages } from '../../../functions/image-updater/update-images.ts';
import type { DeployerEnvironment } from '../../../shared/config/deployer.ts';
import { imageMessageSchema } from '../../../shared/events/messages.ts';
import { processBatch } from '../../../shared/lambda/sqs-batch.ts';
import { createMemoryGit, type MemoryGit } from '../../fakes/memory-git.ts';
import { createMemoryRegistry } from '../../fakes/memory-registry.ts';
import { createMemoryStateStore } from '../../fakes/memory-state-store.ts';
import { digestOf } from '../../shared/images/versions.ts';
import { aDeployerEnvironment } from '../../support/examples.ts';
import { aBatch, delivered } from './events.ts';

export const registryHost = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
export const application = `${registryHost}/example-application`;
export const gitRepository = 'example-org/example-environment';
export const deploymentFile = 'applications/example-application/deployment.yaml';

export const aDeployment = (image: string) =>
  `# kept\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: ${image} # this one\n`;

export const rules = (...repositories: string[]) =>
  `images:\n${repositories.map((repository) => `  - repository: ${repository}\n    policy: { semver: { range: '>=1.0.0 <2.0.0' } }\n`).join('')}`;

type LogLine = { level: string; message: string; details: Record<string, unknown> };

type Options = { environments?: Record<string, Partial<DeployerEnvironment>>; git?: Partial<MemoryGit> };

/** The updater on a Git and a registry in memory, with what it logged and buried. Time passes only by its own waits. */
export function startUpdater({ environments = { staging: {} }, git: overrides = {} }: Options = {}) {
  let time = 0;
  const clock = { now: () => new Date(time) };
  const git = createMemoryGit(clock);
  const registry = createMemoryRegistry();
  const state = createMemoryStateStore();
  const logged: LogLine[] = [];
  const buried: { body: string; reason: string }[] = [];
  const waits: number[] = [];
  const write =
    (level: string) =>
    (message: string, details: Record<string, unknown> = {}) =>
      void logged.push({ level, message, details });
  const log = { info: write('info'), warn: write('warn'), error: write('error') };
  const ports: UpdaterPorts = {
    environments: Object.fromEntries(
      Object.entries(environments).map(([name, part]) => [
        name,
        aDeployerEnvironment({ images: [`${registryHost}/*`], ...part }),
      ]),
    ),
    git: { ...git, ...overrides },
    registry,
    reports: state,
    log,
    clock,
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
      time += milliseconds;
    },
    random: () => 0.5,
  };
  async function handOver(batch: SQSEvent): Promise<string[]> {
    const { batchItemFailures } = await processBatch(batch, {
      schema: imageMessageSchema,
      deadLetters: { send: async (body, reason) => void buried.push({ body, reason }) },
      log,
      measure: () => undefined,
      handle: (messages) => updateImages(messages, ports),
    });
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  }
  return {
    git,
    registry,
    state,
    logged,
    buried,
    waits,
    ports,
    /** Lets time pass. */
    pass(milliseconds: number) {
      time += milliseconds;
    },
    messages: (branch = 'staging') => git.messages(gitRepository, branch),
    read: (path = deploymentFile, branch = 'staging') => git.read(gitRepository, branch, path),
    write: (files: Record<string, string | null>, branch = 'staging') =>
      git.push({ repository: gitRepository, branch }, files),
    /** Puts versions into the registry. */
    has: (...tags: string[]) => tags.forEach((tag) => void registry.push(repositoryOf(application), versionOf(tag))),
    /** Hands over a batch as Lambda would. @returns the ids of the messages that go back to the queue */
    receive: (...bodies: unknown[]) => handOver(aBatch(...bodies)),
    /** The same, of messages that came before. */
    receiveAgain: (deliveries: number, ...bodies: unknown[]) => handOver(delivered(deliveries, aBatch(...bodies))),
    lines: (message: string) => logged.filter((line) => line.message.startsWith(message)).map(({ details }) => details),
  };
}

/** The updater of an environment whose one Deployment stands at 1.0.0, the only version that there is. */
export function startAtOne(options: Options = {}) {
  const updater = startUpdater(options);
  updater.write({ 'environment.yaml': rules(application), [deploymentFile]: aDeployment(`${application}:1.0.0`) });
  updater.has('1.0.0');
  return updater;
}

export const repositoryOf = (name: string) => ({
  account: '123456789012',
  region: 'eu-west-1',
  name: name.slice(registryHost.length + 1),
});

export const versionOf = (tag: string) => ({ tag, digest: digestOf(tag), pushedAt: new Date(0) });
export const pinOf = (tag: string, repository = application) => `${repository}:${tag}@${digestOf(tag)}`;
