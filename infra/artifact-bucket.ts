import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, type IBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { keys } from '../shared/artifacts/keys.ts';
import { variables } from '../shared/environment-variables.ts';
import { acknowledge } from './acknowledge.ts';
import { bucketEncryption } from './encryption.ts';
import { bucketNameOf, type Installation } from './installation.ts';
import type { NodeFunction } from './node-function.ts';

/**
 * Trees, renderings, artifacts, releases, inventories and plans. Nobody may list it, so S3 answers 403 and not 404 for a key that is missing.
 * Each key is written once: S3 itself refuses whoever would write one again, whatever his rights.
 *
 * Trees, renderings, what is remembered of them, and plans can be made again and expire. What a cluster runs may be years old, so artifacts, releases and inventories stay.
 */
export class ArtifactBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, installation: Installation) {
    super(scope, 'Artifacts');
    this.bucket = new Bucket(this, 'Bucket', {
      bucketName: bucketNameOf(installation),
      ...bucketEncryption(this),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: false,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { id: 'renderings', prefix: folderOf(keys.rendering('*', '*', '*')), expiration: Duration.days(1) },
        { id: 'trees', prefix: folderOf(keys.tree('*', '*')), expiration: Duration.days(30) },
        { id: 'plans', prefix: folderOf(keys.plan('*', '*', '*')), expiration: Duration.days(30) },
        { id: 'rendered', prefix: folderOf(keys.rendered('*', '*')), expiration: Duration.days(30) },
        { id: 'incomplete-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
        // Of a bucket whose versioning was turned on by somebody: only the first version was ever meant.
        { id: 'versions', noncurrentVersionExpiration: Duration.days(30), expiredObjectDeleteMarker: true },
      ],
    });
    acknowledge(this.bucket, {
      'AwsSolutions-S1':
        'only functions of Plumbline read and write it, each key is written once, and CloudTrail tells who did where that must be known; logs in a further bucket would cost more than what they tell of',
    });
    this.writeOnce();
  }

  /** Lets the function read and write keys of these patterns: `keys.artifact('staging', '*')`. */
  usedBy(fn: NodeFunction, patterns: KeyPatterns): void {
    useBucket(fn, this.bucket, patterns);
  }

  /**
   * Beginning a multipart upload and sending its parts makes no object yet, and takes no condition: only completing it does both.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
   */
  private writeOnce(): void {
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'WriteOnce',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['s3:PutObject'],
        resources: [this.bucket.arnForObjects('*')],
        conditions: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
      }),
    );
  }
}

export type KeyPatterns = { read: string[]; write?: string[] };

export function useBucket(fn: NodeFunction, bucket: IBucket, patterns: KeyPatterns): void {
  fn.setVariable(variables.artifactBucket, bucket.bucketName);
  for (const { why, actions, keys } of bucketUses(patterns)) fn.allow(why, actions, objectArns(bucket, keys));
}

/** Each pattern once, since policies have limits: what is read and written, too. */
export function bucketUses({ read, write = [] }: KeyPatterns): { why: string; actions: string[]; keys: string[] }[] {
  const [get, put] = ['s3:GetObject', 's3:PutObject'];
  const uses = [
    { why: 'what it works with', actions: [get], keys: read.filter((key) => !write.includes(key)) },
    { why: 'what it makes', actions: [put], keys: write.filter((key) => !read.includes(key)) },
    {
      why: 'what it makes, and works with later',
      actions: [get, put],
      keys: read.filter((key) => write.includes(key)),
    },
  ];
  return uses.filter(({ keys }) => keys.length > 0);
}

export const objectArns = (bucket: IBucket, keys: string[]) => keys.map((key) => bucket.arnForObjects(key));

const folderOf = (key: string) => key.slice(0, key.indexOf('/') + 1);
