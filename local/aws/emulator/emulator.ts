import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { type GuardedProcess, spawnGuarded } from '../../tools/guarded-process.ts';
import { type Progress, silently } from '../../tools/progress.ts';
import { SetupError } from '../../tools/setup-error.ts';
import type { Credentials } from '../guard/signature.ts';
import { ensurePython } from './python.ts';

export type EmulatorOptions = {
  /** The account that everything is in. Twelve digits; default `123456789012`. */
  accountId?: string;
  /** Default `eu-west-1`. */
  region?: string;
  progress?: Progress;
};

/** A running `moto_server` that authorises every call. */
export type Emulator = {
  /** `http://127.0.0.1:PORT`. Functions never learn it: they talk to the guard in front of it. */
  url: string;
  port: number;
  accountId: string;
  region: string;
  /** The player's own user: it may do everything. */
  administrator: Credentials;
  close(): Promise<void>;
};

/** The interpreter that the emulator runs on; installed first if the cache doesn't have it. */
export function pythonOf({ progress = silently }: EmulatorOptions = {}): Promise<string> {
  return ensurePython({ name: 'the AWS emulator', requirements, progress });
}

const requirements = fileURLToPath(new URL('./requirements.txt', import.meta.url));
const server = fileURLToPath(new URL('./serve.py', import.meta.url));

/** Loaded at the start, beside everything else that starts, so that nobody's first call waits for them. */
const services = [
  'iam',
  'sts',
  'sqs',
  'dynamodb',
  'dynamodbstreams',
  's3',
  'sns',
  'events',
  'secretsmanager',
  'ecr',
  'kms',
];

/**
 * Starts the AWS emulator on a free loopback port. It is installed first if the cache doesn't have it.
 *
 * @throws SetupError when it can't be installed or doesn't start; the message has its last lines.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { accountId = '123456789012', region = 'eu-west-1' } = options;
  const python = await pythonOf(options);
  const guarded = spawnGuarded(python, [server, ...services], {
    name: 'the AWS emulator',
    env: environmentOf(accountId),
    output: 'pipe',
  });
  try {
    const port = await portOf(guarded);
    const url = `http://127.0.0.1:${port}`;
    const administrator = await createAdministrator(url, region);
    await enforcePolicies(url);
    return { url, port, accountId, region, administrator, close: () => guarded.stop({ graceMs: 0 }) };
  } catch (error) {
    await guarded.stop({ graceMs: 0 });
    throw error;
  }
}

function environmentOf(accountId: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    PYTHONUNBUFFERED: '1',
    MOTO_ACCOUNT_ID: accountId,
    // No call is authorised until there is an administrator; then `enforcePolicies`.
    INITIAL_NO_AUTH_ACTION_COUNT: '1000000000',
  };
}

/** The first line on its standard output; what it says on standard error is kept for the case that none comes. */
async function portOf({ child, exited }: GuardedProcess): Promise<number> {
  const said: string[] = [];
  if (child.stderr) createInterface({ input: child.stderr }).on('line', (line) => said.push(line) > 40 && said.shift());
  const line = await new Promise<string>((resolve, reject) => {
    if (child.stdout) createInterface({ input: child.stdout }).once('line', resolve);
    void exited.then(({ code, signal }) =>
      reject(new SetupError(`The AWS emulator ended at its start (${signal ?? code}):\n${said.join('\n')}`)),
    );
  });
  return (JSON.parse(line) as { port: number }).port;
}

async function createAdministrator(endpoint: string, region: string): Promise<Credentials> {
  const anybody = { accessKeyId: 'AKIAPLAYER', secretAccessKey: 'player' };
  const iam = new IAMClient({ endpoint, region, credentials: anybody });
  const UserName = 'administrator';
  const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  await iam.send(new CreateUserCommand({ UserName }));
  const policy = { UserName, PolicyName: 'everything', PolicyDocument: JSON.stringify(everything) };
  await iam.send(new PutUserPolicyCommand(policy));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  iam.destroy();
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

/** From here on moto checks signature and policy of every call. A JSON or form content type would be refused. */
async function enforcePolicies(url: string): Promise<void> {
  const response = await fetch(`${url}/moto-api/reset-auth`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: '0',
  });
  if (!response.ok) throw new SetupError(`The AWS emulator would not enforce policies: ${response.status}`);
}
