import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import type { Caller, World } from './guard/world.ts';

/** A session of a role, as Lambda or Scheduler would assume it for a function or a schedule. */
export type SessionRequest = {
  roleArn: string;
  sessionName: string;
  inVpc?: boolean;
  /** The function whose code gets the credentials. Default: a service acts in the role's name. */
  sourceFunctionArn?: string;
};

/** Assumes roles, each session once. */
export type Sessions = { assume(request: SessionRequest): Promise<Caller> };

/** @param sts the administrator's client: in the emulator every role trusts the player, which acts for AWS's services. */
export function createSessions(world: World, sts: STSClient): Sessions {
  const known = new Map<string, Promise<Caller>>();
  return {
    assume: (request) => {
      const key = `${request.roleArn} ${request.sessionName} ${request.inVpc ?? false} ${request.sourceFunctionArn ?? ''}`;
      const session = known.get(key) ?? assume(world, sts, request);
      known.set(key, session);
      return session;
    },
  };
}

async function assume(
  world: World,
  sts: STSClient,
  { roleArn, sessionName, inVpc = false, sourceFunctionArn }: SessionRequest,
): Promise<Caller> {
  const RoleSessionName = sessionName.slice(0, 64);
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName }));
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken } = Credentials ?? {};
  return registerSession(world, {
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
    roleArn,
    sessionName: RoleSessionName,
    inVpc,
    sourceFunctionArn,
  });
}

export type NewSession = {
  credentials: Caller['credentials'];
  roleArn: string;
  sessionName: string;
  inVpc: boolean;
  sourceFunctionArn?: string | undefined;
};

/** Makes a session known to the guard. */
export function registerSession({ callers, accountId }: World, session: NewSession): Caller {
  const { credentials, roleArn, sessionName, inVpc, sourceFunctionArn } = session;
  const arn = `arn:aws:sts::${accountId}:assumed-role/${roleArn.split('/').at(-1)}/${sessionName}`;
  const caller: Caller = {
    credentials,
    principal: { kind: 'session', arn, roleArn, accountId },
    name: sessionName,
    inVpc,
    sourceFunctionArn,
  };
  callers.set(credentials.accessKeyId, caller);
  return caller;
}
