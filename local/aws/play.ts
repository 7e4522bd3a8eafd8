import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { Internals } from './internals.ts';
import type { LogLine } from './lambda/logs.ts';
import type { FunctionPool } from './lambda/pool.ts';
import { readAlarms } from './metrics/alarm.ts';
import { type CloudWatch, createCloudWatch } from './metrics/cloudwatch.ts';
import { serveFunctionUrl } from './sources/function-url.ts';
import { pollQueue } from './sources/poll-queue.ts';
import { pollStream } from './sources/poll-stream.ts';
import { createSchedules, type Schedules } from './sources/scheduler.ts';
import { readAssembly } from './template/assembly.ts';
import { type CreatedStack, createStack, type DescribedResource, type Unplayed } from './template/create.ts';
import { TemplateError } from './template/intrinsics.ts';
import { findNamed } from './template/named.ts';
import type { ClusterAccessEntry, FunctionUrl, Mapping, Queue, Schedule } from './template/parts.ts';
import { openEndpoints } from './template/resources/recorded.ts';

export type PlayOptions = {
  /** Names of the stacks to play. Default: all of the assembly. */
  stacks?: readonly string[];
  /** So many times faster go the schedules, and the visibility time-outs of messages that failed. Default 1. */
  speed?: number;
  /** Lets the schedules run at once; otherwise `schedules.start()` does. Default true. */
  runSchedules?: boolean;
  /**
   * Services that the functions' VPC reaches through endpoints that are not of the template (`s3`, `dynamodb`). Default:
   * none, so that a function in a VPC reaches only what the template gives it a way to.
   */
  existingEndpoints?: readonly string[];
};

/** A synthesized template that runs. Functions and queues are named by their name or by (the beginning of) their logical id. */
export type PlayedStack = {
  logicalIds(): string[];
  /** What `Ref` gives. @throws TemplateError when the template has no such resource. */
  physicalId(logicalId: string): string;
  /** What `Fn::GetAtt` gives. */
  attribute(logicalId: string, name: string): unknown;
  outputs: Readonly<Record<string, string>>;
  /** Every resource with its properties, all references in them resolved, by logical id. */
  described(): Readonly<Record<string, DescribedResource>>;
  functionUrls: readonly (FunctionUrl & { functionName: string; logicalId: string })[];
  queues: readonly Queue[];
  queue(name: string): Queue;
  schedules: Schedules;
  /** Resources of types that the player doesn't know. */
  unplayed: readonly Unplayed[];
  /** The clusters' access entries, for the token review. */
  accessEntries(): readonly ClusterAccessEntry[];
  /** Names of the functions. */
  functions: readonly string[];
  invoke: Internals['functions']['invoke'];
  /** Emits `invocation` at the start and the end of each. */
  events: Internals['functions']['events'];
  /** The lines that a function has written. */
  logs(functionName: string): LogLine[];
  /** Process ids of a function's instances. */
  processes(functionName: string): number[];
  /** Kills a function's processes (SIGKILL), whatever they do. */
  kill(functionName: string): Promise<void>;
  /** Keeps a function from running, as a concurrency of 0 does, or lets it run again. */
  throttle(functionName: string, isThrottled: boolean): void;
  /** What the template's alarms say; their periods, and ages, are on the same clock as the schedules. */
  cloudWatch: CloudWatch;
  setSecret(nameOrArn: string, value: string): Promise<void>;
  /** Stops pollers, schedules, URLs and functions. */
  stop(): Promise<void>;
};

/**
 * Creates everything that the assembly's templates describe, and lets it run.
 *
 * @throws TemplateError that names the resource that can't be created, SetupError when there is no assembly.
 */
