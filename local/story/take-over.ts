import { createClients } from '../aws/clients.ts';
import type { Stack } from '../stack/start.ts';
import type { TakenOver } from './world.ts';

/** What the calls are recorded under, so that nobody takes them for the function's own. */
export const intruder = 'intruder';

/** Credentials as the function itself has them, in the hands of somebody else. */
export async function takeOver({ account, played }: Stack, logicalId: string): Promise<TakenOver> {
  const described = played.described();
  const [, fn] =
    Object.entries(described).find(
      ([id, { type }]) => type === 'AWS::Lambda::Function' && id.toLowerCase().startsWith(logicalId),
    ) ?? [];
  if (fn === undefined) throw new Error(`the template has no function ${logicalId}`);
  const { Role: roleArn, VpcConfig } = fn.properties;
  const credentials = await account.assumeRole({
    ...{ roleArn: String(roleArn), sessionName: intruder, sourceFunctionArn: String(fn.arn) },
    inVpc: VpcConfig !== undefined,
  });
  return {
    clients: createClients({ endpoint: account.endpoint, region: account.region, credentials }),
    resource(name) {
      const [, found] = Object.entries(described).find(([id]) => id.replace(/[0-9A-F]{8}$/, '') === name) ?? [];
      if (found === undefined) throw new Error(`the template has no resource ${name}`);
      return found.ref;
    },
  };
}
