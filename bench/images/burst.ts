import { setTimeout as sleep } from 'node:timers/promises';
import { type GitHubStandIn, startGitHub } from '../../local/github/start.ts';
import {
  aDeployment,
  pinOf,
  registryHost,
  repositoryOf,
  rules,
  versionOf,
} from '../../test/functions/image-updater/bench.ts';
import { aPush } from '../../test/functions/image-updater/events.ts';
import { createUpdater, writesIn } from './updater.ts';

const size = { pushes: 1_000, repositories: 200, milliseconds: 60_000 };
/** As the template sets them. */
const queue = { batchSize: 10, consumers: 2, visibilityMilliseconds: 360_000 };
const repository = 'example-org/example-environment';
const names = Array.from({ length: size.repositories }, (_, index) => `${registryHost}/app-${index}`);
const fileOf = (index: number) => `applications/app-${index}/deployment.yaml`;

/** 1,000 pushes over 200 repositories of one environment within a minute: how many commits, how soon, how many writes, and whether all is right in the end. */
export async function measureBurst() {
  const github = await startGitHub();
  try {
    await createEnvironment(github);
    const { registry, receive, git } = createUpdater(github, repository);
    const messages = createQueue();
    const started = Date.now();
    const pushing = pushAll(registry, messages);
    const consumers = Array.from({ length: queue.consumers }, () => consume(messages, receive));
    await pushing;
    const [lastPush, lastPin] = [Date.now(), await lastCommit(github, consumers)];
    const history = await git.history(repository, (await git.head(repository, 'staging')) ?? '', 1_000);
    return {
      pushes: size.pushes,
      repositories: size.repositories,
      'seconds of pushing': seconds(lastPush - started),
      commits: history.filter(({ byApp }) => byApp).length,
      'seconds from the last push until the last pin is right': seconds(Math.max(0, lastPin - lastPush)),
      'writes in the busiest minute, with tries that came too late': busiestMinute(github),
      'lost updates': await countLost(github),
    };
  } finally {
    await github.close();
  }
}

const seconds = (milliseconds: number) => Math.round(milliseconds / 100) / 10;

async function createEnvironment(github: GitHubStandIn): Promise<void> {
  const manifests = names.map((name, index) => [fileOf(index), aDeployment(`${name}:1.0.0`)] as const);
  const files = { 'environment.yaml': rules(...names), ...Object.fromEntries(manifests) };
  await github.createRepository({ owner: 'example-org', name: 'example-environment', branches: ['staging'], files });
}

type Message = { body: unknown; visibleAt: number };
type Queue = {
  send(body: unknown): void;
  take(): Message[];
  giveBack(message: Message): void;
  end(): void;
  isDone(): boolean;
};

/** A standard queue as far as it matters here. */
function createQueue(): Queue {
  const waiting: Message[] = [];
  let isOpen = true;
  return {
    send: (body) => void waiting.push({ body, visibleAt: 0 }),
    take() {
      const visible = waiting.filter(({ visibleAt }) => visibleAt <= Date.now()).slice(0, queue.batchSize);
      for (const message of visible) waiting.splice(waiting.indexOf(message), 1);
      return visible;
    },
    giveBack: ({ body }) => void waiting.push({ body, visibleAt: Date.now() + queue.visibilityMilliseconds }),
    end() {
      isOpen = false;
    },
    isDone: () => !isOpen && waiting.length === 0,
  };
}

async function pushAll(registry: ReturnType<typeof createUpdater>['registry'], messages: Queue): Promise<void> {
  const started = Date.now();
  for (let index = 0; index < size.pushes; index += 1) {
    const due = started + (index * size.milliseconds) / size.pushes;
    if (due > Date.now()) await sleep(due - Date.now());
    const app = index % size.repositories;
    const tag = `1.${1 + Math.floor(index / size.repositories)}.0`;
    registry.push(repositoryOf(names[app] ?? ''), versionOf(tag));
    messages.send(aPush(tag, `app-${app}`));
  }
  messages.end();
}

async function consume(messages: Queue, receive: (bodies: unknown[]) => Promise<number[]>): Promise<void> {
  while (!messages.isDone()) {
    const batch = messages.take();
    if (batch.length === 0) await sleep(50);
    else for (const index of await receive(batch.map(({ body }) => body))) messages.giveBack(batch[index] as Message);
  }
}

/** When the branch was last written to. */
async function lastCommit(github: GitHubStandIn, consumers: Promise<void>[]): Promise<number> {
  await Promise.all(consumers);
  return Math.max(...writesIn(github).map(({ at, seconds }) => at.getTime() + seconds * 1000));
}

function busiestMinute(github: GitHubStandIn): number {
  const times = writesIn(github).map(({ at }) => at.getTime());
  return Math.max(...times.map((end) => times.filter((time) => time > end - 60_000 && time <= end).length));
}

async function countLost(github: GitHubStandIn): Promise<number> {
  const last = `1.${size.pushes / size.repositories}.0`;
  const right = await Promise.all(
    names.map(async (name, index) => {
      const content = String(await github.readFile(repository, 'staging', fileOf(index)));
      return content === aDeployment(pinOf(last, name));
    }),
  );
  return right.filter((isRight) => !isRight).length;
}
