import { randomUUID } from 'node:crypto';
import { judgeService } from '../guard/authorize.ts';
import type { World } from '../guard/world.ts';
import type { Parts, Rule, Target } from '../template/parts.ts';
import type { Deliver } from './deliver.ts';
import { matchesEvent } from './filter.ts';

/** An entry of `PutEvents`. */
export type EventEntry = {
  Source?: string;
  DetailType?: string;
  Detail?: string;
  Resources?: string[];
  EventBusName?: string;
  Time?: number | string;
};

/** An event as a target gets it. */
export type BusEvent = {
  version: '0';
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  time: string;
  region: string;
  resources: readonly string[];
  detail: Readonly<Record<string, unknown>>;
};

/** EventBridge: matches events with rules and brings them to their targets. */
export type EventBus = {
  put(entry: EventEntry): Promise<{ EventId: string } | { ErrorCode: string; ErrorMessage: string }>;
};

export type EventBusPorts = {
  world: World;
  parts: Parts;
  deliver: Deliver;
  /** Told of each event that a rule could not bring to a target. */
  countFailure(rule: Rule): void;
  warn(message: string): void;
};

/** @returns the buses of the account; a rule sees the events of its own bus. */
export function createEventBus(ports: EventBusPorts): EventBus {
  return {
    put: async (entry) => {
      const event = eventOf(entry, ports.world);
      if ('ErrorCode' in event) return event;
      const bus = (entry.EventBusName ?? 'default').split('/').at(-1);
      const rules = ports.parts.rules.filter((rule) => rule.enabled && rule.bus === bus && matches(rule, event));
      await Promise.all(rules.flatMap((rule) => rule.targets.map((target) => send(ports, rule, target, event))));
      return { EventId: event.id };
    },
  };
}

function matches({ pattern }: Rule, event: BusEvent): boolean {
  return pattern !== undefined && matchesEvent(JSON.parse(pattern), event);
}

function eventOf(
  entry: EventEntry,
  { accountId, region }: World,
): BusEvent | { ErrorCode: string; ErrorMessage: string } {
  const missing = (['Source', 'DetailType', 'Detail'] as const).find((name) => !entry[name]);
  if (missing)
    return {
      ErrorCode: 'InvalidArgument',
      ErrorMessage: `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`,
    };
  const detail = parseDetail(entry.Detail ?? '');
  if (detail === undefined) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const time = typeof entry.Time === 'number' ? entry.Time * 1000 : (entry.Time ?? Date.now());
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': entry.DetailType ?? '',
    source: entry.Source ?? '',
    account: accountId,
    time: new Date(time).toISOString().replace(/\.\d+Z$/, 'Z'),
    region,
    resources: entry.Resources ?? [],
    detail,
  };
}

function parseDetail(text: string): BusEvent['detail'] | undefined {
  try {
    const detail: unknown = JSON.parse(text);
    return typeof detail === 'object' && detail !== null && !Array.isArray(detail)
      ? (detail as BusEvent['detail'])
      : undefined;
  } catch {
    return undefined;
  }
}

/** AWS drops what a target's policy doesn't allow (into the dead letter queue, if there is one); here it is said, too. */
async function send(
  { world, deliver, countFailure, warn }: EventBusPorts,
  rule: Rule,
  target: Target,
  event: BusEvent,
): Promise<void> {
  const body = inputOf(target, event);
  try {
    refuseWithoutPermission(world, rule, target.arn);
    await deliver(target.arn, body, target.messageGroupId);
  } catch (error) {
    countFailure(rule);
    warn(`the rule ${rule.name} can't deliver to ${target.arn}: ${error instanceof Error ? error.message : error}`);
    if (target.deadLetterArn)
      await deliver(target.deadLetterArn, body).catch((reason: unknown) => warn(String(reason)));
  }
}

function refuseWithoutPermission(world: World, { arn }: Rule, resource: string): void {
  const action = resource.includes(':sqs:')
    ? 'sqs:SendMessage'
    : resource.includes(':sns:')
      ? 'sns:Publish'
      : 'lambda:InvokeFunction';
  const permission = { action, resource, context: { 'aws:sourcearn': arn } };
  const decision = judgeService(world, 'events.amazonaws.com', permission);
  if (!decision.allowed)
    throw new Error(`events.amazonaws.com is not authorized to perform ${action} ${decision.reason}`);
}

/** The text that the target gets: the event, a constant, a part of the event, or a template that is filled from it. */
export function inputOf({ input, inputPath, inputTransformer }: Target, event: BusEvent): string {
  if (input !== undefined) return input;
  if (inputPath !== undefined) return JSON.stringify(readPath(inputPath, event));
  if (inputTransformer === undefined) return JSON.stringify(event);
  return fillIn(inputTransformer, event);
}

/** Inside of quotation marks a value's words go in; outside of them it is JSON. */
function fillIn({ paths, template }: NonNullable<Target['inputTransformer']>, event: BusEvent): string {
  let quoted = false;
  const filled = template.split(/(<[\w.-]+>)/).map((part) => {
    const name = /^<([\w.-]+)>$/.exec(part)?.[1];
    if (name === undefined) {
      if ((part.replace(/\\./g, '').split('"').length - 1) % 2 === 1) quoted = !quoted;
      return part;
    }
    const path = paths[name];
    const value = name === 'aws.events.event' ? event : path && readPath(path, event);
    const json = JSON.stringify(value) ?? 'null';
    if (!quoted) return json;
    return typeof value === 'string' ? json.slice(1, -1) : JSON.stringify(json).slice(1, -1);
  });
  return filled.join('');
}

function readPath(path: string, event: unknown): unknown {
  const steps = path
    .replace(/^\$\.?/, '')
    .split(/[.[\]]+/)
    .filter(Boolean);
  return steps.reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], event);
}
