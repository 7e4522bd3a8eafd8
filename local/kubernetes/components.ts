import { join } from 'node:path';
import { type GuardedProcess, spawnGuarded, tailOf } from '../tools/guarded-process.ts';
import { SetupError } from '../tools/setup-error.ts';
import type { Binaries, Component } from './versions.ts';

/** The running programs of one cluster. */
export type Components = {
  start(component: Component, args: readonly string[]): void;
  /** From now on, says so when a component ends by itself. */
  watch(onFailure: (message: string) => void): void;
  /** @throws SetupError with the end of its log if a component has ended by itself. */
  check(): Promise<void>;
  stop(): Promise<void>;
};

export type ComponentsOptions = {
  binaries: Binaries;
  /** Folder for one log file per component. */
  logs: string;
};

export function createComponents({ binaries, logs }: ComponentsOptions): Components {
  const running = new Map<Component, GuardedProcess>();
  const ended = new Set<Component>();
  let stopping = false;
  let report: (message: string) => void = () => undefined;
  const failureOf = async (component: Component) =>
    `${component} has ended. The end of its log:\n${await tailOf(logOf(logs, component))}`;
  return {
    start: (component, args) => {
      ended.delete(component);
      const process = spawnGuarded(binaries[component], args, { cwd: logs, output: { file: logOf(logs, component) } });
      running.set(component, process);
      process.exited.then(async () => {
        if (stopping) return;
        ended.add(component);
        report(await failureOf(component));
      });
    },
    watch: (onFailure) => {
      report = onFailure;
    },
    check: async () => {
      const [component] = ended;
      if (component !== undefined) throw new SetupError(await failureOf(component));
    },
    stop: async () => {
      stopping = true;
      // Nothing of theirs is kept, so there is nothing that they should save.
      await Promise.all([...running.values()].map((process) => process.stop({ graceMs: 0 })));
    },
  };
}

function logOf(folder: string, component: Component): string {
  return join(folder, `${component}.log`);
}
