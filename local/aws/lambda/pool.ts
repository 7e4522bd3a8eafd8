import { randomUUID } from 'node:crypto';
import type { FunctionDefinition, InvocationResult } from './definition.ts';
import type { Instance } from './instance.ts';

/** The processes of one function. */
export type FunctionPool = {
  definition: FunctionDefinition;
  /** Runs the handler in a process that is free, or in a new one. Waits while too many run. */
  invoke(event: unknown): Promise<InvocationResult>;
  /** The process ids of the instances. */
  processes(): number[];
  /** Ends every process at once, in the middle of whatever it does. The next invocation gets a new one. */
  kill(): Promise<void>;
  /** The same, and nothing runs any more. */
  close(): Promise<void>;
};

/** Told when an invocation starts and ends. */
export type InvocationEvent = {
  phase: 'start' | 'end';
  function: string;
  requestId: string;
  pid: number;
  ok?: boolean;
  milliseconds?: number;
};

export type PoolPorts = {
  start(definition: FunctionDefinition): Promise<Instance>;
  observe(event: InvocationEvent): void;
  /** A process crashed, timed out or could not be loaded: for people. */
  warn(message: string): void;
  /** At most so many processes of one function at once, whatever the template says: this is one machine. */
  maxInstances: number;
};

/** @returns a pool that starts its first process when it is first used, and keeps its processes warm. */
export function createPool(definition: FunctionDefinition, ports: PoolPorts): FunctionPool {
  const limit = Math.min(definition.reservedConcurrency ?? ports.maxInstances, ports.maxInstances);
  const instances = new Set<Instance>();
  const idle: Instance[] = [];
  const queue: (() => void)[] = [];
  let busy = 0;
  let closed = false;

  const acquire = async (): Promise<Instance> => {
    // A process that ends hands its turn over, so that nobody can come in between.
    if (busy >= limit) await new Promise<void>((resolve) => queue.push(resolve));
    else busy += 1;
    let free = idle.pop();
    while (free && !free.alive()) {
      instances.delete(free);
      free = idle.pop();
    }
    if (free) return free;
    if (closed) throw new Error(`${definition.name} is closed`);
    const instance = await ports.start(definition);
    instances.add(instance);
    return instance;
  };
  const release = (instance: Instance | undefined): void => {
    if (instance?.alive()) idle.push(instance);
    else if (instance) instances.delete(instance);
    const next = queue.shift();
    if (next) next();
    else busy -= 1;
  };
  const invoke = async (event: unknown): Promise<InvocationResult> => {
    const requestId = randomUUID();
    let instance: Instance | undefined;
    try {
      instance = await acquire();
      return await observed(instance, requestId, JSON.stringify(event));
    } finally {
      release(instance);
    }
  };
  const observed = async (instance: Instance, requestId: string, event: string): Promise<InvocationResult> => {
    await instance.ready;
    const about = { function: definition.name, requestId, pid: instance.pid };
    const started = Date.now();
    ports.observe({ phase: 'start', ...about });
    const result = await instance.invoke(requestId, event);
    ports.observe({ phase: 'end', ...about, ok: result.ok, milliseconds: Date.now() - started });
    if (!result.ok && result.kind !== 'thrown' && !closed)
      ports.warn(`${definition.name}: ${result.payload.errorMessage}`);
    return result;
  };
  const kill = async (): Promise<void> => {
    await Promise.all([...instances].map((instance) => instance.kill()));
    instances.clear();
  };
  return {
    definition,
    invoke,
    processes: () => [...instances].filter((instance) => instance.alive()).map(({ pid }) => pid),
    kill,
    close: () => {
      closed = true;
      return kill();
    },
  };
}
