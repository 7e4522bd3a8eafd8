import { setTimeout as sleep } from 'node:timers/promises';
import { type LocalAccount, startAccount } from '../../../../local/aws/account.ts';
import type { PlayedStack } from '../../../../local/aws/play.ts';
import { synthesize } from './synthesize.ts';

/** What the function `Caller` says of a call that it made. */
export type Outcome = { ok: boolean; result?: unknown; name?: string; message?: string };

export type TestAccount = {
  account: LocalAccount;
  stack: PlayedStack;
  warnings: string[];
  /** The physical id of a construct: CDK adds eight characters to its name. */
  id(construct: string): string;
  /** Lets a function make a call of AWS. */
  call(functionName: string, input: Record<string, string>): Promise<Outcome>;
  /** The JSON lines that a function has written. */
  lines<T>(functionName: string): T[];
  close(): Promise<void>;
};

/** Synthesizes the test's stack and plays it on an account of its own; its schedules wait. */
export async function playTestStack(): Promise<TestAccount> {
  const warnings: string[] = [];
  const [assembly, account] = await Promise.all([
    synthesize(),
    startAccount({ warn: (message) => warnings.push(message) }),
  ]);
  account.setCluster('local', {
    endpoint: 'https://local.gr7.eu-west-1.eks.amazonaws.com:6443',
    certificateAuthority: 'Y2E=',
    version: '1.36',
  });
  const stack = await account.play(assembly.folder, { runSchedules: false, speed: 60 });
  return {
    ...{ account, stack, warnings },
    id: (construct) => {
      const logicalId = stack.logicalIds().find((candidate) => candidate.replace(/[0-9A-F]{8}$/, '') === construct);
      return stack.physicalId(logicalId ?? construct);
    },
    call: async (name, input) => {
      const result = await stack.invoke(name, input);
      return (result.ok ? result.payload : { ok: false, ...result.payload }) as Outcome;
    },
    lines: <T>(name: string) =>
      stack.logs(name).flatMap(({ text }) => (text.startsWith('{') ? [JSON.parse(text) as T] : [])),
    close: async () => {
      await account.close();
      await assembly.remove();
    },
  };
}

/** Waits until `find` finds something. */
export async function eventually<T>(find: () => Promise<T | undefined> | T | undefined, limit = 20_000): Promise<T> {
  const deadline = Date.now() + limit;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`nothing after ${limit} ms`);
    await sleep(20);
  }
}