export async function playTemplate(internals: Internals, cdkOut: string, options: PlayOptions): Promise<PlayedStack> {
  const running: Running = { stopping: new AbortController(), servers: [], pollers: [], schedules: undefined };
  const stopAll = () => stop(internals, running);
  try {
    const created = await createAll(internals, running, cdkOut, options.stacks);
    openEndpoints(internals.world, options.existingEndpoints ?? []);
    const schedules = start(internals, running, options);
    return describe(internals, created, { schedules, speed: options.speed ?? 1, stop: stopAll });
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/** What has to be ended. */
type Running = {
  stopping: AbortController;
  servers: { close(): Promise<void> }[];
  pollers: Promise<void>[];
  schedules: Schedules | undefined;
};

async function createAll(
  { world, clients, parts, functions, folder }: Internals,
  { servers }: Running,
  cdkOut: string,
  names: readonly string[] | undefined,
): Promise<CreatedStack[]> {
  const openUrl = async (functionArn: string, auth: 'NONE' | 'AWS_IAM'): Promise<string> => {
    const invoke = (event: unknown) => functions.invoke(functionArn, event);
    const server = await serveFunctionUrl({ world, functionArn, auth, invoke });
    servers.push(server);
    return server.url;
  };
  const created: CreatedStack[] = [];
  for (const stack of await readAssembly(cdkOut, names)) {
    created.push(await createStack(stack, { world, clients, parts, folder: folder.path, openUrl }));
  }
  for (const check of parts.checks) check();
  return created;
}

/** Only when everything is there: no function runs beside a half-made stack. */
function start(internals: Internals, running: Running, { speed = 1, runSchedules = true }: PlayOptions): Schedules {
  const { world, parts, functions, warn } = internals;
  for (const definition of parts.functions.values()) functions.add(definition);
  const deliverAs = ({ roleArn, name }: Schedule) =>
    internals.deliverAs(roleArn === undefined ? undefined : { roleArn, sessionName: name });
  const count = internals.tell.schedule;
  const schedules = createSchedules(parts.schedules, { world, warn, speed, deliverAs, count });
  running.schedules = schedules;
  for (const mapping of parts.mappings.filter(({ enabled }) => enabled)) {
    running.pollers.push(startPoller(internals, mapping, { speed, signal: running.stopping.signal }));
  }
  if (runSchedules) schedules.start();
  return schedules;
}

async function stop({ functions }: Internals, { stopping, servers, pollers, schedules }: Running): Promise<void> {
  stopping.abort();
  schedules?.stop();
  await functions.close();
  await Promise.all([...servers.map((server) => server.close()), Promise.allSettled(pollers)]);
}

type Pace = { speed: number; signal: AbortSignal };

async function startPoller(internals: Internals, mapping: Mapping, { speed, signal }: Pace): Promise<void> {
  const { parts, functions, wake, warn, maxInstances, sessions, clientsOf } = internals;
  const pool = functions.find(mapping.functionArn) as FunctionPool;
  const request = { roleArn: pool.definition.roleArn, sessionName: pool.definition.name };
  const clients = clientsOf(await sessions.assume(request));
  const queue = parts.queues.get(mapping.sourceArn);
  if (queue) {
    const limits = { defaultConcurrency: maxInstances, administrator: internals.clients, speed };
    return pollQueue({ mapping, queue, clients, pool, wake, warn, ...limits }, signal);
  }
  const tableArn = mapping.sourceArn.split('/stream/')[0] ?? '';
  const observeAge = (age: number) => internals.tell.iteratorAge(pool.definition.name, age * speed);
  return pollStream(
    { mapping, tableArn, clients, pool, wake, warn, deliver: await internals.deliverAs(request), observeAge },
    signal,
  );
}

function describe(
  internals: Internals,
  created: readonly CreatedStack[],
  { schedules, speed, stop }: { schedules: Schedules; speed: number; stop: () => Promise<void> },
): PlayedStack {
  const { parts, functions, logs, clients } = internals;
  const resource = (logicalId: string) => {
    const found = created.map(({ resources }) => resources.get(logicalId)).find((candidate) => candidate !== undefined);
    if (found === undefined) throw new TemplateError(`the template has no resource ${logicalId}`);
    return found;
  };
  const definitions = [...parts.functions.values()];
  const definition = (name: string) => findNamed(definitions, name, 'function');
  const pool = (name: string) => functions.find(definition(name).arn) as FunctionPool;
  const queues = [...parts.queues.values()];
  const described = () => Object.assign({}, ...created.map((stack) => stack.described()));
  const { world, messages, observations } = internals;
  return {
    logicalIds: () => created.flatMap(({ resources }) => [...resources.keys()]),
    physicalId: (logicalId) => resource(logicalId).ref,
    attribute: (logicalId, name) => resource(logicalId).attributes[name],
    outputs: Object.assign({}, ...created.map(({ outputs }) => outputs)) as Record<string, string>,
    described,
    functionUrls: parts.urls.map((url) => {
      const { name = '', logicalId = '' } = parts.functions.get(url.functionArn) ?? {};
      return { ...url, functionName: name, logicalId };
    }),
    queues,
    queue: (name) => findNamed(queues, name, 'queue'),
    schedules,
    unplayed: created.flatMap(({ unplayed }) => unplayed),
    accessEntries: () => parts.accessEntries,
    functions: definitions.map(({ name }) => name),
    invoke: (name, event) => pool(name).invoke(event),
    events: functions.events,
    logs: (name) => logs.read(definition(name).name),
    processes: (name) => pool(name).processes(),
    kill: (name) => pool(name).kill(),
    throttle: (name, isThrottled) => pool(name).throttle(isThrottled),
    cloudWatch: createCloudWatch(readAlarms(described()), { world, clients, queues, messages, observations, speed }),
    setSecret: async (SecretId, SecretString) =>
      void (await clients.secrets.send(new PutSecretValueCommand({ SecretId, SecretString }))),
    stop,
  };
}
