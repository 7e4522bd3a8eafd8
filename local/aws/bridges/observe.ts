import { accessDenied, faultAnswer, jsonAnswer } from '../guard/answers.ts';
import { judgeOne } from '../guard/authorize.ts';
import type { Interceptor } from '../guard/guard.ts';
import { type Operation, text } from '../guard/operations/operation.ts';
import type { World } from '../guard/world.ts';
import { registerSession } from '../sessions.ts';
import type { EventBus, EventEntry } from '../sources/event-bus.ts';
import type { Wake } from '../sources/wake.ts';

const writes = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems'];

/** Wakes the pollers of what was sent or written to. A delayed message wakes them when its time has come. */
export function wakePollers(wake: Wake): Interceptor {
  return async (call, next) => {
    const answer = await next();
    const { service, name, permissions, parameters } = call.operation;
    if (answer.status >= 300) return answer;
    const delay = Number(parameters.DelaySeconds ?? 0) * 1000;
    const sources = service === 'sqs' && name.startsWith('SendMessage') ? permissions : [];
    const tables = service === 'dynamodb' && writes.includes(name) ? permissions : [];
    for (const { resource } of [...sources, ...tables]) setTimeout(() => wake.now(resource), delay).unref();
    if (service === 'sns') wake.all();
    return answer;
  };
}

/** Tells of calls that succeeded. */
export function tellCalls(see: (operation: Operation) => void): Interceptor {
  return async ({ operation }, next) => {
    const answer = await next();
    if (answer.status < 300) see(operation);
    return answer;
  };
}

/** A message that was published to a topic. */
export type Published = { topicArn: string; subject?: string; message: string; at: Date };

/** Keeps what is published: nobody reads the e-mails of a local account. */
export function keepPublished(published: Published[]): Interceptor {
  return async (call, next) => {
    const answer = await next();
    const { service, name, parameters } = call.operation;
    if (service !== 'sns' || name !== 'Publish' || answer.status >= 300) return answer;
    const subject = text(parameters.Subject);
    published.push({
      ...{ topicArn: text(parameters.TopicArn), message: text(parameters.Message), at: new Date() },
      ...(subject && { subject }),
    });
    return answer;
  };
}

/** Events go to the player's own buses, which ask the targets' policies; moto's deliver whatever those say. */
export function bridgeEvents(bus: EventBus): Interceptor {
  return async ({ operation }, next) => {
    if (operation.service !== 'events' || operation.name !== 'PutEvents') return next();
    const entries = (operation.parameters.Entries ?? []) as EventEntry[];
    const Entries = await Promise.all(entries.map((entry) => bus.put(entry)));
    return jsonAnswer(200, { Entries, FailedEntryCount: Entries.filter((entry) => 'ErrorCode' in entry).length });
  };
}

/** S3 tells only those who may list the bucket that an object is missing; others are refused. */
export function hideMissingObjects(world: World): Interceptor {
  return async (call, next) => {
    const answer = await next();
    const [permission] = call.operation.permissions;
    if (answer.status !== 404 || permission?.action !== 's3:GetObject') return answer;
    const list = { action: 's3:ListBucket', resource: permission.resource.split('/')[0] ?? '' };
    if (judgeOne(world, call.caller, list).allowed) return answer;
    return faultAnswer(
      accessDenied(`${call.caller.principal.arn} has no s3:ListBucket, so S3 doesn't say that the object is missing`),
      's3',
    );
  };
}

/** A secret's ARN ends in characters that nobody chose; policies and calls often name it without them. */
export function rememberSecrets({ secrets }: World): Interceptor {
  return async (call, next) => {
    const answer = await next();
    const { service, name } = call.operation;
    if (service !== 'secretsmanager' || name !== 'CreateSecret' || answer.status >= 300) return answer;
    const { Name, ARN } = JSON.parse(Buffer.from(answer.body).toString('utf8')) as { Name: string; ARN: string };
    secrets.set(Name, ARN);
    return answer;
  };
}

/** A role that a function assumes is a caller from then on. */
export function rememberSessions(world: World): Interceptor {
  return async (call, next) => {
    const answer = await next();
    const { service, name, parameters } = call.operation;
    if (service !== 'sts' || name !== 'AssumeRole' || answer.status >= 300) return answer;
    const xml = Buffer.from(answer.body).toString('utf8');
    const part = (tag: string) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1] ?? '';
    registerSession(world, {
      credentials: {
        accessKeyId: part('AccessKeyId'),
        secretAccessKey: part('SecretAccessKey'),
        sessionToken: part('SessionToken'),
      },
      ...{ roleArn: text(parameters.RoleArn), sessionName: text(parameters.RoleSessionName), inVpc: call.caller.inVpc },
    });
    return answer;
  };
}
