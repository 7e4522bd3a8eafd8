import type { FunctionDefinition } from '../lambda/definition.ts';

export type Queue = {
  arn: string;
  name: string;
  url: string;
  logicalId: string;
  fifo: boolean;
  /** A message without a deduplication id gets its body's hash. */
  contentBased: boolean;
  /** Seconds. */
  visibilityTimeout: number;
  deadLetterArn?: string | undefined;
};

/** An event source mapping. */
export type Mapping = {
  id: string;
  functionArn: string;
  sourceArn: string;
  enabled: boolean;
  batchSize: number;
  /** How long to gather a batch. */
  windowSeconds: number;
  /** The function says itself which items failed. */
  partialFailures: boolean;
  /** Queues: so many batches at once. */
  maxConcurrency?: number | undefined;
  /** Patterns, of which one has to match; none: everything matches. */
  filters: readonly string[];
  stream: {
    startingPosition: 'TRIM_HORIZON' | 'LATEST';
    bisect: boolean;
    /** -1: until the record expires. */
    retries: number;
    /** Seconds; -1: no limit. */
    maxAge: number;
    onFailureArn?: string | undefined;
  };
};

/** Where an event or a tick goes to. */
export type Target = {
  id: string;
  arn: string;
  deadLetterArn?: string | undefined;
  messageGroupId?: string | undefined;
  input?: string | undefined;
  inputPath?: string | undefined;
  inputTransformer?: { paths: Readonly<Record<string, string>>; template: string } | undefined;
};

/** A rule on an event bus. */
export type Rule = {
  arn: string;
  name: string;
  bus: string;
  enabled: boolean;
  pattern?: string | undefined;
  targets: readonly Target[];
};

/** A schedule of EventBridge Scheduler, or a rule with a schedule (it has no role then). */
export type Schedule = {
  arn: string;
  name: string;
  logicalId: string;
  expression: string;
  enabled: boolean;
  roleArn?: string | undefined;
  target: Target;
};

export type FunctionUrl = { functionArn: string; auth: 'NONE' | 'AWS_IAM'; url: string };

/** What becomes of an asynchronous invocation that fails. */
type AsyncConfig = { retries: number; onFailureArn?: string | undefined };

export type ClusterAccessEntry = {
  clusterName: string;
  principalArn: string;
  username?: string | undefined;
  groups: readonly string[];
};

/** What the template consists of, beside what lives in the emulator. */
export type Parts = {
  functions: Map<string, FunctionDefinition>;
  layers: Map<string, string>;
  queues: Map<string, Queue>;
  topics: Map<string, { arn: string; logicalId: string }>;
  mappings: Mapping[];
  rules: Rule[];
  schedules: Schedule[];
  urls: FunctionUrl[];
  asyncConfigs: Map<string, AsyncConfig>;
  accessEntries: ClusterAccessEntry[];
  /** What can be judged only when every resource and every policy is there. Throws. */
  checks: (() => void)[];
};

export function createParts(): Parts {
  return {
    functions: new Map(),
    layers: new Map(),
    queues: new Map(),
    topics: new Map(),
    mappings: [],
    rules: [],
    schedules: [],
    urls: [],
    asyncConfigs: new Map(),
    accessEntries: [],
    checks: [],
  };
}
