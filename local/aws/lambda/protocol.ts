/** What a function's process is told at its start. */
export type Start = {
  kind: 'start';
  codeFolder: string;
  handler: string;
  context: {
    functionName: string;
    invokedFunctionArn: string;
    memoryLimitInMB: string;
    logGroupName: string;
    logStreamName: string;
  };
  /** Only the loopback interface and EKS's endpoints can be reached. */
  inVpc: boolean;
};

/** One invocation. `event` is JSON. */
export type Invoke = { kind: 'invoke'; requestId: string; event: string; deadline: number; traceId: string };

/** What it answers. `result` and `error` are JSON. */
export type Reply =
  | { kind: 'ready' }
  | { kind: 'failed'; error: string }
  | { kind: 'result'; requestId: string; result: string }
  | { kind: 'error'; requestId: string; error: string };
