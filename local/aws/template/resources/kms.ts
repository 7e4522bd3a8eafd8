import { randomUUID } from 'node:crypto';
import { parsePolicy } from '../../guard/policy/document.ts';
import { attachPolicy } from '../../guard/world.ts';
import { arnIn, type Creator } from './creator.ts';

/**
 * A key exists for the guard only, which judges its uses. Nothing is encrypted with it: moto keeps data in memory and
 * takes any key for a queue or a bucket.
 */
export const createKey: Creator = async ({ KeyPolicy }, creation) => {
  const id = randomUUID();
  const arn = arnIn(creation, 'kms', `key/${id}`);
  attachPolicy(creation.world, arn, parsePolicy(KeyPolicy));
  return { ref: id, attributes: { Arn: arn, KeyId: id } };
};

export const createAlias: Creator = async ({ AliasName, TargetKeyId }, creation) => {
  const name = String(AliasName);
  const target = String(TargetKeyId);
  creation.world.keyAliases.set(name, target.startsWith('arn:') ? target : arnIn(creation, 'kms', `key/${target}`));
  return { ref: name, attributes: { Arn: arnIn(creation, 'kms', name) } };
};
