import type { InvocationEvent } from '../lambda/pool.ts';
import type { Rule, Schedule } from '../template/parts.ts';
import type { Observation, Observations } from './observations.ts';

/** What the services count by themselves. */
export type Tell = {
  invocation(event: InvocationEvent): void;
  messageSent(queueArn: string): void;
  schedule(metric: string, schedule: Schedule): void;
  ruleFailure(rule: Rule): void;
  /** @param milliseconds on the stack's clock */
  iteratorAge(functionName: string, milliseconds: number): void;
};

export function createTell({ record }: Observations): Tell {
  const one = (namespace: string, name: string, dimensions: Observation['dimensions'], value = 1) =>
    record({ namespace, name, dimensions, value });
  return {
    invocation({ phase, function: FunctionName, ok, milliseconds = 0 }) {
      if (phase === 'throttled') one('AWS/Lambda', 'Throttles', { FunctionName });
      if (phase !== 'end') return;
      one('AWS/Lambda', 'Errors', { FunctionName }, ok ? 0 : 1);
      one('AWS/Lambda', 'Duration', { FunctionName }, milliseconds);
    },
    messageSent: (arn) => one('AWS/SQS', 'NumberOfMessagesSent', { QueueName: arn.split(':').at(-1) ?? '' }),
    schedule: (metric, { arn }) => one('AWS/Scheduler', metric, { ScheduleGroup: arn.split('/').at(-2) ?? '' }),
    ruleFailure: ({ name, bus }) =>
      one('AWS/Events', 'FailedInvocations', { RuleName: name, ...(bus !== 'default' && { EventBusName: bus }) }),
    iteratorAge: (FunctionName, milliseconds) => one('AWS/Lambda', 'IteratorAge', { FunctionName }, milliseconds),
  };
}
