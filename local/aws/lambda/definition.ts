/** A function as the template describes it, with everything resolved. */
export type FunctionDefinition = {
  name: string;
  arn: string;
  /** For people: the path or logical id in the template. */
  logicalId: string;
  roleArn: string;
  /** Folder with the bundle. */
  codeFolder: string;
  /** `file.export`. */
  handler: string;
  timeoutSeconds: number;
  memoryMegabytes: number;
  environment: Readonly<Record<string, string>>;
  /** Folders or zip files of its layers, in their order. */
  layers: readonly string[];
  /** It has no network but its VPC's. */
  inVpc: boolean;
  /** Of `ReservedConcurrentExecutions`: at most so many at once. */
  reservedConcurrency?: number | undefined;
  /** Each of its processes serves one tenant only, whom every invocation names. Default: nobody is named. */
  perTenant?: boolean | undefined;
};

/** How one invocation ended. */
export type InvocationResult =
  | { ok: true; requestId: string; payload: unknown }
  | {
      ok: false;
      requestId: string;
      kind: FailureKind;
      payload: { errorType: string; errorMessage: string; trace?: string[] };
    };

/** The handler threw; it ran out of its time; its process ended; it could not be loaded; it was not allowed to run. */
type FailureKind = 'thrown' | 'timeout' | 'exit' | 'init' | 'throttled';
