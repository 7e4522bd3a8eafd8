import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type GuardedProcess, spawnGuarded } from '../../tools/guarded-process.ts';
import type { FunctionDefinition, InvocationResult } from './definition.ts';
import type { Invoke, Reply, Start } from './protocol.ts';

const runtime = fileURLToPath(new URL('./runtime.ts', import.meta.url));

/** Lambda's own limit for loading a function, in milliseconds; generous, for a machine that does other things, too. */
const startLimit = 60_000;

/** A function's process. It handles one invocation at a time. */
export type Instance = {
  pid: number;
  /** Resolves when the handler is loaded; the result of every invocation that comes when it could not be. */
  ready: Promise<InvocationResult | undefined>;
  invoke(requestId: string, event: string): Promise<InvocationResult>;
  /** False once its process has ended or is about to. */
  alive(): boolean;
  kill(): Promise<void>;
};

export type InstanceOptions = {
  definition: FunctionDefinition;
  environment: Record<string, string>;
  write(line: string): void;
};

type Failure = { kind: 'timeout' | 'exit' | 'init'; errorType: string; errorMessage: string };

/** Starts a process of the function. It ends with this process, whatever ends this process. */
export function startInstance({ definition, environment, write }: InstanceOptions): Instance {
  const heap = `--max-old-space-size=${definition.memoryMegabytes}`;
  const flags = ['--disable-warning=ExperimentalWarning', '--enable-source-maps', heap];
  const guarded = spawnGuarded(process.execPath, [...flags, runtime], {
    ...{ name: definition.name, cwd: definition.codeFolder, env: environment },
    ...{ output: 'pipe', ipc: true },
  });
  const tail = readLines(guarded, write);
  const mailbox = openMailbox(guarded);
  let alive = true;
  const kill = async () => {
    alive = false;
    await guarded.stop({ graceMs: 0 });
  };
  const ended = guarded.exited.then(({ code, signal }): Failure => {
    alive = false;
    const how = signal ? `signal: ${signal}` : `exit status ${code}`;
    return {
      kind: 'exit',
      errorType: 'Runtime.ExitError',
      errorMessage: `Error: Runtime exited with error: ${how}${tail()}`,
    };
  });
  mailbox.send(startOf(definition));
  const ready = race(mailbox.first(), ended, startLimit, 'init').then((reply) => {
    if (!isFailure(reply) && reply.kind === 'ready') return undefined;
    void kill();
    return isFailure(reply) ? failed('', reply) : { ...failed('', notLoaded), payload: JSON.parse(errorOf(reply)) };
  });
  const invoke = async (requestId: string, event: string): Promise<InvocationResult> => {
    const broken = await ready;
    if (broken) return { ...broken, requestId };
    const limit = definition.timeoutSeconds * 1000;
    const answered = mailbox.answer(requestId);
    mailbox.send({ kind: 'invoke', requestId, event, deadline: Date.now() + limit, traceId: traceId() });
    const reply = await race(answered, ended, limit, 'timeout');
    if (!isFailure(reply)) return resultOf(requestId, reply);
    if (reply.kind === 'timeout') await kill();
    write(`${requestId} ${reply.errorMessage}`);
    return failed(requestId, reply);
  };
  return { pid: guarded.pid, ready, invoke, alive: () => alive, kill };
}

const notLoaded: Failure = { kind: 'init', errorType: 'Runtime.ImportModuleError', errorMessage: '' };

function errorOf(reply: Reply): string {
  return reply.kind === 'failed' || reply.kind === 'error' ? reply.error : '{}';
}

function startOf(definition: FunctionDefinition): Start {
  return {
    kind: 'start',
    codeFolder: definition.codeFolder,
    handler: definition.handler,
    inVpc: definition.inVpc,
    context: {
      functionName: definition.name,
      invokedFunctionArn: definition.arn,
      memoryLimitInMB: String(definition.memoryMegabytes),
      logGroupName: `/aws/lambda/${definition.name}`,
      logStreamName: 'local',
    },
  };
}

function traceId(): string {
  return `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${'0'.repeat(24)};Sampled=0`;
}

function isFailure(value: Reply | Failure): value is Failure {
  return 'errorType' in value;
}

function resultOf(requestId: string, reply: Reply): InvocationResult {
  if (reply.kind === 'result') return { ok: true, requestId, payload: JSON.parse(reply.result) };
  return { ok: false, requestId, kind: 'thrown', payload: JSON.parse(errorOf(reply)) };
}

function failed(requestId: string, { kind, errorType, errorMessage }: Failure): InvocationResult & { ok: false } {
  return { ok: false, requestId, kind, payload: { errorType, errorMessage } };
}

/** The reply, or what came instead of it: the end of the process or of the time. */
async function race(reply: Promise<Reply>, ended: Promise<Failure>, limit: number, kind: 'init' | 'timeout') {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Failure>((resolve) => {
    const errorMessage = `Task timed out after ${(limit / 1000).toFixed(2)} seconds`;
    timer = setTimeout(() => resolve({ kind, errorType: 'Sandbox.Timedout', errorMessage }), limit);
  });
  try {
    return await Promise.race([reply, ended, late]);
  } finally {
    clearTimeout(timer);
  }
}

type Mailbox = {
  send(message: Start | Invoke): void;
  first(): Promise<Reply>;
  answer(requestId: string): Promise<Reply>;
};

function openMailbox({ child }: GuardedProcess): Mailbox {
  const waiting = new Map<string, (reply: Reply) => void>();
  child.on('message', (reply: Reply) => waiting.get('requestId' in reply ? reply.requestId : '')?.(reply));
  const answer = (key: string) =>
    new Promise<Reply>((resolve) => waiting.set(key, resolve)).finally(() => waiting.delete(key));
  return {
    // A process that has just ended can't be told anything; `exited` says so.
    send: (message) => void child.send(message, () => undefined),
    first: () => answer(''),
    answer,
  };
}

/** Hands on every line, and keeps the last ones for the report of a crash. */
function readLines({ child }: GuardedProcess, write: (line: string) => void): () => string {
  const last: string[] = [];
  const follow = (stream: Readable | null) => {
    if (!stream) return;
    createInterface({ input: stream }).on('line', (line) => {
      write(line);
      last.push(line);
      if (last.length > 10) last.shift();
    });
  };
  follow(child.stdout);
  follow(child.stderr);
  return () => (last.length > 0 ? `\n${last.join('\n')}` : '');
}
