import type { OnWrite } from '../function/table.ts';
import { patience } from './deployed.ts';

export type Item = Parameters<OnWrite>[0];
type Look = (item: Item) => void;

/** Tells when what is written to the table says something of each of some applications. Asking for it would be work for the emulator. */
export function createStateWatch() {
  const looks = new Set<Look>();
  return {
    see: (item: Item) => {
      for (const look of looks) look(item);
    },
    /** @returns what ends it */
    onWrite(look: Look): () => void {
      looks.add(look);
      return () => looks.delete(look);
    },
    /** @throws Error if that isn't said of all of them before our patience ends */
    until(what: string, names: readonly string[], holds: (item: Item) => boolean): Promise<void> {
      const left = new Set(names);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const giveUp = () => reject(new Error(`${left.size} of ${names.length} applications did not get ${what}`));
      const timer = setTimeout(giveUp, patience.timeoutSeconds * 1000);
      const look = (item: Item) => {
        if (holds(item) && left.delete(item.application?.S ?? '') && left.size === 0) resolve();
      };
      looks.add(look);
      return promise.finally(() => {
        clearTimeout(timer);
        looks.delete(look);
      });
    },
  };
}

export type StateWatch = ReturnType<typeof createStateWatch>;

export const isHealthy = ({ phase }: Item): boolean => phase?.S === 'healthy';

/** A state says that everything is applied before it speaks of health. */
export const isApplied = ({ applied, artifact, phase }: Item): boolean =>
  applied?.S !== undefined && applied.S === artifact?.S && phase?.S !== 'applying';
