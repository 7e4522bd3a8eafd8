import { randomUUID } from 'node:crypto';
import { judgeService } from '../guard/authorize.ts';
import type { World } from '../guard/world.ts';
import { findNamed } from '../template/named.ts';
import type { Schedule } from '../template/parts.ts';
import type { Deliver } from './deliver.ts';
import { parseSchedule, type Recurrence } from './schedule-expression.ts';

/** The schedules of a stack. */
export type Schedules = {
  /** Their physical names; logical ids do as well. */
  names(): string[];
  /** Sends a schedule's input now, whether it is enabled or not. @throws TemplateError when there is no such schedule. */
  fireNow(name: string): Promise<void>;
  /** Lets the enabled ones run. */
  start(): void;
  stop(): void;
};

export type SchedulesPorts = {
  world: World;
  /** Delivers with the rights of a schedule's role, or of the administrator for a rule (the queue's policy is asked). */
  deliverAs(schedule: Schedule): Promise<Deliver>;
  /** So many times faster than the clock. */
  speed: number;
  /** Told of what Scheduler counts. */
  count(metric: 'TargetErrorCount' | 'InvocationsFailedToBeSentToDeadLetterCount', schedule: Schedule): void;
  warn(message: string): void;
};

/** Nothing fires more often than this, in milliseconds, however fast the clock goes. */
const shortest = 200;

/**
 * Plays EventBridge Scheduler on a clock of its own, which goes `speed` times as fast from now on.
 *
 * @throws Error for an expression that isn't played.
 */
export function createSchedules(schedules: readonly Schedule[], ports: SchedulesPorts): Schedules {
  const timers = new Map<Schedule, NodeJS.Timeout>();
  const recurrences = new Map(schedules.map((schedule) => [schedule, parseSchedule(schedule.expression)]));
  const origin = Date.now();
  const clock = () => new Date(origin + (Date.now() - origin) * ports.speed);
  const fire = (schedule: Schedule): Promise<void> => send(schedule, ports, clock());
  const plan = (schedule: Schedule, recurrence: Recurrence, after: Date): void => {
    const next = recurrence.next(after);
    if (next === undefined) return;
    const wait = Math.max((next.getTime() - clock().getTime()) / ports.speed, shortest);
    // A timer can't wait longer than 24.8 days; then it looks again.
    const timer = setTimeout(
      () => (wait > longest ? plan(schedule, recurrence, after) : tick(schedule, recurrence, next)),
      Math.min(wait, longest),
    );
    timers.set(schedule, timer.unref());
  };
  const tick = (schedule: Schedule, recurrence: Recurrence, at: Date): void => {
    void fire(schedule);
    plan(schedule, recurrence, at);
  };
  return {
    names: () => schedules.map(({ name }) => name),
    fireNow: async (name) => {
      await fire(findNamed(schedules, name, 'schedule'));
    },
    start: () => {
      for (const [schedule, recurrence] of recurrences) {
        if (!schedule.enabled) continue;
        if (recurrence.startsAtOnce) tick(schedule, recurrence, clock());
        else plan(schedule, recurrence, clock());
      }
    },
    stop: () => {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}

const longest = 2 ** 31 - 1;

async function send(schedule: Schedule, ports: SchedulesPorts, at: Date): Promise<void> {
  const { target, name } = schedule;
  const body = fillIn(target.input ?? '{}', schedule, at);
  try {
    const deliver = await ports.deliverAs(schedule);
    if (schedule.roleArn === undefined) refuseWithoutPermission(ports.world, schedule);
    await deliver(target.arn, body, target.messageGroupId).catch((error: unknown) =>
      toDeadLetters({ deliver, schedule, body, count: ports.count }, error),
    );
  } catch (error) {
    ports.warn(
      `the schedule ${name} can't deliver to ${target.arn}: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** A scheduled rule has no role: the target's own policy has to let EventBridge in. */
function refuseWithoutPermission(world: World, { arn, target }: Schedule): void {
  const action = target.arn.includes(':sqs:') ? 'sqs:SendMessage' : 'lambda:InvokeFunction';
  const permission = { action, resource: target.arn, context: { 'aws:sourcearn': arn } };
  const decision = judgeService(world, 'events.amazonaws.com', permission);
  if (!decision.allowed)
    throw new Error(`events.amazonaws.com is not authorized to perform ${action} ${decision.reason}`);
}

type Undelivered = { deliver: Deliver; schedule: Schedule; body: string; count: SchedulesPorts['count'] };

async function toDeadLetters({ deliver, schedule, body, count }: Undelivered, error: unknown): Promise<void> {
  const { deadLetterArn } = schedule.target;
  count('TargetErrorCount', schedule);
  try {
    if (deadLetterArn) await deliver(deadLetterArn, body);
  } catch {
    count('InvocationsFailedToBeSentToDeadLetterCount', schedule);
  }
  throw error;
}

/** @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
function fillIn(input: string, { arn }: Schedule, at: Date): string {
  return input
    .replaceAll('<aws.scheduler.schedule-arn>', arn)
    .replaceAll('<aws.scheduler.scheduled-time>', at.toISOString().replace(/\.\d+Z$/, 'Z'))
    .replaceAll('<aws.scheduler.execution-id>', randomUUID())
    .replaceAll('<aws.scheduler.attempt-number>', '1');
}
