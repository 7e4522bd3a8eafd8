import { dirname } from 'node:path';
import type { Credentials } from '../guard/signature.ts';
import type { FunctionDefinition } from './definition.ts';

export type EnvironmentInput = {
  definition: FunctionDefinition;
  credentials: Credentials;
  /** The guard's address. */
  endpoint: string;
  region: string;
  /** Folder that stands for `/opt`. */
  layers: string;
  /** Folder that stands for `/tmp`. */
  temporary: string;
};

/**
 * The whole environment of a function's process: the template's variables and what Lambda itself sets, and nothing of
 * the user's. A function can't have `/opt` on a machine of yours, so values that begin with `/opt/` are rewritten to
 * the folder that holds its layers.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function functionEnvironment(input: EnvironmentInput): Record<string, string> {
  const { definition, credentials, endpoint, region, layers, temporary } = input;
  const own = Object.entries(definition.environment).map(([name, value]) => [
    name,
    value.replace(/^\/opt(?=\/|$)/, layers),
  ]);
  return {
    ...(Object.fromEntries(own) as Record<string, string>),
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin:${layers}/bin`,
    NODE_PATH: `${layers}/nodejs/node_modules`,
    LANG: 'en_US.UTF-8',
    TZ: 'UTC',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMegabytes),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    LAMBDA_TASK_ROOT: definition.codeFolder,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    _HANDLER: definition.handler,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken ?? '',
    AWS_ENDPOINT_URL: endpoint,
    // Only here: so that nothing is read from the user's home, nor asked of a machine's metadata service.
    HOME: temporary,
    TMPDIR: temporary,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
