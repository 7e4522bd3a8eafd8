import { expect, it } from 'vitest';
import type { FunctionDefinition } from '../../../../local/aws/lambda/definition.ts';
import type { Instance } from '../../../../local/aws/lambda/instance.ts';
import { createPool } from '../../../../local/aws/lambda/pool.ts';

const definition: FunctionDefinition = {
  ...{ name: 'fn', arn: 'arn', logicalId: 'Fn', roleArn: 'role', codeFolder: '/', handler: 'index.handler' },
  ...{ timeoutSeconds: 1, memoryMegabytes: 128, environment: {}, layers: [], inVpc: false, perTenant: true },
};

/** A pool whose instances are numbered from 1, and answer with their number. */
function start(maxInstances = 3) {
  const alive = new Set<number>();
  let started = 0;
  const startInstance = async (): Promise<Instance> => {
    started += 1;
    const pid = started;
    alive.add(pid);
    return {
      pid,
      ready: Promise.resolve(undefined),
      invoke: async (requestId) => ({ ok: true, requestId, payload: pid }),
      alive: () => alive.has(pid),
      kill: async () => void alive.delete(pid),
    };
  };
  const pool = createPool(definition, { start: startInstance, observe: () => {}, warn: () => {}, maxInstances });
  const invoke = async (tenant?: string) => (await pool.invoke({}, tenant)).payload;
  return { pool, invoke, alive };
}

it('gives each tenant an instance of its own, and the same one again', async () => {
  const { invoke } = start();
  const answers = [await invoke('a'), await invoke('b'), await invoke('a'), await invoke('b')];
  expect(answers).toEqual([1, 2, 1, 2]);
});

it('starts more instances of a tenant that asks for more at once', async () => {
  const { invoke } = start();
  const answers = [...(await Promise.all([invoke('a'), invoke('a')])), await invoke('b')];
  expect(answers).toEqual([1, 2, 3]);
});

it('never gives an instance to another tenant, even when the first one is gone and no more may be kept', async () => {
  const { invoke, pool, alive } = start(2);
  const answers = [await invoke('a'), await invoke('b'), await invoke('c'), await invoke('a')];
  expect(answers).toEqual([1, 2, 3, 4]);
  expect([...alive]).toEqual([3, 4]);
  expect(pool.processes()).toEqual([3, 4]);
});

it('starts a new instance for a tenant whose instance has died', async () => {
  const { invoke, alive } = start();
  await invoke('a');
  alive.delete(1);
  expect(await invoke('a')).toBe(2);
});

it('keeps the instances of a function without tenants as one', async () => {
  const { invoke } = start();
  expect([await invoke(), await invoke()]).toEqual([1, 1]);
});
