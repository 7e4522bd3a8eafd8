import { BadInputError } from '../../shared/errors.ts';
import { inMegabytes } from '../../shared/tree/limits.ts';
import type { ToolLimits, ToolResult } from './run-tool.ts';

type Ended = Extract<ToolResult, { outcome: 'ended' }>;

/**
 * The result of a run that came to its own end.
 *
 * @throws BadInputError if it was stopped or crashed: the same content would end the same way. The message quotes nothing of it.
 */
export function requireEnded(
  result: ToolResult,
  { program, limits, file }: { program: string; limits: ToolLimits; file: string },
): Ended {
  if (result.outcome === 'ended') return result;
  throw new BadInputError([{ file, message: reason(result, program, limits) }]);
}

function reason(result: Exclude<ToolResult, Ended>, program: string, limits: ToolLimits): string {
  if (result.outcome === 'crashed') return `${program} crashed while rendering; look for endless recursion`;
  const over = {
    time: `more than ${limits.seconds} seconds`,
    memory: `more than ${inMegabytes(limits.memoryBytes)} of memory`,
    output: `more than ${inMegabytes(limits.outputBytes)} of output`,
  }[result.limit];
  return `rendering needs ${over} of ${program} and was stopped; look for endless loops, or split the application`;
}
