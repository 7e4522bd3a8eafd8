import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, accessDenied, type Fault, faultAnswer } from './answers.ts';
import { authenticate } from './authenticate.ts';
import { firstDenial, type Judgement, judge } from './authorize.ts';
import { readClaim, type SignatureClaim } from './claim.ts';
import { createForward, type Forward } from './forward.ts';
import type { Operation } from './operations/operation.ts';
import { nameOperation, protocolOf, readOperation, readUnjudged } from './operations/read.ts';
import { signRequest } from './signature.ts';
import { splitTarget, type WireRequest } from './wire.ts';
import type { Caller, World } from './world.ts';

/** A call that was found to be allowed. */
export type Call = { caller: Caller; operation: Operation; request: WireRequest };

/** Answers a call itself, or lets `next` answer it and does something before or after. */
export type Interceptor = (call: Call, next: () => Promise<Answer>) => Promise<Answer>;

/** The door to the account: everybody goes through it, and it lets nothing in that a policy doesn't allow. */
export type Guard = {
  /** What functions get as `AWS_ENDPOINT_URL`. */
  url: string;
  /** The first one that was added is asked first. */
  intercept(interceptor: Interceptor): void;
  close(): Promise<void>;
};

type Ports = { world: World; forward: Forward; administrator: Caller; interceptors: Interceptor[] };

/**
 * Starts the guard in front of the emulator. Of each call it checks the signature (header or presigned URL) against
 * the secrets that it knows, works out the permissions that AWS would ask for, judges them by the caller's and the
 * resource's policies with their conditions, and records them. Only then the emulator sees it.
 *
 * It is needed beside moto's own enforcement, because moto compares a policy with the resource `*` for everything but
 * SQS, S3, IAM and STS (so every well-scoped policy of DynamoDB, SNS, Secrets Manager, ECR, EKS, EventBridge or KMS
 * would be refused), ignores most conditions and all queue, topic, key and trust policies of services, names batches
 * as permissions that don't exist, and fails on presigned URLs.
 *
 * @param emulatorPort moto's port on the loopback interface.
 */
export async function startGuard(world: World, emulatorPort: number, administrator: Caller): Promise<Guard> {
  const ports: Ports = { world, administrator, interceptors: [], forward: createForward(emulatorPort) };
  const server = createServer((incoming, outgoing) => void serve(ports, incoming, outgoing));
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    intercept: (interceptor) => void ports.interceptors.push(interceptor),
    close: () => close(server, ports.forward),
  };
}

async function close(server: Server, forward: Forward): Promise<void> {
  forward.close();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

async function serve(ports: Ports, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  try {
    const answer = await handle(ports, await readRequest(incoming));
    const bodiless = incoming.method === 'HEAD' || answer.status === 204 || answer.status === 304;
    const length = bodiless ? {} : { 'content-length': String(answer.body.byteLength) };
    outgoing.writeHead(answer.status, { ...answer.headers, ...length });
    outgoing.end(bodiless ? undefined : answer.body);
  } catch (error) {
    outgoing.writeHead(500, { 'content-type': 'text/plain' });
    outgoing.end(`The local account failed: ${String(error)}`);
  }
}

async function readRequest(incoming: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers = Object.entries(incoming.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(',') : (value ?? ''),
  ]);
  return {
    method: incoming.method ?? 'GET',
    target: incoming.url ?? '/',
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks),
  };
}

async function handle(ports: Ports, request: WireRequest): Promise<Answer> {
  const claim = readClaim(request);
  const refuse = (fault: Fault) => faultAnswer(fault, protocolOf(request, claim));
  if (claim === undefined) return refuse(accessDenied('Anonymous access is not allowed.'));
  const known = authenticate(ports.world, request, claim);
  if ('fault' in known) return refuse(known.fault);
  const { caller } = known;
  const isAdministrator = caller.principal.kind === 'user';
  const operation =
    readOperation(request, claim, ports.world) ?? (isAdministrator ? readUnjudged(request, claim) : undefined);
  if (operation === undefined) return refuse(unknownOperation(ports, caller, request, claim));
  const denial = firstDenial(judgeAndRecord(ports, caller, operation));
  if (denial) return refuse(accessDenied(describeDenial(caller, denial)));
  return run(ports, { caller, operation, request }, claim);
}

function judgeAndRecord({ world }: Ports, caller: Caller, operation: Operation): Judgement[] {
  const judgements = judge(world, caller, operation);
  for (const judgement of judgements) record(world, caller, judgement);
  return judgements;
}

/** The administrator is the player itself, whose calls are nobody's. */
function record({ record }: World, caller: Caller, { permission, decision }: Judgement): void {
  const { principal, name, inVpc, sourceFunctionArn } = caller;
  if (principal.kind !== 'session') return;
  record.add({ name, inVpc, sourceFunctionArn, roleArn: principal.roleArn }, permission, decision);
}

function unknownOperation({ world }: Ports, caller: Caller, request: WireRequest, { service }: SignatureClaim): Fault {
  const action = `${service}:${nameOperation(request)}`;
  const reason = `because the local account doesn't know which permission it needs (local/aws/guard/operations)`;
  record(world, caller, { permission: { action, resource: '*' }, decision: { allowed: false, reason } });
  return accessDenied(`User: ${caller.principal.arn} may not call ${action} ${reason}`);
}

function describeDenial({ principal }: Caller, { permission: { action, resource }, decision }: Judgement): string {
  const reason = decision.allowed ? '' : decision.reason;
  return `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
}

function run(ports: Ports, call: Call, claim: SignatureClaim): Promise<Answer> {
  const step = (index: number): Promise<Answer> => {
    const interceptor = ports.interceptors[index];
    return interceptor ? interceptor(call, () => step(index + 1)) : askBothJudges(ports, call, claim);
  };
  return step(0);
}

/** moto refuses in XML, whatever the protocol; its refusal is recorded and put in words that an SDK understands. */
async function askBothJudges(ports: Ports, call: Call, claim: SignatureClaim): Promise<Answer> {
  const answer = await toEmulator(ports, call, claim);
  const { caller, operation } = call;
  const [permission] = operation.permissions;
  if (answer.status !== 403 || !operation.judgedByEmulator || permission === undefined) return answer;
  const denial: Judgement = { permission, decision: { allowed: false, reason: 'because the emulator refuses it' } };
  record(ports.world, caller, denial);
  return faultAnswer(accessDenied(describeDenial(caller, denial)), operation.protocol);
}

/** Under the caller's own signature where moto can judge the call as well, else under the administrator's. */
function toEmulator(
  { forward, administrator }: Ports,
  { operation, request }: Call,
  claim: SignatureClaim,
): Promise<Answer> {
  if (operation.judgedByEmulator && claim.placement === 'header') return forward(request);
  const unsigned = claim.placement === 'query' ? { ...request, target: withoutSignature(request.target) } : request;
  return forward({ ...unsigned, headers: signRequest(unsigned, administrator.credentials, claim) });
}

const signatureFields =
  /^x-amz-(algorithm|credential|date|expires|signedheaders|signature|security-token|content-sha256)$/i;

function withoutSignature(target: string): string {
  const { path, query } = splitTarget(target);
  const kept = query.filter(([name]) => !signatureFields.test(name));
  const text = kept.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  return text ? `${path}?${text}` : path;
}
