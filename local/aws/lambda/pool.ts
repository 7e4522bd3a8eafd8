import { randomUUID } from 'node:crypto';
import type { FunctionDefinition, InvocationResult } from './definition.ts';
import type { Instance } from './instance.ts';

/** The processes of one function. */
export type FunctionPool = {
  definition: FunctionDefinition;
  /**
   * Runs the handler in a process that is free, or in a new one. Waits while too many run.
   *
   * @param tenant whom the process must never have served another than. Default: the function knows no tenants.
   */
  invoke(event: unknown, tenant?: string): Promise<InvocationResult>;
  /** Keeps it from running, as a concurrency of 0 does, or lets it run again. */
  throttle(isThrottled: boolean): void;
  /** The process ids of the instances. */
  processes(): number[];
  /** Ends every process at once, in the middle of whatever it does. The next invocation gets a new one. */
  kill(): Promise<void>;
  /** The same, and nothing runs any more. */
  close(): Promise<void>;
};

/** Told when an invocation starts and ends, or is refused. */
export type InvocationEvent = {
  phase: 'start' | 'end' | 'throttled';
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

const rateExceeded = { errorType: 'TooManyRequestsException', errorMessage: 'Rate Exceeded.' };

type Idle = { instance: Instance; tenant: string | undefined };

/** The one that was used last is the warmest. */
function takeLast(idle: Idle[], matches: (one: Idle) => boolean): Idle | undefined {
  const index = idle.findLastIndex(matches);
  return index < 0 ? undefined : idle.splice(index, 1)[0];
}

/** @returns a pool that starts its first process when it is first used, and keeps its processes warm. */
export function createPool(definition: FunctionDefinition, ports: PoolPorts): FunctionPool {
  const limit = Math.min(definition.reservedConcurrency ?? ports.maxInstances, ports.maxInstances);
  const instances = new Set<Instance>();
  const idle: Idle[] = [];
  const queue: (() => void)[] = [];
  let busy = 0;
  let closed = false;
  let throttled = definition.reservedConcurrency === 0;

  const acquire = async (tenant: string | undefined): Promise<Instance> => {
    // A process that ends hands its turn over, so that nobody can come in between.
    if (busy >= limit) await new Promise<void>((resolve) => queue.push(resolve));
    else busy += 1;
    for (;;) {
      const free = takeLast(idle, (one) => one.tenant === tenant);
      if (free?.instance.alive()) return free.instance;
      if (free === undefined) break;
      instances.delete(free.instance);
    }
    if (closed) throw new Error(`${definition.name} is closed`);
    const instance = await ports.start(definition);
    instances.add(instance);
    return instance;
  };
  const release = (instance: Instance | undefined, tenant: string | undefined): void => {
    if (instance?.alive()) idle.push({ instance, tenant });
    else if (instance) instances.delete(instance);
    // One machine can't keep warm processes for every tenant that ever was.
    const cold = idle.length > limit ? idle.shift()?.instance : undefined;
    if (cold) void cold.kill().finally(() => instances.delete(cold));
    const next = queue.shift();
    if (next) next();
    else busy -= 1;
  };
  const invoke = async (event: unknown, tenant?: string): Promise<InvocationResult> => {
    const requestId = randomUUID();
    if (throttled) {
      ports.observe({ phase: 'throttled', function: definition.name, requestId, pid: 0 });
      return { ok: false, requestId, kind: 'throttled', payload: rateExceeded };
    }
    let instance: Instance | undefined;
    try {
      instance = await acquire(tenant);
      return await observed(instance, requestId, JSON.stringify(event));
    } finally {
      release(instance, tenant);
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
    throttle: (isThrottled) => {
      throttled = isThrottled;
    },
    processes: () => [...instances].filter((instance) => instance.alive()).map(({ pid }) => pid),
    kill,
    close: () => {
      closed = true;
      return kill();
    },
  };
}
