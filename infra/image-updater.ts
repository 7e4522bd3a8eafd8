import { Annotations, Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { Deployer } from '../shared/config/deployer.ts';
import { isSameLocation, type Location } from '../shared/config/registries.ts';
import { parseEcrPattern } from '../shared/images/repository-pattern.ts';
import { reportKey } from '../shared/state/keys.ts';
import { repositoryArn } from './ecr-repositories.ts';
import type { Foundation } from './foundation.ts';
import { NodeFunction } from './node-function.ts';
import { pushEvents } from './push-events.ts';
import { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import { RegistryBus } from './registry-bus.ts';
import { tellRepositoryPolicy } from './repository-policy.ts';
import { allowSecret } from './secret-access.ts';
import { watchRule } from './watch.ts';

const timeout = Duration.minutes(1);

/** Hears of image pushes, asks the registry which image each policy means, and commits the pins. */
export class ImageUpdater extends Construct {
  readonly imagePushes: QueueWithDeadLetters;

  constructor(scope: Construct, foundation: Foundation) {
    super(scope, 'ImageUpdater');
    const { deployer, configuration, state, alerts } = foundation;
    this.imagePushes = new QueueWithDeadLetters(this, 'ImagePushes', { alerts, holds: 'image pushes', timeout });
    this.hearFromRegistries(foundation);
    const fn = new NodeFunction(this, {
      name: 'image-updater',
      description: 'commits the pins of new images',
      timeout,
      memorySize: 512,
      alerts,
    });
    configuration.readBy(fn);
    allowSecret(fn, deployer.github.apps.write.privateKeySecret, 'the key of the App that writes');
    this.allowRegistries(fn, deployer);
    // Which revision of the environments is healthy that others are promoted from.
    state.usedBy(fn, ['GetItem'], promotedFrom(deployer).map(reportKey));
    // No batching window: a push should be a commit within a second. A burst still comes ten at a time, two batches at once.
    this.imagePushes.consumedBy(fn, { batchSize: 10, maxConcurrency: 2 });
    this.imagePushes.buriedBy(fn);
  }

  /** EventBridge gives up after 24 hours of tries; without dead letters of its own the rule would drop the event then. */
  private hearFromRegistries({ deployer, installation, alerts }: Foundation): void {
    const { imagePushes } = this;
    const rule = new Rule(this, 'Pushes', {
      description: 'Image pushes, to Plumbline',
      eventPattern: pushEvents(deployer),
      targets: [new SqsQueue(imagePushes.queue, { deadLetterQueue: imagePushes.deadLetters.queue })],
    });
    watchRule(this, alerts, rule);
    const { home, registries } = deployer;
    if (home === undefined) return;
    if (registries.length > 0) new RegistryBus(this, { deployer, installation, imagePushes, alerts });
    for (const pattern of patternsOf(deployer).filter((pattern) => isSilent(pattern, [home, ...registries])))
      Annotations.of(this).addWarningV2(`plumbline:no-events:${pattern}`, noEvents(pattern));
  }

  private allowRegistries(fn: NodeFunction, deployer: Deployer): void {
    const patterns = patternsOf(deployer);
    const arns = patterns.map(repositoryArn).filter((arn) => arn !== undefined);
    const why = 'which versions there are, their platforms, labels and signatures';
    if (arns.length > 0) {
      fn.allow(why, lookUp, arns);
      tellRepositoryPolicy('Image', fn, lookUp);
    }
    for (const pattern of patterns.filter((pattern) => repositoryArn(pattern) === undefined))
      Annotations.of(this).addWarningV2(`plumbline:not-ecr:${pattern}`, notEcr(pattern));
  }
}

/** Signatures are found by the same three: listing referrers needs ecr:BatchGetImage. */
const lookUp = ['ecr:BatchGetImage', 'ecr:DescribeImages', 'ecr:GetDownloadUrlForLayer'];

const patternsOf = ({ environments }: Deployer) => [
  ...new Set(Object.values(environments).flatMap(({ images }) => images)),
];

/** Whether no event comes from there. */
function isSilent(pattern: string, heard: Location[]): boolean {
  const repository = parseEcrPattern(pattern);
  return repository !== undefined && !heard.some((location) => isSameLocation(location, repository));
}

const noEvents = (pattern: string) =>
  `images: pushes to "${pattern}" are found by the scan only; list its account and region under registries, and deploy their stack there`;

const notEcr = (pattern: string) =>
  `images: "${pattern}" is not ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME with a fixed account and region; images from there are not looked up`;

/** The environments that others are promoted from. */
const promotedFrom = ({ environments }: Deployer): string[] => [
  ...new Set(Object.values(environments).flatMap(({ promoteFrom }) => promoteFrom ?? [])),
];
