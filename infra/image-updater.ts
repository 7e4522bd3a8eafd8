import { Annotations, Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { Deployer } from '../shared/config/deployer.ts';
import { repositoryArn } from './ecr-repositories.ts';
import type { Foundation } from './foundation.ts';
import { NodeFunction } from './node-function.ts';
import { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import { allowSecret } from './secret-access.ts';

const timeout = Duration.minutes(1);

/** A push, a replica's arrival and a pull-through cache's fill are three different events. */
const detailTypes = ['ECR Image Action', 'ECR Replication Action', 'ECR Pull Through Cache Action'];

/** What is pushed to refer to an image, such as its signature. */
const referrerType = 'ECR Referrer Action';

/** Hears of image pushes, asks the registry which image each policy means, and commits the pins. */
export class ImageUpdater extends Construct {
  readonly imagePushes: QueueWithDeadLetters;

  constructor(scope: Construct, { deployer, configuration, alerts }: Foundation) {
    super(scope, 'ImageUpdater');
    this.imagePushes = new QueueWithDeadLetters(this, 'ImagePushes', { alerts, holds: 'image pushes', timeout });
    this.hearFromRegistry(deployer);
    const fn = new NodeFunction(this, {
      name: 'image-updater',
      description: 'commits the pins of new images',
      timeout,
      memorySize: 512,
      alerts,
    });
    configuration.readBy(fn);
    allowSecret(fn, deployer.github.apps.write.privateKeySecret, 'the key of the App that writes');
    this.allowRegistry(fn, deployer);
    // No batching window: a push should be a commit within a second. A burst still comes ten at a time, two batches at once.
    this.imagePushes.consumedBy(fn, { batchSize: 10, maxConcurrency: 2 });
    this.imagePushes.buriedBy(fn);
  }

  /** EventBridge gives up after 24 hours of tries; without dead letters of its own the rule would drop the event then. */
  private hearFromRegistry({ environments }: Deployer): void {
    const verifies = Object.values(environments).some(({ verify }) => verify.length > 0);
    new Rule(this, 'Pushes', {
      description: 'Image pushes, to Plumbline',
      eventPattern: { source: ['aws.ecr'], detailType: [...detailTypes, ...(verifies ? [referrerType] : [])] },
      targets: [new SqsQueue(this.imagePushes.queue, { deadLetterQueue: this.imagePushes.deadLetters.queue })],
    });
  }

  private allowRegistry(fn: NodeFunction, { environments }: Deployer): void {
    const patterns = [...new Set(Object.values(environments).flatMap(({ images }) => images))];
    const arns = patterns.map(repositoryArn).filter((arn) => arn !== undefined);
    const why = 'which versions there are, their platforms, labels and signatures';
    // Signatures are found by the same three: listing referrers needs ecr:BatchGetImage.
    if (arns.length > 0) fn.allow(why, ['ecr:BatchGetImage', 'ecr:DescribeImages', 'ecr:GetDownloadUrlForLayer'], arns);
    for (const pattern of patterns.filter((pattern) => repositoryArn(pattern) === undefined))
      Annotations.of(this).addWarningV2(`plumbline:not-ecr:${pattern}`, notEcr(pattern));
  }
}

const notEcr = (pattern: string) =>
  `images: "${pattern}" is not ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME with a fixed account and region; images from there are not looked up`;
