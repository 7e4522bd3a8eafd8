import type { SignatureClaim } from '../claim.ts';
import { splitTarget, type WireRequest } from '../wire.ts';
import type { World } from '../world.ts';
import { jsonServices } from './json-services.ts';
import type { Operation, Parameters, Protocol } from './operation.ts';
import { queryServices } from './query-services.ts';
import { readRest } from './rest-services.ts';
import { readS3 } from './s3.ts';

const services = { ...jsonServices, ...queryServices };

/** Which of SQS's operations moto judges by the same name as AWS. */
const nativeToEmulator = [
  'SendMessage',
  'ReceiveMessage',
  'DeleteMessage',
  'ChangeMessageVisibility',
  'GetQueueAttributes',
];

/** How the service that a request is signed for talks. */
export function protocolOf(request: WireRequest, claim: SignatureClaim | undefined): Protocol {
  if (request.headers['x-amz-target']) return 'json';
  if (claim?.service === 's3' || claim === undefined) return 's3';
  return formOf(request).has('Action') ? 'query' : 'rest-json';
}

/** What a request asks for and which permissions that needs; undefined when the guard doesn't know the operation. */
export function readOperation(request: WireRequest, claim: SignatureClaim, world: World): Operation | undefined {
  const protocol = protocolOf(request, claim);
  if (protocol === 's3') return readS3(request);
  if (protocol === 'rest-json') return readRest(claim.service, request.method, splitTarget(request.target).path, world);
  return protocol === 'json' ? readJson(request, claim, world) : readQuery(request, claim, world);
}

/** An operation of the administrator's, who needs no permission: what is known of it without knowing the service. */
export function readUnjudged(request: WireRequest, claim: SignatureClaim): Operation {
  const protocol = protocolOf(request, claim);
  const parameters = protocol === 'json' ? parseBody(request) : {};
  return {
    service: claim.service,
    name: nameOperation(request),
    protocol,
    parameters,
    permissions: [],
    judgedByEmulator: false,
  };
}

function parseBody({ body }: WireRequest): Parameters {
  return JSON.parse(Buffer.from(body).toString('utf8') || '{}') as Parameters;
}

/** The operation's name even where its permissions aren't known: for messages. */
export function nameOperation(request: WireRequest): string {
  const target = request.headers['x-amz-target']?.split('.').at(-1);
  return target ?? formOf(request).get('Action') ?? `${request.method} ${splitTarget(request.target).path}`;
}

function readJson(request: WireRequest, { service }: SignatureClaim, world: World): Operation | undefined {
  const name = nameOperation(request);
  const parameters = parseBody(request);
  const permissions = services[service]?.(name, parameters, world);
  const judgedByEmulator = service === 'sqs' && nativeToEmulator.includes(name);
  return permissions && { service, name, protocol: 'json', parameters, permissions, judgedByEmulator };
}

function readQuery(request: WireRequest, { service }: SignatureClaim, world: World): Operation | undefined {
  const name = nameOperation(request);
  const parameters = Object.fromEntries(formOf(request));
  const permissions = services[service]?.(name, parameters, world);
  return permissions && { service, name, protocol: 'query', parameters, permissions, judgedByEmulator: false };
}

function formOf(request: WireRequest): URLSearchParams {
  const form = request.method === 'POST' ? Buffer.from(request.body).toString('utf8') : request.target.split('?')[1];
  return new URLSearchParams(form ?? '');
}
