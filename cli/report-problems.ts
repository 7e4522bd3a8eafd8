import type { Writable } from 'node:stream';
import { PlumblineError, problemsOf } from '../shared/errors.ts';
import { describeProblem } from '../shared/problem.ts';

export type Output = { stdout: Writable; stderr: Writable };

/** Runs a command. What somebody can mend is told on standard error, one problem a line. @returns the exit code */
export async function reportProblems({ stderr }: Output, command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    for (const problem of problemsOf(error)) stderr.write(`error: ${describeProblem(problem)}\n`);
    return 1;
  }
}
