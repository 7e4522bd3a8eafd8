import type { EventPattern } from 'aws-cdk-lib/aws-events';
import type { Deployer } from '../shared/config/deployer.ts';

/** A push, a replica's arrival and a pull-through cache's fill are three different events. Each is of the account and region whose registry has the image then. */
const detailTypes = ['ECR Image Action', 'ECR Replication Action', 'ECR Pull Through Cache Action'];

/** What is pushed to refer to an image, such as its signature. */
const referrerType = 'ECR Referrer Action';

/** ECR's events that may mean a new image, or that one is signed by now. */
export function pushEvents({ environments }: Pick<Deployer, 'environments'>): EventPattern {
  const verifies = Object.values(environments).some(({ verify }) => verify.length > 0);
  return { source: ['aws.ecr'], detailType: [...detailTypes, ...(verifies ? [referrerType] : [])] };
}

/** EventBridge takes patterns of 2,048 characters. */
const mostCharacters = 1500;

/**
 * Only events of these repositories; of all where there are too many to name. It saves forwarding what nobody asked for: the updater looks
 * at `images` anyway.
 *
 * @param names in which `*` stands for any characters
 */
export function ofRepositories(names: readonly string[]): Pick<EventPattern, 'detail'> {
  const length = names.reduce((sum, name) => sum + name.length + '{"wildcard":""},'.length, 0);
  return length > mostCharacters ? {} : { detail: { 'repository-name': names.map(matchName) } };
}

/** Wildcards make a rule complex, of which EventBridge takes only so much, and it takes no two in a row. */
function matchName(name: string): string | { prefix: string } | { wildcard: string } {
  const pattern = name.replace(/\*+/g, '*');
  const star = pattern.indexOf('*');
  if (star < 0) return pattern;
  return star > 0 && star === pattern.length - 1 ? { prefix: pattern.slice(0, -1) } : { wildcard: pattern };
}
