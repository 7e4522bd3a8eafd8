import { createHash, randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from './guard/world.ts';
import type { FunctionDefinition, InvocationResult } from './lambda/definition.ts';
import { functionEnvironment } from './lambda/environment.ts';
import { type Instance, startInstance } from './lambda/instance.ts';
import { mergeLayers } from './lambda/layers.ts';
import type { LogSink } from './lambda/logs.ts';
import { createPool, type FunctionPool, type InvocationEvent } from './lambda/pool.ts';
import type { Sessions } from './sessions.ts';

/** The functions of the account. */
export type Functions = {
  add(definition: FunctionDefinition): void;
  /** By name or ARN, with or without a version. */
  find(nameOrArn: string): FunctionPool | undefined;
  /** @throws Error when there is no such function. */
  invoke(nameOrArn: string, event: unknown): Promise<InvocationResult>;
  /** Emits `invocation`. */
  events: EventEmitter<{ invocation: [InvocationEvent] }>;
  close(): Promise<void>;
};

export type FunctionsOptions = {
  world: World;
  sessions: Sessions;
  /** The guard's address. */
  endpoint: string;
  logs: LogSink;
  /** Folder for what stands for `/opt` and `/tmp`; removed with the account. */
  folder: string;
  /** Interpreter that unpacks layers. */
  python: string;
  maxInstances: number;
  layerOverrides?: Readonly<Record<string, string>> | undefined;
  warn(message: string): void;
};

/** Creates an empty set of functions. */
export function createFunctions(options: FunctionsOptions): Functions {
  const pools = new Map<string, FunctionPool>();
  const events = new EventEmitter<{ invocation: [InvocationEvent] }>();
  const optFolder = createLayerFolders(options);
  const start = (definition: FunctionDefinition) => startFunction(definition, options, optFolder);
  const find = (nameOrArn: string): FunctionPool | undefined => {
    const name = nameOrArn.startsWith('arn:') ? nameOrArn.split(':')[6] : nameOrArn.split(':')[0];
    return pools.get(name ?? '');
  };
  return {
    add: (definition) => {
      const observe = (event: InvocationEvent) => void events.emit('invocation', event);
      const { warn, maxInstances } = options;
      pools.set(definition.name, createPool(definition, { start, observe, warn, maxInstances }));
    },
    find,
    invoke: async (nameOrArn, event) => {
      const pool = find(nameOrArn);
      if (pool === undefined) throw new Error(`Function not found: ${nameOrArn}`);
      return pool.invoke(event);
    },
    events,
    close: async () => void (await Promise.all([...pools.values()].map((pool) => pool.close()))),
  };
}

type LayerFolders = (layers: readonly string[]) => Promise<string>;

/** Functions with equal layers share the folder that stands for `/opt`. */
function createLayerFolders({ folder, python, layerOverrides: overrides }: FunctionsOptions): LayerFolders {
  const made = new Map<string, Promise<string>>();
  return (layers) => {
    const key = createHash('sha256').update(layers.join('\n')).digest('hex').slice(0, 12);
    const target = join(folder, 'opt', key);
    const used = layers.length > 0 ? overrides : {};
    const ready = made.get(key) ?? mergeLayers({ layers, target, python, overrides: used }).then(() => target);
    made.set(key, ready);
    return ready;
  };
}

async function startFunction(
  definition: FunctionDefinition,
  { world, sessions, endpoint, logs, folder }: FunctionsOptions,
  optFolder: LayerFolders,
): Promise<Instance> {
  const { name, arn, roleArn, inVpc } = definition;
  const temporary = join(folder, 'tmp', randomUUID());
  const [{ credentials }, layers] = await Promise.all([
    sessions.assume({ roleArn, sessionName: name, inVpc, sourceFunctionArn: arn }),
    optFolder(definition.layers),
    mkdir(temporary, { recursive: true }),
  ]);
  const environment = functionEnvironment({
    definition,
    credentials,
    endpoint,
    region: world.region,
    layers,
    temporary,
  });
  return startInstance({ definition, environment, write: (line) => logs.write(name, line) });
}
