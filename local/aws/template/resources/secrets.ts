import { randomInt } from 'node:crypto';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { type Creator, physicalName } from './creator.ts';
import { encryptWith } from './sqs.ts';

type Generate = {
  PasswordLength?: number;
  ExcludeCharacters?: string;
  ExcludePunctuation?: boolean;
  GenerateStringKey?: string;
  SecretStringTemplate?: string;
};

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function generate(options: Generate): string {
  const alphabet = [...letters, ...(options.ExcludePunctuation ? '' : '!#$%&()*+,-.:;<=>?@[]^_{|}~')].filter(
    (character) => !options.ExcludeCharacters?.includes(character),
  );
  const password = Array.from(
    { length: options.PasswordLength ?? 32 },
    () => alphabet[randomInt(alphabet.length)],
  ).join('');
  if (!options.GenerateStringKey) return password;
  return JSON.stringify({ ...JSON.parse(options.SecretStringTemplate ?? '{}'), [options.GenerateStringKey]: password });
}

export const createSecret: Creator = async (properties, creation) => {
  const Name = String(properties.Name ?? physicalName(creation, 128));
  const SecretString = String(properties.SecretString ?? generate((properties.GenerateSecretString ?? {}) as Generate));
  const { ARN: arn = '' } = await creation.clients.secrets.send(new CreateSecretCommand({ Name, SecretString }));
  encryptWith(String(properties.KmsKeyId ?? ''), arn, creation.world.encryptionKeys);
  return { ref: arn, attributes: { Id: arn } };
};
