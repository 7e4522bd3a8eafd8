import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Clock, systemClock } from '../clock.ts';
import { BadInputError, MissingError, type PlumblineError, RefusedError, TryAgainError } from '../errors.ts';

export type Secrets = {
  /**
   * A secret's value. No message or cause of an error ever holds it.
   *
   * @param name the secret's name or ARN
   * @param maximumAge how long ago it may have been asked for, in milliseconds. Default: five minutes
   * @throws MissingError, RefusedError, BadInputError (it has no text) or TryAgainError
   */
  get(name: string, maximumAge?: number): Promise<string>;
};

const lifetimeMilliseconds = 5 * 60 * 1000;

type Kept = { value: Promise<string>; at: number };

/** Failures aren't kept, so what is mended works at once. */
export function createSecrets({
  client,
  clock = systemClock,
}: {
  client: SecretsManagerClient;
  clock?: Clock;
}): Secrets {
  const kept = new Map<string, Kept>();
  return {
    async get(name, maximumAge = lifetimeMilliseconds) {
      const now = clock.now().getTime();
      const known = kept.get(name);
      if (known !== undefined && now - known.at < maximumAge) return known.value;
      const value = fetchSecret(client, name);
      const fresh = { value, at: now };
      kept.set(name, fresh);
      value.catch(() => kept.get(name) === fresh && kept.delete(name));
      return value;
    },
  };
}

async function fetchSecret(client: SecretsManagerClient, name: string): Promise<string> {
  let text: string | undefined;
  try {
    ({ SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: name })));
  } catch (error) {
    throw explain(error, name);
  }
  if (text !== undefined && text.trim() !== '') return text;
  throw new BadInputError([
    { message: `the secret ${name} has no text: put its value in as plaintext, not as binary` },
  ]);
}

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html#API_GetSecretValue_Errors */
function explain(error: unknown, name: string): PlumblineError {
  const kind = error instanceof Error ? error.name : String(error);
  const cause = new Error(kind);
  switch (kind) {
    case 'ResourceNotFoundException':
      return new MissingError(`there is no secret ${name}, or it has no value yet: create it in Secrets Manager`, {
        cause,
      });
    case 'AccessDeniedException':
      return new RefusedError(
        `this function's role may not read the secret ${name}: it needs secretsmanager:GetSecretValue on it, and kms:Decrypt on its key`,
        { cause },
      );
    case 'DecryptionFailure':
      return new RefusedError(
        `the secret ${name} can't be decrypted: its KMS key is disabled, deleted or not allowed to this role`,
        { cause },
      );
    case 'InvalidRequestException':
      return new RefusedError(
        `the secret ${name} is scheduled for deletion: restore it, or name another one in deployer.yaml`,
        { cause },
      );
    case 'InvalidParameterException':
    case 'ValidationException':
      return new BadInputError([{ message: `"${name}" can't be the name of a secret` }], { cause });
    default:
      return new TryAgainError(`the secret ${name} could not be read (${kind})`, { cause });
  }
}
