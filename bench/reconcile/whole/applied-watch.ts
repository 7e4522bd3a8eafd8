import type { OnWrite } from '../function/table.ts';

/** Tells when the state of each of some applications says that its objects are applied, as it does before it speaks of health. */
export function createAppliedWatch() {
  let waiting = new Set<string>();
  let done = () => {};
  const see: OnWrite = ({ application, artifact, applied, phase }) => {
    const isApplied = applied?.S !== undefined && applied.S === artifact?.S && phase?.S !== 'applying';
    if (isApplied && waiting.delete(application?.S ?? '') && waiting.size === 0) done();
  };
  return {
    see,
    /** @returns what `elapsed` gives when all of them are */
    all(names: readonly string[], elapsed: () => number): Promise<number> {
      waiting = new Set(names);
      return new Promise((resolve) => {
        done = () => resolve(elapsed());
      });
    },
  };
}
