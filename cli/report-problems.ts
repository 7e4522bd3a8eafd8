import { join, relative } from 'node:path';
import type { Writable } from 'node:stream';
import { PlumblineError, problemsOf } from '../shared/errors.ts';
import { describeProblem, type Problem } from '../shared/problem.ts';

export type Output = { stdout: Writable; stderr: Writable };

/** The exit code of commands that answer a question by 0 or 1, where they could not ask it. */
export const badInput = 2;

/**
 * Runs a command. What somebody can mend is told on standard error, one problem a line.
 *
 * @param whenBad the exit code then. Default: 1
 * @returns the exit code
 */
export async function reportProblems(
  { stdout, stderr }: Output,
  command: () => Promise<number>,
  whenBad = 1,
): Promise<number> {
  stdout.on('error', hangUp);
  try {
    return await command();
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    for (const problem of problemsOf(error)) stderr.write(`error: ${describeProblem(problem)}\n`);
    return whenBad;
  }
}

/** Whoever reads it may have seen enough, as `head` does. */
function hangUp(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** People are in a folder of theirs: there the file's name works in an editor. @param root that the file's name is relative to */
export function fromHere(problem: Problem, root: string): Problem {
  return problem.file === undefined
    ? problem
    : { ...problem, file: relative(process.cwd(), join(root, problem.file)) || '.' };
}
